//! What is told while somebody speaks.

use serde::{Deserialize, Serialize};

use crate::{ConfidenceBand, Emotion, Outcome, Probabilities};

/// What is told while somebody speaks; in JSON `{"type": "speech.start", "at_s": 1.5}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum LiveEvent {
    /// Samples may come.
    #[serde(rename = "session.created")]
    Created {
        /// Name of the model that hears.
        model: String,
        /// Samples per second that are expected.
        sample_rate_hz: u32,
    },
    /// Somebody began to speak.
    #[serde(rename = "speech.start")]
    SpeechStart {
        /// Seconds from the first sample.
        at_s: f32,
    },
    /// What the last seconds express.
    #[serde(rename = "result")]
    Result(LiveResult),
    /// A rule holds; told once for as long as it does.
    #[serde(rename = "alert")]
    Alert {
        /// The rule.
        rule: String,
        /// What is heard.
        emotion: Emotion,
        /// Since when it holds, seconds from the first sample.
        start_s: f32,
        /// Until when it was heard.
        end_s: f32,
        /// Mean probability of the emotion meanwhile.
        confidence: f32,
    },
    /// Somebody has ended.
    #[serde(rename = "speech.end")]
    SpeechEnd {
        /// Seconds from the first sample.
        at_s: f32,
    },
    /// The end.
    #[serde(rename = "session.closed")]
    Closed {
        /// Seconds that were heard.
        duration_s: f32,
    },
}

/// What the last seconds express.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LiveResult {
    /// Where the speech begins that was heard for it, seconds from the first sample.
    pub start_s: f32,
    /// Where it ends.
    pub end_s: f32,
    /// Whether the emotion is an answer.
    pub outcome: Outcome,
    /// The word that stands for it.
    pub emotion: Emotion,
    /// How sure it is.
    pub band: ConfidenceBand,
    /// Of all emotions, smoothed over the utterance.
    pub probabilities: Probabilities,
}
