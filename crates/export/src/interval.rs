//! The stretches of a clip that an export tells of.

use std::collections::{BTreeMap, BTreeSet};

use moments::{mean, parts};
use serde::Serialize;
use vocabulary::{
    ConfidenceBand, Emotion, Intensity, LabelSet, Outcome, Prediction, Probabilities, Turn,
    speaker_name,
};

use crate::number::percent;

/// A stretch of a clip: a turn of a speaker, or a part that sounds alike.
///
/// Invariant: `start_ms < end_ms`, neither past the clip's duration; those of one speaker or channel do not overlap.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Start in the clip, milliseconds.
    pub start_ms: u32,
    /// End in the clip, milliseconds.
    pub end_ms: u32,
    /// Channel of the clip, counted from 0; `None` where all were heard together.
    pub channel: Option<usize>,
    /// Who speaks, counted from 0; `None` where nobody asked.
    #[serde(skip)]
    pub speaker: Option<usize>,
    /// What the speaker is called: a letter, or a name that no other speaker of the clip has.
    #[serde(rename = "speaker")]
    pub name: Option<String>,
    /// What the voice expresses; `None` where the turn is too short to tell.
    pub heard: Option<Heard>,
    /// What a person says that it expresses.
    pub corrected: Option<Emotion>,
}

/// What a voice expresses in an interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Heard {
    /// Whether the emotion is an answer.
    pub outcome: Outcome,
    /// What it sounds like.
    pub emotion: Emotion,
    /// Probability of that emotion, `[0, 1]`.
    pub confidence: f32,
    /// How sure that is. A part's is known only where the whole clip is unclear, as then the part is.
    pub band: Option<ConfidenceBand>,
    /// How strongly it is expressed; `None` as of a clip.
    pub intensity: Option<Intensity>,
    /// Of a turn its own, of a part the mean of its moments.
    pub probabilities: Probabilities,
}

impl Heard {
    /// The emotion's code, or `unclear`.
    pub fn word(&self) -> &'static str {
        match self.outcome {
            Outcome::Emotion => self.emotion.code(),
            Outcome::Unclear => self.outcome.code(),
        }
    }

    fn of(
        emotion: Emotion,
        band: Option<ConfidenceBand>,
        intensity: Option<Intensity>,
        probabilities: Probabilities,
    ) -> Self {
        let outcome = band.map_or(Outcome::Emotion, Outcome::of);
        Self {
            outcome,
            intensity: intensity.filter(|_| outcome == Outcome::Emotion),
            emotion,
            confidence: probabilities.of(emotion),
            band,
            probabilities,
        }
    }
}

impl Interval {
    /// Whose it is: `A`, `channel 0`, or nothing where all were heard together.
    pub(crate) fn voice(&self) -> String {
        match (&self.name, self.channel) {
            (Some(name), _) => name.clone(),
            (None, Some(channel)) => format!("channel {channel}"),
            (None, None) => String::new(),
        }
    }

    /// The emotion's code, or `unclear`; that of a person where somebody said so. Nothing where the turn is too short
    /// to tell.
    pub(crate) fn word(&self) -> &'static str {
        let heard = || self.heard.as_ref().map(Heard::word);
        self.corrected
            .map(Emotion::code)
            .or_else(heard)
            .unwrap_or_default()
    }

    /// The same as a person reads it: `happy 71 %`, `happy (corrected)`.
    pub(crate) fn said(&self) -> String {
        if let Some(emotion) = self.corrected {
            return format!("{emotion} (corrected)");
        }
        match &self.heard {
            Some(heard) if heard.outcome == Outcome::Emotion => {
                format!("{} {}", heard.word(), percent(heard.confidence))
            }
            Some(heard) => heard.word().to_owned(),
            None => String::new(),
        }
    }

    /// Both, on one line: `A: happy 71 %`.
    pub(crate) fn caption(&self) -> String {
        let told = [self.voice(), self.said()].into_iter();
        let told: Vec<_> = told.filter(|text| !text.is_empty()).collect();
        told.join(": ")
    }
}

