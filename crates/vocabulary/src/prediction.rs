//! What the recogniser says about a clip.

use serde::{Deserialize, Serialize};

use crate::{BandAccuracy, ConfidenceBand, Emotion, Intensity, Note, Probabilities, Turn};

/// What the recogniser says about one clip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// Length of the decoded clip, seconds.
    pub duration_s: f32,
    /// How long somebody speaks in it, seconds.
    pub speech_s: f32,
    /// What may make the answer worse, each at most once.
    pub notes: Vec<Note>,
    /// Mean of the windows' probabilities.
    pub probabilities: Probabilities,
    /// How sure the most probable emotion is, and how often such answers are right.
    pub certainty: BandAccuracy,
    /// How strongly the emotion is expressed; `None` where the outcome is neutral or unclear, or the model cannot tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intensity: Option<Intensity>,
    /// How far the voice, as it was recorded, is from those of the training: of these the mean is 1. `None` where
    /// the model does not tell; told to no client.
    #[serde(skip)]
    pub distance: Option<f32>,
    /// Where somebody speaks, start and end in seconds, in time order; empty where nobody looked. Told to no client.
    #[serde(skip)]
    pub speech: Vec<(f32, f32)>,
    /// One entry per analysed window, in time order; at least one.
    pub windows: Vec<WindowPrediction>,
    /// Who speaks when, in time order; empty unless somebody asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<Turn>,
    /// Each channel heard by itself, `None` where nobody speaks in it; empty unless somebody asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<Option<Prediction>>,
}

/// What became of a clip in which somebody speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The most probable emotion is the answer.
    Emotion,
    /// The most probable emotion is more often wrong than right.
    Unclear,
}

impl Outcome {
    /// What an answer of this confidence is.
    pub const fn of(band: ConfidenceBand) -> Self {
        match band {
            ConfidenceBand::Unclear => Self::Unclear,
            _ => Self::Emotion,
        }
    }

    /// Stable lower-case name, as in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Emotion => "emotion",
            Self::Unclear => "unclear",
        }
    }
}

/// What the recogniser says about one window of a clip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowPrediction {
    /// Start in the clip, seconds.
    pub start_s: f32,
    /// End in the clip, seconds; never past its duration.
    pub end_s: f32,
    /// The window's own probabilities.
    pub probabilities: Probabilities,
    /// How strongly its most probable emotion is expressed; `None` where that is neutral, or the model cannot tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intensity: Option<Intensity>,
}

impl Prediction {
    /// Whether several speakers have turns: what they sound like together says nothing of one.
    pub fn is_of_several(&self) -> bool {
        let mut speakers = self.turns.iter().map(|turn| turn.speaker);
        let first = speakers.next();
        speakers.any(|speaker| Some(speaker) != first)
    }

    /// The most probable emotion.
    pub fn emotion(&self) -> Emotion {
        self.probabilities.top().0
    }

    /// Probability of the most probable emotion: at least one by the number of labels, at most 1.
    pub fn confidence(&self) -> f32 {
        self.probabilities.top().1
    }

    /// Whether the voice gave an emotion, or one that is as good as no answer.
    pub fn outcome(&self) -> Outcome {
        Outcome::of(self.certainty.band)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_what_serde_writes() {
        for outcome in [Outcome::Emotion, Outcome::Unclear] {
            let json = serde_json::to_string(&outcome).expect("serialises");
            assert_eq!(json, format!("\"{}\"", outcome.code()));
        }
    }
}
