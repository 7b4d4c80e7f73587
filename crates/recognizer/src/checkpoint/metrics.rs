//! What a checkpoint reaches on speakers it never heard.

use std::collections::BTreeMap;

use emotion::{Emotion, LabelSet};
use serde::{Deserialize, Serialize};

/// Counts of clips, `[true class][predicted class]`, both `n_labels` long and in class order.
pub type Confusion = Vec<Vec<u32>>;

/// `metrics.json`: speaker-independent cross-validation of the recipe that made the checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// How it was measured, in a sentence.
    pub protocol: String,
    /// The classes of every confusion matrix here; the five where the file does not tell.
    #[serde(default)]
    pub labels: LabelSet,
    /// Speakers of the corpus.
    pub n_speakers: usize,
    /// Clips of the corpus.
    pub n_clips: usize,
    /// Unweighted average recall on the test speakers, over folds.
    pub uar: Spread,
    /// Share of clips that are right, over folds.
    pub accuracy: Spread,
    /// Recall per class over all test clips; classes without clips are absent.
    pub recall: BTreeMap<Emotion, f64>,
    /// All test clips of all folds.
    pub confusion: Confusion,
    /// Fold by fold.
    pub folds: Vec<FoldMetrics>,
}

/// Mean and sample standard deviation over folds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Arithmetic mean.
    pub mean: f64,
    /// Sample standard deviation; 0 for a single value.
    pub std: f64,
}

/// One fold of a cross-validation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoldMetrics {
    /// Speakers that this fold's network never heard.
    pub test_speakers: Vec<String>,
    /// Speakers on which its epoch was chosen.
    pub validation_speakers: Vec<String>,
    /// The chosen epoch, from 1.
    pub epoch: usize,
    /// Unweighted average recall on the test speakers.
    pub uar: f64,
    /// Share of test clips that are right.
    pub accuracy: f64,
    /// Test clips.
    pub confusion: Confusion,
}

impl Spread {
    /// Of at least one value.
    pub fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Self {
            mean,
            std: (squares / (count - 1.0).max(1.0)).sqrt(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_without_labels_are_of_the_five() {
        let mut json = serde_json::to_value(Metrics::default()).expect("plain data");
        json.as_object_mut().expect("an object").remove("labels");
        let metrics: Metrics = serde_json::from_value(json).expect("readable");
        assert_eq!(metrics.labels, LabelSet::five());
    }
}