/// The intervals of a clip, in order of their starts: its turns; without turns the parts of each channel, or of all
/// channels together.
///
/// What has no length within the clip is left out, as is of a voice what overlaps with the same voice before.
pub fn intervals(prediction: &Prediction) -> Vec<Interval> {
    let mut all: Vec<Interval> = if !prediction.turns.is_empty() {
        prediction.turns.iter().filter_map(of_turn).collect()
    } else if !prediction.channels.is_empty() {
        let channels = prediction.channels.iter().enumerate();
        let heard = channels.filter_map(|(channel, one)| Some((channel, one.as_ref()?)));
        heard
            .flat_map(|(channel, one)| of_parts(one, Some(channel)))
            .collect()
    } else {
        of_parts(prediction, None)
    };
    all.sort_by_key(|one| (one.start_ms, one.end_ms, one.speaker, one.channel));
    name_apart(&mut all);
    let duration_ms = milliseconds(prediction.duration_s);
    let mut ends_ms: BTreeMap<_, u32> = BTreeMap::new();
    all.retain_mut(|one| {
        let voice = one.speaker.ok_or(one.channel);
        let before_ms = ends_ms.entry(voice).or_default();
        one.start_ms = one.start_ms.max(*before_ms);
        one.end_ms = one.end_ms.min(duration_ms);
        let is_some = one.start_ms < one.end_ms;
        if is_some {
            *before_ms = one.end_ms;
        }
        is_some
    });
    all.sort_by_key(|one| (one.start_ms, one.end_ms));
    all
}

/// A time in whole milliseconds, as ELAN and subtitles have it; what no clip has is 0 or the largest.
pub(crate) fn milliseconds(at_s: f32) -> u32 {
    (f64::from(at_s) * 1000.0).round() as u32
}

fn span(start_s: f32, end_s: f32) -> Option<(u32, u32)> {
    let is_one = start_s.is_finite() && end_s.is_finite();
    is_one.then(|| (milliseconds(start_s), milliseconds(end_s)))
}

fn of_turn(turn: &Turn) -> Option<Interval> {
    let (start_ms, end_ms) = span(turn.start_s, turn.end_s)?;
    let heard = turn.expression.as_ref().map(|expression| {
        let band = expression.certainty.band;
        Heard::of(
            expression.emotion(),
            Some(band),
            expression.intensity,
            expression.probabilities.clone(),
        )
    });
    Some(Interval {
        start_ms,
        end_ms,
        channel: turn.channel,
        speaker: Some(turn.speaker),
        name: Some(name_of(turn)),
        heard,
        corrected: turn.corrected,
    })
}

fn of_parts(prediction: &Prediction, channel: Option<usize>) -> Vec<Interval> {
    let labels: Vec<Emotion> = prediction
        .probabilities
        .iter()
        .map(|(label, _)| label)
        .collect();
    let Ok(labels) = LabelSet::new(labels) else {
        return Vec::new();
    };
    let band = prediction.certainty.band;
    let band = (band == ConfidenceBand::Unclear).then_some(band);
    let parts = parts(&prediction.windows).into_iter();
    let intervals = parts.filter_map(|part| {
        let (start_ms, end_ms) = span(part.start_s, part.end_s)?;
        let all = mean(&prediction.windows, part.start_s, part.end_s)?;
        let values: Vec<f32> = labels.iter().map(|label| all[label as usize]).collect();
        let probabilities = Probabilities::new(&labels, &values).ok()?;
        Some(Interval {
            start_ms,
            end_ms,
            channel,
            speaker: None,
            name: None,
            corrected: None,
            heard: Some(Heard::of(part.emotion, band, part.intensity, probabilities)),
        })
    });
    intervals.collect()
}

/// The name that a person gave, on one line and without what players of subtitles take for tags; else the letter.
fn name_of(turn: &Turn) -> String {
    let given = turn.name.as_deref().unwrap_or_default();
    let fits = |one: &char| !one.is_control() && !matches!(one, '<' | '>');
    let given: String = given.chars().filter(fits).collect();
    match given.trim() {
        "" => speaker_name(turn.speaker),
        name => name.to_owned(),
    }
}

