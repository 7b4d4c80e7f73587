//! What a model's confidence is worth, as measured on voices that it never heard.

use serde::{Deserialize, Serialize};

use crate::ConfidenceBand;

/// How a model's logits become confidences, and how often answers of each band are right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Divides the logits before the softmax (Guo et al. 2017); 1 changes nothing.
    pub temperature: f32,
    /// From the surest down; the last one begins at confidence 0.
    pub bands: Vec<BandAccuracy>,
    /// [`Distance`](crate::Prediction::distance) beyond which no answer is surer than the last band; `None` where
    /// nobody measured it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_distance: Option<f32>,
}

/// A band of confidences.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BandAccuracy {
    /// Its name.
    pub band: ConfidenceBand,
    /// Least confidence in it, `[0, 1]`.
    pub min_confidence: f32,
    /// Share of its answers that were right, `[0, 1]`; `None` when nobody measured it.
    pub accuracy: Option<f32>,
}

impl Calibration {
    /// The band of an answer with this confidence about a voice at this distance.
    pub fn band_of(&self, confidence: f32, distance: Option<f32>) -> BandAccuracy {
        let found = self
            .bands
            .iter()
            .find(|band| confidence >= band.min_confidence && !self.is_far(distance));
        *found.or(self.bands.last()).unwrap_or(&UNMEASURED[2])
    }

    /// Whether a voice at this distance is unlike what the model learnt from.
    pub fn is_far(&self, distance: Option<f32>) -> bool {
        distance
            .zip(self.max_distance)
            .is_some_and(|(distance, max_distance)| distance > max_distance)
    }
}

/// Bounds as the paper behind the project draws them: conventions, not measured accuracies.
const UNMEASURED: [BandAccuracy; 3] = {
    const fn from(min_confidence: f32, band: ConfidenceBand) -> BandAccuracy {
        BandAccuracy {
            band,
            min_confidence,
            accuracy: None,
        }
    }
    [
        from(0.8, ConfidenceBand::High),
        from(0.6, ConfidenceBand::Medium),
        from(0.0, ConfidenceBand::Low),
    ]
};

impl Default for Calibration {
    /// Of a model whose answers nobody measured: the paper's bounds, 0.8 and 0.6.
    fn default() -> Self {
        Self {
            temperature: 1.0,
            bands: UNMEASURED.to_vec(),
            max_distance: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_its_band() {
        use ConfidenceBand::{High, Low, Medium};
        let calibration = Calibration::default();
        let bands =
            [0.81, 0.80, 0.79, 0.60, 0.59, 0.0].map(|one| calibration.band_of(one, None).band);
        assert_eq!(bands, [High, High, Medium, Medium, Low, Low]);
    }

    #[test]
    fn what_is_far_is_never_sure() {
        let calibration = Calibration {
            max_distance: Some(2.0),
            ..Calibration::default()
        };
        let band = |distance| calibration.band_of(0.9, distance).band;
        assert_eq!(
            [None, Some(2.0), Some(2.1)].map(band),
            [
                ConfidenceBand::High,
                ConfidenceBand::High,
                ConfidenceBand::Low
            ]
        );
        assert!(!Calibration::default().is_far(Some(1e9)));
    }
}
