//! Rich Transcription Time Marked (NIST, RT-09 evaluation plan, appendix A): who speaks when.

use crate::{Clip, intervals, number::seconds};

/// A line of ten fields for each interval; channels counted from 1.
///
/// The format has no field for an emotion. Its file is the name without its last ending, as scorers expect it, with `_`
/// for blanks. Where speakers are not told apart, the one speaker is `speech`, or `channel_0` of a channel.
pub fn rttm(clip: &Clip<'_>) -> String {
    let file = field(stem(clip.name), "clip");
    let intervals = intervals(clip.prediction);
    let lines = intervals.iter().map(|one| {
        let channel = one.channel.map_or(1, |channel| channel + 1);
        let (start_s, length_s) = (seconds(one.start_ms), seconds(one.end_ms - one.start_ms));
        let voice = field(&one.voice(), "speech");
        format!("SPEAKER {file} {channel} {start_s} {length_s} <NA> <NA> {voice} <NA> <NA>\n")
    });
    lines.collect()
}

fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

/// Text without what ends a field.
fn field(text: &str, if_empty: &str) -> String {
    let fits = |one: char| !one.is_whitespace() && !one.is_control();
    match text {
        "" => if_empty.to_owned(),
        text => text
            .chars()
            .map(|one| if fits(one) { one } else { '_' })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use vocabulary::Prediction;

    use super::*;
    use crate::sample::{dialogue, monologue, nothing};

    fn written(name: &str, prediction: &Prediction) -> String {
        rttm(&Clip {
            name,
            model: "m",
            prediction,
        })
    }

    #[test]
    fn a_line_for_each_turn() {
        let expected = "SPEAKER call.1 1 0.500 3.500 <NA> <NA> A <NA> <NA>\n\
                        SPEAKER call.1 1 3.000 3.250 <NA> <NA> B <NA> <NA>\n\
                        SPEAKER call.1 1 6.250 0.250 <NA> <NA> A <NA> <NA>\n\
                        SPEAKER call.1 1 8.000 2.000 <NA> <NA> A <NA> <NA>\n";
        assert_eq!(written("call.1.wav", &dialogue()), expected);
        assert_eq!(written("a", &nothing()), "");
    }

    #[test]
    fn without_turns_one_speaks_or_one_on_each_channel() {
        let text = written("a.wav", &monologue());
        assert_eq!(text.matches(" 1 0.000 5.000 <NA> <NA> speech ").count(), 1);
        let channels = Prediction {
            channels: vec![None, Some(monologue())],
            ..nothing()
        };
        let expected = "SPEAKER a 2 0.000 5.000 <NA> <NA> channel_1 <NA> <NA>\n";
        assert!(written("a.wav", &channels).starts_with(expected));
    }

    #[test]
    fn a_name_is_one_field() {
        for (name, field) in [
            ("", "clip"),
            (".wav", ".wav"),
            ("a\u{a0}b \t\u{1c}\n.wav", "a_b____"),
            ("আমার গান.ogg", "আমার_গান"),
        ] {
            let text = written(name, &dialogue());
            assert_eq!(text.lines().count(), 4);
            for line in text.lines() {
                let fields: Vec<_> = line.split_whitespace().collect();
                assert_eq!((fields.len(), fields[1]), (10, field));
            }
        }
    }
}
