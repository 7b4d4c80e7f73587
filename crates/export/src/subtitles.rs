//! Subtitles: WebVTT (W3C) and SubRip.

use crate::{Clip, intervals, number::timestamp};

/// What a cue says while somebody speaks and nothing can be told.
const SOMETHING: &str = "…";

/// A cue for each interval, with a voice where it is known: `<v A>happy 71 %`.
pub fn vtt(clip: &Clip<'_>) -> String {
    let intervals = intervals(clip.prediction);
    let cues = intervals.iter().map(|one| {
        let [start, end] = [one.start_ms, one.end_ms].map(|at_ms| timestamp(at_ms, '.'));
        let said = match one.said() {
            said if said.is_empty() => SOMETHING.to_owned(),
            said => said,
        };
        let voice = match one.voice() {
            voice if voice.is_empty() => voice,
            voice => format!("<v {}>", escaped(&voice)),
        };
        format!("\n{start} --> {end}\n{voice}{said}\n")
    });
    format!("WEBVTT\n{}", cues.collect::<String>())
}

/// A numbered cue for each interval, `A: happy 71 %`; an empty file where there is none.
pub fn srt(clip: &Clip<'_>) -> String {
    let intervals = intervals(clip.prediction);
    let cues = intervals.iter().enumerate().map(|(idx, one)| {
        let [start, end] = [one.start_ms, one.end_ms].map(|at_ms| timestamp(at_ms, ','));
        let caption = match one.said().is_empty() {
            false => one.caption(),
            true => format!("{}: {SOMETHING}", one.voice()),
        };
        format!("{}\n{start} --> {end}\n{caption}\n\n", idx + 1)
    });
    cues.collect()
}

/// A name within a cue's tag.
fn escaped(name: &str) -> String {
    name.replace('&', "&amp;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{dialogue, monologue, nothing};

    fn clip(prediction: &vocabulary::Prediction) -> Clip<'_> {
        Clip {
            name: "a --> b\n\nNOTE",
            model: "m",
            prediction,
        }
    }

    #[test]
    fn captions_have_a_voice() {
        let expected = "WEBVTT\n\n00:00:00.500 --> 00:00:04.000\n<v A>happy 71 %\n\n\
                        00:00:03.000 --> 00:00:06.250\n<v B>sad 90 %\n\n00:00:06.250 --> 00:00:06.500\n<v A>…\n\n\
                        00:00:08.000 --> 00:00:10.000\n<v A>unclear\n";
        assert_eq!(vtt(&clip(&dialogue())), expected);
        let expected = "WEBVTT\n\n00:00:00.000 --> 00:00:05.000\nhappy 90 %\n\n\
                        00:00:05.000 --> 00:00:09.500\nsad 80 %\n";
        assert_eq!(vtt(&clip(&monologue())), expected);
        assert_eq!(vtt(&clip(&nothing())), "WEBVTT\n");
    }

    #[test]
    fn subtitles_are_numbered() {
        let expected = "1\n00:00:00,500 --> 00:00:04,000\nA: happy 71 %\n\n\
                        2\n00:00:03,000 --> 00:00:06,250\nB: sad 90 %\n\n3\n00:00:06,250 --> 00:00:06,500\nA: …\n\n\
                        4\n00:00:08,000 --> 00:00:10,000\nA: unclear\n\n";
        assert_eq!(srt(&clip(&dialogue())), expected);
        assert_eq!(srt(&clip(&nothing())), "");
    }
}