/// Speakers of the same name get their letter behind it.
fn name_apart(intervals: &mut [Interval]) {
    let mut speakers: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for one in &*intervals {
        speakers
            .entry(one.name.clone())
            .or_default()
            .insert(one.speaker);
    }
    for one in intervals {
        if let (Some(name), Some(speaker)) = (&one.name, one.speaker)
            && speakers[&one.name].len() > 1
        {
            one.name = Some(format!("{name} ({})", speaker_name(speaker)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{certainty, dialogue, monologue, nothing, turn};

    fn spans(prediction: &Prediction) -> Vec<(u32, u32)> {
        let intervals = intervals(prediction).into_iter();
        intervals.map(|one| (one.start_ms, one.end_ms)).collect()
    }

    fn captions(prediction: &Prediction) -> Vec<String> {
        intervals(prediction)
            .iter()
            .map(Interval::caption)
            .collect()
    }

    #[test]
    fn turns_go_before_parts() {
        let prediction = Prediction {
            windows: monologue().windows,
            ..dialogue()
        };
        let expected = [(500, 4000), (3000, 6250), (6250, 6500), (8000, 10_000)];
        assert_eq!(spans(&prediction), expected);
        assert_eq!(
            captions(&prediction),
            ["A: happy 71 %", "B: sad 90 %", "A", "A: unclear"]
        );
        let bands = intervals(&prediction).into_iter();
        let bands: Vec<_> = bands
            .map(|one| one.heard.and_then(|heard| heard.band))
            .collect();
        use ConfidenceBand::{High, Medium, Unclear};
        assert_eq!(bands, [Some(High), Some(Medium), None, Some(Unclear)]);
    }

    #[test]
    fn without_turns_there_are_parts() {
        assert_eq!(spans(&monologue()), [(0, 5000), (5000, 9500)]);
        assert_eq!(captions(&monologue()), ["happy 90 %", "sad 80 %"]);
        for interval in intervals(&monologue()) {
            let heard = interval.heard.expect("parts are told");
            assert_eq!((interval.speaker, heard.band), (None, None));
            assert_eq!(heard.confidence, heard.probabilities.of(heard.emotion));
        }
        let unclear = Prediction {
            certainty: certainty(ConfidenceBand::Unclear),
            ..monologue()
        };
        assert_eq!(captions(&unclear), ["unclear", "unclear"]);
        assert_eq!(intervals(&nothing()), []);
    }

    #[test]
    fn without_turns_each_channel_has_its_parts() {
        let quiet = Prediction {
            certainty: certainty(ConfidenceBand::Unclear),
            ..monologue()
        };
        let prediction = Prediction {
            channels: vec![None, Some(monologue()), Some(quiet)],
            ..monologue()
        };
        let expected = [
            "channel 1: happy 90 %",
            "channel 2: unclear",
            "channel 1: sad 80 %",
            "channel 2: unclear",
        ];
        assert_eq!(captions(&prediction), expected);
        let with_turns = Prediction {
            turns: dialogue().turns,
            ..prediction
        };
        assert_eq!(captions(&with_turns).len(), 4);
    }

    #[test]
    fn an_interval_lies_within_the_clip_and_has_a_length() {
        let prediction = Prediction {
            turns: vec![
                turn(0, -1.0, 2.0, None),
                turn(1, f32::NAN, 2.0, None),
                turn(2, 3.0, f32::INFINITY, None),
                turn(3, 5.0, 4.0, None),
                turn(4, 5.0, 5.0004, None),
                turn(5, 9.0, 12.0, None),
                turn(6, 11.0, 12.0, None),
            ],
            ..nothing()
        };
        assert_eq!(spans(&prediction), [(0, 2000), (9000, 10_000)]);
        for duration_s in [0.0, -1.0, f32::NAN] {
            let prediction = Prediction {
                duration_s,
                ..dialogue()
            };
            assert_eq!(spans(&prediction), []);
        }
    }

    #[test]
    fn what_people_say_goes_before_what_was_heard() {
        let mut prediction = dialogue();
        prediction.turns[2].corrected = Some(Emotion::Angry);
        prediction.turns[3].corrected = Some(Emotion::Sad);
        for turn in &mut prediction.turns {
            turn.name = Some(" Ra\tna\n".into());
        }
        let expected = [
            "Rana (A): happy 71 %",
            "Rana (B): sad 90 %",
            "Rana (A): angry (corrected)",
            "Rana (A): sad (corrected)",
        ];
        assert_eq!(captions(&prediction), expected);
        prediction.turns[1].name = Some(" \0".into());
        assert_eq!(
            captions(&prediction)[..2],
            ["Rana: happy 71 %", "B: sad 90 %"]
        );
    }

    #[test]
    fn no_voice_speaks_over_itself() {
        let prediction = Prediction {
            turns: vec![
                turn(0, 0.0, 4.0, None),
                turn(0, 1.0, 2.0, None),
                turn(0, 3.0, 6.0, None),
                turn(1, 3.0, 5.0, None),
            ],
            ..nothing()
        };
        assert_eq!(spans(&prediction), [(0, 4000), (3000, 5000), (4000, 6000)]);
    }
}
