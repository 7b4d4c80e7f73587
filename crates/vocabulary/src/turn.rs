//! Who speaks when, and what each voice expresses meanwhile.

use serde::{Deserialize, Serialize};

use crate::{BandAccuracy, Emotion, Intensity, Outcome, Probabilities};

/// What one voice says until it pauses or another one speaks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// Who speaks, counted from 0 in the order of the first turns.
    pub speaker: usize,
    /// Channel of the clip, counted from 0; `None` where all were heard together.
    pub channel: Option<usize>,
    /// Start in the clip, seconds.
    pub start_s: f32,
    /// End in the clip, seconds.
    pub end_s: f32,
    /// What the voice expresses, heard from the turn's own speech; `None` where it is too short to tell.
    pub expression: Option<Expression>,
    /// What the speaker is called by a person; any text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What a person says that the voice expresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected: Option<Emotion>,
}

/// What a voice expresses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expression {
    /// Calibrated.
    pub probabilities: Probabilities,
    /// How sure the most probable emotion is, and how often such answers are right.
    pub certainty: BandAccuracy,
    /// How strongly; `None` as of a clip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intensity: Option<Intensity>,
}

impl Turn {
    /// What it expresses, as a person says or as it was heard; `None` where it is unclear or too short to tell.
    pub fn answer(&self) -> Option<Emotion> {
        let heard = self.expression.as_ref();
        let heard = heard.filter(|heard| heard.outcome() == Outcome::Emotion);
        self.corrected.or(heard.map(Expression::emotion))
    }
}

impl Expression {
    /// The most probable emotion.
    pub fn emotion(&self) -> Emotion {
        self.probabilities.top().0
    }

    /// Whether the voice gave an emotion, or one that is as good as no answer.
    pub fn outcome(&self) -> Outcome {
        Outcome::of(self.certainty.band)
    }
}

/// The letters that stand for a speaker: A to Z, then AA.
pub fn speaker_name(speaker: usize) -> String {
    let letter = char::from(b'A' + (speaker % 26) as u8);
    let before = match speaker / 26 {
        0 => String::new(),
        n => speaker_name(n - 1),
    };
    format!("{before}{letter}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_speaker_has_a_name() {
        let names = [0, 1, 25, 26, 27, 52, 702].map(speaker_name);
        assert_eq!(names, ["A", "B", "Z", "AA", "AB", "BA", "AAA"]);
    }
}
