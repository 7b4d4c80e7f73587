//! What a checkpoint reaches on speakers it never heard.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vocabulary::{Emotion, LabelSet};

/// Counts of clips, `[true class][predicted class]`, both `n_labels` long and in class order.
pub type Confusion = Vec<Vec<u32>>;

/// `metrics.json`: speaker-independent cross-validation of the recipe that made the checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// How it was measured, in a sentence.
    pub protocol: String,
    /// The classes of every confusion matrix here.
    pub labels: LabelSet,
    /// Speakers of the corpus.
    pub n_speakers: usize,
    /// Clips of the corpus.
    pub n_clips: usize,
    /// Unweighted average recall on the test speakers, over folds.
    pub uar: Spread,
    /// 95 % interval of the UAR over all test clips when speakers are drawn anew (bootstrap).
    pub uar_interval: [f64; 2],
    /// UAR over all test clips of each single network of the committee, over their seeds.
    pub member_uar: Spread,
    /// Mean of the classes' F1 over all test clips.
    pub macro_f1: f64,
    /// Share of clips that are right, over folds.
    pub accuracy: Spread,
    /// Recall per class over all test clips; classes without clips are absent.
    pub recall: BTreeMap<Emotion, f64>,
    /// UAR by sex of the speaker, as the corpus writes it.
    pub uar_by_sex: BTreeMap<String, f64>,
    /// UAR of answers by somebody who knows the voice, by how.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub uar_by_enrolment: BTreeMap<String, f64>,
    /// UAR over the emotions of each corpus, where there are several.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub uar_by_corpus: BTreeMap<String, f64>,
    /// UAR by sentence.
    pub uar_by_sentence: BTreeMap<String, f64>,
    /// How well confidence tells accuracy.
    pub calibration: CalibrationMetrics,
    /// All test clips of all folds.
    pub confusion: Confusion,
    /// Fold by fold.
    pub folds: Vec<FoldMetrics>,
}

/// How well the confidence of an answer tells whether it is right; every fold calibrated with the
/// speakers of the other folds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationMetrics {
    /// Expected calibration error, 15 bins (Guo et al. 2017).
    pub ece: f64,
    /// The same with temperature 1.
    pub ece_uncalibrated: f64,
    /// Brier score: mean squared distance of the probabilities from the truth, `[0, 2]`.
    pub brier: f64,
    /// Mean negative log-likelihood of the labels, nats.
    pub nll: f64,
    /// Accuracy of the surest answers.
    pub risk_coverage: Vec<Coverage>,
}

/// Accuracy of a share of the answers, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Share of the answers.
    pub coverage: f64,
    /// Share of them that is right.
    pub accuracy: f64,
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
    /// The sentence that it never heard either; `None` where the sentences are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_sentence: Option<String>,
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
