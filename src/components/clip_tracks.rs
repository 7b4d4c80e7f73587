//! The pictures of a clip as markup: waveform, timeline and mel spectrogram over one axis of seconds.
//!
//! They are drawn whole and nothing in them changes but the language, so they are text for `inner_html`: a fraction of
//! the WebAssembly that the same in `view!` takes. Only numbers, our sentences, the server's pictures and escaped names
//! go in.

use moments::Part;
use std::{collections::BTreeMap, fmt::Write};

use vocabulary::{Emotion, Pictures, Turn};

use crate::{
    fixed::{css_percent, fixed},
    i18n::{
        Locale,
        emotion_words::{label, tone},
        number, td_string,
        time_words::length,
        turn_words::called,
    },
    region::{Region, Span},
};

/// Steps between two marks of the axis, seconds; at most six marks.
const STEPS_S: [f32; 9] = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0];

/// Frequencies beside the spectrogram, Hz, and how high on its mel axis from 0 to 8000 Hz they are
/// (2595 log10(1 + f / 700), over its value at 8000 Hz).
const MARKS_HZ: [(u16, f32); 4] = [
    (500, 0.2139),
    (1000, 0.3521),
    (2000, 0.5357),
    (4000, 0.7557),
];

/// Width of the pictures in their own units.
const WIDTH: f32 = 400.0;

/// What is drawn of a clip.
pub struct Drawn<'a> {
    /// How long it is, seconds.
    pub duration_s: f32,
    /// What is seen of it.
    pub region: &'a Region,
    /// Outline of what is seen, finer than that of the pictures, where there is one.
    pub outline: Option<String>,
    /// Of the whole clip.
    pub pictures: &'a Pictures,
    /// Its parts that sound alike, where it has no turns.
    pub parts: &'a [Part],
    /// Who speaks when.
    pub turns: &'a [Turn],
}

/// Markup of the pictures.
pub fn clip_tracks(locale: Locale, drawn: &Drawn<'_>) -> String {
    let Drawn {
        region, pictures, ..
    } = *drawn;
    let (seen, duration_s) = (region.seen, drawn.duration_s.max(f32::MIN_POSITIVE));
    let [left, right] = [seen.0, seen.1].map(|at_s| WIDTH * at_s / duration_s);
    let of_picture = format!("{} 0 {} 100", fixed(left, 2), fixed(right - left, 2));
    let (of_waveform, outline) = match &drawn.outline {
        Some(outline) => (format!("0 -100 {WIDTH} 200"), outline),
        None => (
            format!("{} -100 {} 200", fixed(left, 2), fixed(right - left, 2)),
            &pictures.waveform,
        ),
    };
    let length = length(locale, (seen.1 - seen.0).into());
    let waveform = td_string!(locale, result.waveform, length);
    let spectrogram = td_string!(locale, result.spectrogram);
    let mut html = format!(
        "<svg class=\"waveform\" viewBox=\"{of_waveform}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{waveform}\">\
         <path d=\"{outline}\"/></svg>"
    );
    match drawn.turns {
        [] => write_lanes(&mut html, locale, region, drawn.parts),
        turns => write_speakers(&mut html, region, turns),
    }
    // A string takes whatever is written.
    let _ = write!(
        html,
        "<div class=\"spectrogram\"><svg viewBox=\"{of_picture}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{spectrogram}\">\
         <mask id=\"mel\"><image href=\"{}\" width=\"400\" height=\"100\" preserveAspectRatio=\"none\"/></mask>\
         <rect width=\"400\" height=\"100\" mask=\"url(#mel)\"/></svg>",
        pictures.spectrogram
    );
    for (mark_hz, height) in MARKS_HZ {
        let mark = number::decimal(locale, mark_hz.into(), 0);
        let _ = write!(
            html,
            "<span class=\"mark-hz\" style=\"bottom:{}\" aria-hidden=\"true\">{mark}</span>",
            css_percent(height)
        );
    }
    let (hertz, unit) = (
        td_string!(locale, result.hertz),
        td_string!(locale, result.seconds),
    );
    let _ = write!(
        html,
        "<span class=\"unit-hz\" aria-hidden=\"true\">{hertz}</span></div><div class=\"axis\" aria-hidden=\"true\">"
    );
    for mark_s in marks_s(seen) {
        let mark = number::decimal(locale, mark_s.into(), 1);
        let _ = write!(
            html,
            "<span style=\"left:{}\">{mark}</span>",
            css_percent(region.share(mark_s))
        );
    }
    let _ = write!(
        html,
        "</div><p class=\"unit-s\" aria-hidden=\"true\">{unit}</p>"
    );
    html
}

/// One lane for each emotion that is heard, so that place tells it as well as colour.
fn write_lanes(html: &mut String, locale: Locale, region: &Region, parts: &[Part]) {
    let heard = |emotion: &Emotion| parts.iter().any(|part| part.emotion == *emotion);
    for emotion in Emotion::ALL.into_iter().filter(heard) {
        let name = label(locale, emotion);
        let _ = write!(
            html,
            "<div class=\"lane\" data-emotion=\"{}\" aria-hidden=\"true\"><span>{name}</span>",
            emotion.code()
        );
        for part in parts.iter().filter(|part| part.emotion == emotion) {
            if let Some(style) = place(region, part.start_s, part.end_s) {
                let _ = write!(html, "<i style=\"{style}\"></i>");
            }
        }
        *html += "</div>";
    }
}

