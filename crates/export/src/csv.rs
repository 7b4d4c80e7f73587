//! A table in long form (RFC 4180): a row for each interval.

use vocabulary::Emotion;

use crate::{
    Clip, Interval, intervals,
    number::{probability, seconds},
    spreadsheet::quoted,
};

const COLUMNS: &str =
    "file,start_s,end_s,channel,speaker,outcome,emotion,confidence,band,intensity,corrected";

/// The first line: what was heard, then `p_EMOTION` for each label.
pub fn csv_header(labels: &[Emotion]) -> String {
    let labels: String = labels.iter().map(|label| format!(",p_{label}")).collect();
    format!("{COLUMNS}{labels}\r\n")
}

/// A line for each interval of a clip, below a [`csv_header`] of the same labels; nothing where there is none.
///
/// Times in seconds with three decimals, channels counted from 0, probabilities with four decimals. `emotion` says
/// `unclear` as `outcome` does; `intensity` is the share of acted examples that are weaker; `corrected` is what a
/// person says instead. What is not known is empty: from `outcome` on where a turn is too short to tell. A file name
/// that a spreadsheet would take for a formula begins with an apostrophe.
pub fn csv_rows(clip: &Clip<'_>, labels: &[Emotion]) -> String {
    let file = quoted(clip.name);
    let rows = intervals(clip.prediction);
    let rows = rows
        .iter()
        .map(|interval| format!("{file},{}\r\n", row(interval, labels)));
    rows.collect()
}

/// Letters stand as they are; what people write is quoted.
fn name(name: &str) -> String {
    match name.bytes().all(|byte| byte.is_ascii_uppercase()) {
        true => name.to_owned(),
        false => quoted(name),
    }
}

fn row(interval: &Interval, labels: &[Emotion]) -> String {
    let channel = interval.channel.map(|channel| channel.to_string());
    let mut cells = vec![
        seconds(interval.start_ms),
        seconds(interval.end_ms),
        channel.unwrap_or_default(),
        interval.name.as_deref().map(name).unwrap_or_default(),
    ];
    let corrected = interval.corrected.map_or("", Emotion::code).to_owned();
    let Some(heard) = &interval.heard else {
        cells.resize(cells.len() + 5, String::new());
        cells.push(corrected);
        cells.resize(cells.len() + labels.len(), String::new());
        return cells.join(",");
    };
    cells.push(heard.outcome.code().to_owned());
    cells.push(heard.word().to_owned());
    cells.push(probability(heard.confidence));
    cells.push(heard.band.map_or("", |band| band.code()).to_owned());
    let intensity = heard.intensity.map(|one| probability(one.value));
    cells.push(intensity.unwrap_or_default());
    cells.push(corrected);
    cells.extend(labels.iter().map(|&label| {
        let found = heard
            .probabilities
            .iter()
            .find(|(known, _)| *known == label);
        found
            .map(|(_, value)| probability(value))
            .unwrap_or_default()
    }));
    cells.join(",")
}

#[cfg(test)]
mod tests {
    use vocabulary::LabelSet;

    use super::*;
    use crate::sample::{dialogue, monologue};

    #[test]
    fn a_row_for_each_interval_under_its_columns() {
        let prediction = dialogue();
        let clip = Clip {
            name: "=a,\"খ\"\n.wav",
            model: "m",
            prediction: &prediction,
        };
        let five: Vec<_> = LabelSet::five().iter().collect();
        let head = "file,start_s,end_s,channel,speaker,outcome,emotion,confidence,band,intensity,corrected,p_angry,p_happy,p_sad,p_neutral,\
                    p_surprise\r\n";
        assert_eq!(csv_header(&five), head);
        let file = "\"'=a,\"\"খ\"\"\n.wav\"";
        let expected = [
            ",0.500,4.000,,A,emotion,happy,0.7140,high,0.2500,,0.0000,0.7140,0.2860,0.0000,0.0000\r\n",
            ",3.000,6.250,,B,emotion,sad,0.9000,medium,,,0.0000,0.1000,0.9000,0.0000,0.0000\r\n",
            ",6.250,6.500,,A,,,,,,,,,,,\r\n",
            ",8.000,10.000,,A,unclear,unclear,0.5200,unclear,,,0.0000,0.5200,0.4800,0.0000,0.0000\r\n",
        ];
        let expected: String = expected.map(|row| format!("{file}{row}")).concat();
        assert_eq!(csv_rows(&clip, &five), expected);
    }

    #[test]
    fn columns_are_those_that_were_asked_for() {
        let prediction = monologue();
        let clip = Clip {
            name: "a",
            model: "m",
            prediction: &prediction,
        };
        let rows = csv_rows(&clip, &[Emotion::Fear, Emotion::Sad]);
        let expected = "\"a\",0.000,5.000,,,emotion,happy,0.9000,,,,,0.1000\r\n\
                        \"a\",5.000,9.500,,,emotion,sad,0.8000,,,,,0.8000\r\n";
        assert_eq!(rows, expected);
    }
}
