//! What networks said about a clip of a speaker whom they never heard.

use std::collections::BTreeMap;

use inference::Confusion;
use serde::{Deserialize, Serialize};
use vocabulary::{Emotion, LabelSet, Probabilities};

use crate::{enrolment::Enrolment, scores};

/// What a committee said about a clip of a speaker whom it never heard.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    /// Fold in which the clip was tested.
    pub fold: usize,
    /// Who speaks.
    pub speaker: String,
    /// Sex of the speaker where known.
    pub sex: Option<String>,
    /// Sentence where known.
    pub sentence: Option<String>,
    /// The label.
    pub emotion: Emotion,
    /// Uncalibrated; `None` when no speech was found.
    pub probabilities: Option<Probabilities>,
    /// Of the voice from those of the training, [`vocabulary::Prediction::distance`].
    #[serde(default)]
    pub distance: Option<f32>,
    /// What each member would have answered alone.
    pub members: Vec<Option<Emotion>>,
    /// The same as `probabilities` by a committee that knows the voice, by how.
    #[serde(default)]
    pub profiled: BTreeMap<Enrolment, Probabilities>,
}

impl Answer {
    /// The label and the most probable emotion.
    pub fn pair(&self) -> (Emotion, Option<Emotion>) {
        let top = self.probabilities.as_ref().map(|all| all.top().0);
        (self.emotion, top)
    }
}

/// Counts of answers.
pub fn confusion<'a>(
    labels: &LabelSet,
    answers: impl IntoIterator<Item = &'a Answer>,
) -> Confusion {
    scores::confusion(labels, answers.into_iter().map(Answer::pair))
}