/// One lane for each speaker, each turn in the colour of what it expresses.
fn write_speakers(html: &mut String, region: &Region, turns: &[Turn]) {
    let mut lanes = BTreeMap::new();
    for turn in turns {
        let (_, spans) = lanes.entry(turn.speaker).or_insert_with(|| {
            let name = called(turn.speaker, turn.name.as_deref());
            (escaped(&name), String::new())
        });
        if let Some(style) = place(region, turn.start_s, turn.end_s) {
            let tone = tone(turn.answer());
            let _ = write!(spans, "<i data-emotion=\"{tone}\" style=\"{style}\"></i>");
        }
    }
    for (name, spans) in lanes.into_values() {
        *html += "<div class=\"lane\" aria-hidden=\"true\"><span class=\"lane-name\" lang=\"\">";
        *html += &name;
        *html += "</span>";
        *html += &spans;
        *html += "</div>";
    }
}

/// Where a part is in what is seen; `None` where it is not.
fn place(region: &Region, start_s: f32, end_s: f32) -> Option<String> {
    let [start, end] = [start_s, end_s].map(|at_s| region.share(at_s).clamp(0.0, 1.0));
    let width = css_percent(end - start);
    (start < end).then(|| format!("left:{};width:{width}", css_percent(start)))
}

/// What a reader wrote, as text between tags.
fn escaped(text: &str) -> String {
    let mut escaped = text.replace('&', "&amp;");
    escaped = escaped.replace('<', "&lt;");
    escaped
}

fn marks_s((start_s, end_s): Span) -> Vec<f32> {
    let length_s = end_s - start_s;
    let step_s = STEPS_S.into_iter().find(|step_s| length_s / step_s < 6.0);
    let step_s = step_s.unwrap_or(STEPS_S[8]);
    let marks = (start_s / step_s).ceil() as u16..=(end_s / step_s) as u16;
    marks.map(|mark| f32::from(mark) * step_s).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(locale: Locale, region: &Region, parts: &[Part], turns: &[Turn]) -> String {
        let drawn = Drawn {
            duration_s: 8.0,
            region,
            outline: None,
            pictures: &Pictures::default(),
            parts,
            turns,
        };
        clip_tracks(locale, &drawn)
    }

    #[test]
    fn the_axis_has_few_marks_inside_the_clip() {
        for duration_s in [0.5, 3.0, 4.1, 59.0, 600.0] {
            let marks = marks_s((0.0, duration_s));
            assert!((2..=6).contains(&marks.len()), "{duration_s}: {marks:?}");
            assert!(marks.iter().all(|&mark_s| mark_s <= duration_s));
        }
        assert_eq!(marks_s((7.2, 9.1)), [7.5, 8.0, 8.5, 9.0]);
    }

    #[test]
    fn frequencies_are_where_the_mel_scale_has_them() {
        let mel = |hz: f32| 2595.0 * (1.0 + hz / 700.0).log10();
        for (hz, height) in MARKS_HZ {
            assert!((mel(hz.into()) / mel(8000.0) - height).abs() < 1e-3, "{hz}");
        }
    }

    #[test]
    fn every_emotion_that_is_heard_has_one_lane() {
        let part = |start_s: f32, emotion| Part {
            start_s,
            end_s: start_s + 2.0,
            emotion,
            confidence: 0.5,
            intensity: None,
        };
        let parts = [
            part(0.0, Emotion::Sad),
            part(2.0, Emotion::Angry),
            part(4.0, Emotion::Sad),
        ];
        let mut region = Region::new(8.0);
        let html = drawn(Locale::bn, &region, &parts, &[]);
        assert_eq!(html.matches("class=\"lane\"").count(), 2);
        assert!(html.contains("left:50.00%;width:25.00%") && html.contains("দুঃখিত"));
        assert!(html.contains("<span style=\"left:25.00%\">২</span>"));
        assert!(html.contains("viewBox=\"0.00 -100 400.00 200\""));

        region.choose(3.0, 7.0);
        region.zoom(true);
        let html = drawn(Locale::bn, &region, &parts, &[]);
        assert!(
            html.contains("left:0.00%;width:25.00%") && html.contains("left:25.00%;width:50.00%")
        );
        assert!(html.contains("viewBox=\"150.00 0 200.00 100\""));
        assert!(html.contains("<span style=\"left:25.00%\">৪</span>"));
    }

    #[test]
    fn every_speaker_has_one_lane_under_an_escaped_name() {
        let turn = |speaker, start_s, corrected| Turn {
            speaker,
            channel: None,
            start_s,
            end_s: start_s + 2.0,
            expression: None,
            name: (speaker == 1).then(|| "<b>&".to_owned()),
            corrected,
        };
        let turns = [
            turn(0, 0.0, None),
            turn(1, 2.0, Some(Emotion::Angry)),
            turn(0, 4.0, None),
        ];
        let html = drawn(Locale::en, &Region::new(8.0), &[], &turns);
        assert_eq!(html.matches("class=\"lane\"").count(), 2);
        assert_eq!(html.matches("data-emotion=\"unclear\"").count(), 2);
        assert!(html.contains("&lt;b>&amp;</span><i data-emotion=\"angry\" style=\"left:25.00%"));
    }
}
