//! What matters in a clip, as every door tells it: strongest moments, and rules that held.

use moments::{Rule, alerts, peaks};
use serde::Serialize;
use utoipa::ToSchema;
use vocabulary::{Calibration, ConfidenceBand, LabelSet, Prediction, speaker_name};

use super::asked;
use crate::error::AppError;

/// What is told of a clip beside the answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// Peaks of each emotion.
    pub n_peaks: usize,
    /// Rules of this request alone.
    pub rules: Vec<Rule>,
}

/// A moment in which an emotion is strongest.
#[derive(Debug, Serialize, ToSchema)]
pub struct Peak {
    /// Code of the emotion.
    #[schema(example = "angry")]
    pub emotion: &'static str,
    /// Where it is strongest, seconds.
    pub at_s: f32,
    /// Start of what is worth listening to, seconds.
    pub start_s: f32,
    /// Its end, seconds.
    pub end_s: f32,
    /// As in `turns`; null where voices were not told apart.
    pub speaker: Option<String>,
    /// Channel of the clip, from 0; null where all were heard together.
    pub channel: Option<usize>,
    /// Probability of the emotion there.
    pub confidence: f32,
    /// `high`, `medium` or `low`.
    #[schema(value_type = String, example = "medium")]
    pub band: ConfidenceBand,
}

/// A rule that held.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Alert {
    /// The rule.
    #[schema(example = "angry >= high for 10 s")]
    pub rule: String,
    /// Code of the emotion.
    #[schema(example = "angry")]
    pub emotion: &'static str,
    /// Where it began to hold, seconds.
    pub start_s: f32,
    /// Where it ended, seconds.
    pub end_s: f32,
    /// As in `turns`; null where voices were not told apart.
    pub speaker: Option<String>,
    /// Channel of the clip, from 0; null where all were heard together.
    pub channel: Option<usize>,
    /// Mean probability of the emotion meanwhile.
    pub confidence: f32,
}

impl Asked {
    /// What is asked for, each rule once.
    pub fn new(n_peaks: usize, mut rules: Vec<Rule>) -> Self {
        let mut known = Vec::new();
        rules.retain(|rule| {
            let is_new = !known.contains(rule);
            known.push(*rule);
            is_new
        });
        Self { n_peaks, rules }
    }

    /// A rule about an emotion that is not among these.
    pub fn unheard(&self, labels: &LabelSet) -> Option<&Rule> {
        let mut rules = self.rules.iter();
        rules.find(|rule| labels.class_idx(rule.emotion).is_none())
    }

    /// The same, where it can be looked for with these labels.
    ///
    /// # Errors
    /// [`AppError::UnknownValue`].
    pub fn with_labels(self, labels: &LabelSet) -> Result<Self, AppError> {
        match self.unheard(labels) {
            None => Ok(self),
            Some(_) => Err(asked::unknown_value(
                "alerts",
                labels.iter().map(|one| format!("{one} >= low")),
            )),
        }
    }

    /// Peaks of a clip.
    pub fn peaks(&self, prediction: &Prediction, calibration: &Calibration) -> Vec<Peak> {
        let peaks = peaks(prediction, calibration, self.n_peaks);
        peaks.iter().map(Peak::of).collect()
    }

    /// Alerts of a clip.
    pub fn alerts(&self, prediction: &Prediction, calibration: &Calibration) -> Vec<Alert> {
        let alerts = alerts(prediction, calibration, &self.rules);
        alerts.iter().map(Alert::of).collect()
    }
}

impl Peak {
    fn of(peak: &moments::Peak) -> Self {
        Self {
            emotion: peak.emotion.code(),
            at_s: peak.at_s,
            start_s: peak.start_s,
            end_s: peak.end_s,
            speaker: peak.speaker.map(speaker_name),
            channel: peak.channel,
            confidence: peak.confidence,
            band: peak.band,
        }
    }
}

impl Alert {
    /// As it is told.
    pub fn of(alert: &moments::Alert) -> Self {
        Self {
            rule: alert.rule.to_string(),
            emotion: alert.rule.emotion.code(),
            start_s: alert.start_s,
            end_s: alert.end_s,
            speaker: alert.speaker.map(speaker_name),
            channel: alert.channel,
            confidence: alert.confidence,
        }
    }
}
