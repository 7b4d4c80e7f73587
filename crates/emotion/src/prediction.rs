//! What the recogniser says about a clip.

use serde::{Deserialize, Serialize};

use crate::{ConfidenceBand, Emotion, Probabilities};

/// What the recogniser says about one clip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// Length of the decoded clip, seconds.
    pub duration_s: f32,
    /// Mean of the windows' probabilities.
    pub probabilities: Probabilities,
    /// One entry per analysed window, in time order; at least one.
    pub windows: Vec<WindowPrediction>,
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
}

impl Prediction {
    /// The most probable emotion.
    pub fn emotion(&self) -> Emotion {
        self.probabilities.top().0
    }

    /// Probability of the most probable emotion: at least one by the number of labels, at most 1.
    pub fn confidence(&self) -> f32 {
        self.probabilities.top().1
    }

    /// How sure that is, in three steps.
    pub fn band(&self) -> ConfidenceBand {
        ConfidenceBand::of(self.confidence())
    }
}
