//! Praat's TextGrid, long text format (Praat manual, "TextGrid file formats").

use std::fmt::Write;

use crate::{
    Clip, Interval, intervals,
    number::{probability, seconds},
    tier::{Tier, tiers},
};

/// For each voice the tiers `emotion` (`happy`, `unclear`), `certainty` (`0.7123 high`) and, where speakers are told
/// apart, `speaker` (`A`).
///
/// The intervals of a tier cover the clip without a gap, as Praat wants it; silence is an interval without text.
pub fn textgrid(clip: &Clip<'_>) -> String {
    let (intervals, end_ms) = (intervals(clip.prediction), clip.duration_ms());
    let mut tiles = Vec::new();
    for tier in tiers(&intervals) {
        let mut add = |of: &str, text: fn(&Interval) -> String| {
            tiles.push((tier.name(of), tiled(&tier, end_ms, text)));
        };
        add("emotion", emotion);
        add("certainty", certainty);
        if tier.is_speaker {
            add("speaker", Interval::voice);
        }
    }
    let end_s = seconds(end_ms);
    let mut text = format!(
        "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\nxmin = 0\nxmax = {end_s}\ntiers? <exists>\n\
         size = {}\nitem []:\n",
        tiles.len()
    );
    for (tier_idx, (name, tiles)) in tiles.iter().enumerate() {
        text += &format!(
            "    item [{}]:\n        class = \"IntervalTier\"\n        name = {}\n        xmin = 0\n        \
             xmax = {end_s}\n        intervals: size = {}\n",
            tier_idx + 1,
            quoted(name),
            tiles.len()
        );
        for (tile_idx, tile) in tiles.iter().enumerate() {
            let (number, label) = (tile_idx + 1, quoted(&tile.text));
            let (start_s, end_s) = (seconds(tile.start_ms), seconds(tile.end_ms));
            let _ = write!(
                text,
                "        intervals [{number}]:\n            xmin = {start_s}\n            xmax = {end_s}\n            \
                 text = {label}\n",
            );
        }
    }
    text
}

struct Tile {
    start_ms: u32,
    end_ms: u32,
    text: String,
}

fn tiled(tier: &Tier<'_>, end_ms: u32, text: fn(&Interval) -> String) -> Vec<Tile> {
    let mut tiles: Vec<Tile> = Vec::new();
    let mut at_ms = 0;
    let silence = |start_ms, end_ms| Tile {
        start_ms,
        end_ms,
        text: String::new(),
    };
    for interval in &tier.intervals {
        if at_ms < interval.start_ms {
            tiles.push(silence(at_ms, interval.start_ms));
        }
        tiles.push(Tile {
            start_ms: interval.start_ms,
            end_ms: interval.end_ms,
            text: text(interval),
        });
        at_ms = interval.end_ms;
    }
    if at_ms < end_ms {
        tiles.push(silence(at_ms, end_ms));
    }
    tiles
}

fn emotion(interval: &Interval) -> String {
    interval.word().to_owned()
}

/// The probability and, where it is known, how sure that is: `0.7123 high`; `corrected` where a person said so.
pub fn certainty(interval: &Interval) -> String {
    if interval.corrected.is_some() {
        return "corrected".to_owned();
    }
    let Some(heard) = &interval.heard else {
        return String::new();
    };
    let band = heard.band.map(|band| format!(" {}", band.code()));
    probability(heard.confidence) + &band.unwrap_or_default()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{dialogue, monologue, nothing};

    fn written(prediction: &vocabulary::Prediction) -> String {
        textgrid(&Clip {
            name: "\"a\"",
            model: "m",
            prediction,
        })
    }

    /// What stands behind `key = ` in each line that begins so.
    fn values<'a>(text: &'a str, key: &str) -> Vec<&'a str> {
        let key = format!("{key} = ");
        let lines = text.lines().map(str::trim_start);
        lines.filter_map(|line| line.strip_prefix(&key)).collect()
    }

    #[test]
    fn speakers_who_overlap_have_tiers_of_their_own() {
        let text = written(&dialogue());
        let names = [
            "emotion A",
            "certainty A",
            "speaker A",
            "emotion B",
            "certainty B",
            "speaker B",
        ];
        let names = names.map(|name| format!("\"{name}\""));
        assert_eq!(values(&text, "name"), names);
        let labels = values(&text, "text");
        let expected = ["\"\"", "\"happy\"", "\"\"", "\"\"", "\"\"", "\"unclear\""];
        assert_eq!(labels[..6], expected);
        assert_eq!(labels[7], "\"0.7140 high\"");
        assert_eq!(labels[15], "\"A\"");
    }

    #[test]
    fn tiers_have_no_gaps() {
        for prediction in [dialogue(), monologue(), nothing()] {
            let text = written(&prediction);
            assert_eq!(
                values(&text, "size"),
                [values(&text, "name").len().to_string()]
            );
            for tier in text.split("class = ").skip(2) {
                // The first is the tier's own.
                let (starts, ends) = (values(tier, "xmin"), values(tier, "xmax"));
                assert_eq!((starts[0], ends[0]), ("0", "10.000"));
                assert_eq!(starts[1], "0.000");
                assert_eq!(starts[2..], ends[1..ends.len() - 1]);
                assert_eq!(ends.last(), Some(&"10.000"));
                let n_tiles = format!("intervals: size = {}", starts.len() - 1);
                assert!(tier.contains(&n_tiles), "{tier}");
            }
        }
    }

    #[test]
    fn a_clip_of_no_length_has_some() {
        let prediction = vocabulary::Prediction {
            duration_s: 0.0,
            ..nothing()
        };
        assert_eq!(values(&written(&prediction), "xmax"), ["0.001"; 5]);
    }

    #[test]
    fn quotes_are_doubled() {
        assert_eq!(quoted("a \"b\""), "\"a \"\"b\"\"\"");
    }
}
