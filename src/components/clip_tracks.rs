//! The pictures of a clip as markup: waveform, timeline and mel spectrogram over one axis of seconds.
//!
//! They are drawn whole and nothing in them changes but the language, so they are text for `inner_html`: a fraction of
//! the WebAssembly that the same in `view!` takes. Only numbers, our sentences, the server's pictures and escaped names
//! go in.

use moments::Part;
use std::{collections::BTreeMap, fmt::Write};

use vocabulary::{Emotion, Pictures, Turn};

use crate::{
    fixed::css_percent,
    i18n::{
        Locale,
        emotion_words::{label, tone},
        number, td_string,
        time_words::length,
        turn_words::called,
    },
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

/// Markup of the pictures.
pub fn clip_tracks(
    locale: Locale,
    duration_s: f32,
    pictures: &Pictures,
    parts: &[Part],
    turns: &[Turn],
) -> String {
    let length = length(locale, duration_s.into());
    let waveform = td_string!(locale, result.waveform, length);
    let spectrogram = td_string!(locale, result.spectrogram);
    let mut html = format!(
        "<svg class=\"waveform\" viewBox=\"0 -100 400 200\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{waveform}\">\
         <path d=\"{}\"/></svg>",
        pictures.waveform
    );
    match turns {
        [] => write_lanes(&mut html, locale, duration_s, parts),
        turns => write_speakers(&mut html, duration_s, turns),
    }
    // A string takes whatever is written.
    let _ = write!(
        html,
        "<div class=\"spectrogram\"><svg viewBox=\"0 0 400 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{spectrogram}\">\
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
    for mark_s in marks_s(duration_s) {
        let mark = number::decimal(locale, mark_s.into(), 1);
        let _ = write!(
            html,
            "<span style=\"left:{}\">{mark}</span>",
            css_percent(mark_s / duration_s)
        );
    }
    let _ = write!(
        html,
        "</div><p class=\"unit-s\" aria-hidden=\"true\">{unit}</p>"
    );
    html
}

/// One lane for each emotion that is heard, so that place tells it as well as colour.
fn write_lanes(html: &mut String, locale: Locale, duration_s: f32, parts: &[Part]) {
    let heard = |emotion: &Emotion| parts.iter().any(|part| part.emotion == *emotion);
    for emotion in Emotion::ALL.into_iter().filter(heard) {
        let name = label(locale, emotion);
        let _ = write!(
            html,
            "<div class=\"lane\" data-emotion=\"{}\" aria-hidden=\"true\"><span>{name}</span>",
            emotion.code()
        );
        for part in parts.iter().filter(|part| part.emotion == emotion) {
            let percent = |at_s: f32| css_percent(at_s / duration_s);
            let width = percent(part.end_s - part.start_s);
            let _ = write!(
                html,
                "<i style=\"left:{};width:{width}\"></i>",
                percent(part.start_s)
            );
        }
        *html += "</div>";
    }
}

/// One lane for each speaker, each turn in the colour of what it expresses.
fn write_speakers(html: &mut String, duration_s: f32, turns: &[Turn]) {
    let mut lanes = BTreeMap::new();
    for turn in turns {
        let (_, spans) = lanes.entry(turn.speaker).or_insert_with(|| {
            let name = called(turn.speaker, turn.name.as_deref());
            (escaped(&name), String::new())
        });
        let percent = |at_s: f32| css_percent(at_s / duration_s);
        let _ = write!(
            spans,
            "<i data-emotion=\"{}\" style=\"left:{};width:{}\"></i>",
            tone(turn.answer()),
            percent(turn.start_s),
            percent(turn.end_s - turn.start_s)
        );
    }
    for (name, spans) in lanes.into_values() {
        *html += "<div class=\"lane\" aria-hidden=\"true\"><span class=\"lane-name\" lang=\"\">";
        *html += &name;
        *html += "</span>";
        *html += &spans;
        *html += "</div>";
    }
}

/// What a reader wrote, as text between tags.
fn escaped(text: &str) -> String {
    let mut escaped = text.replace('&', "&amp;");
    escaped = escaped.replace('<', "&lt;");
    escaped
}

fn marks_s(duration_s: f32) -> Vec<f32> {
    let step_s = STEPS_S.into_iter().find(|step_s| duration_s / step_s < 6.0);
    let step_s = step_s.unwrap_or(STEPS_S[8]);
    (0..=(duration_s / step_s) as u16)
        .map(|mark| f32::from(mark) * step_s)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_has_few_marks_inside_the_clip() {
        for duration_s in [0.5, 3.0, 4.1, 59.0, 600.0] {
            let marks = marks_s(duration_s);
            assert!((2..=6).contains(&marks.len()), "{duration_s}: {marks:?}");
            assert!(marks.iter().all(|&mark_s| mark_s <= duration_s));
        }
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
        };
        let parts = [
            part(0.0, Emotion::Sad),
            part(2.0, Emotion::Angry),
            part(4.0, Emotion::Sad),
        ];
        let html = clip_tracks(Locale::bn, 8.0, &Pictures::default(), &parts, &[]);
        assert_eq!(html.matches("class=\"lane\"").count(), 2);
        assert!(html.contains("left:50.00%;width:25.00%") && html.contains("দুঃখিত"));
        assert!(html.contains("<span style=\"left:25.00%\">২</span>"));
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
        let html = clip_tracks(Locale::en, 8.0, &Pictures::default(), &[], &turns);
        assert_eq!(html.matches("class=\"lane\"").count(), 2);
        assert_eq!(html.matches("data-emotion=\"unclear\"").count(), 2);
        assert!(html.contains("&lt;b>&amp;</span><i data-emotion=\"angry\" style=\"left:25.00%"));
    }
}
