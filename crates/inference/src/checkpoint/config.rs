//! What a checkpoint says about itself.

use serde::{Deserialize, Serialize};
use vocabulary::{Calibration, LabelSet};

use super::CheckpointError;
use crate::Architecture;

/// `config.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Name of the checkpoint, such as `bilstm-v8`.
    pub id: String,
    /// The emotions that the network tells apart, in the order of its logits.
    pub labels: LabelSet,
    /// What the network reads.
    pub features: FeatureSettings,
    /// Each of the networks.
    pub architecture: Architecture,
    /// Networks that answer together: the mean of their logits counts.
    pub n_members: usize,
    /// What its confidence is worth.
    pub calibration: Calibration,
}

/// Settings of the log-mel features; a checkpoint only fits the settings it was trained with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureSettings {
    /// Samples per second.
    pub sample_rate_hz: u32,
    /// Samples per window.
    pub window_samples: usize,
    /// Samples per frame.
    pub n_fft: usize,
    /// Samples from one frame to the next.
    pub hop_length: usize,
    /// Bands per frame.
    pub n_mels: usize,
}

impl FeatureSettings {
    /// The settings of this program.
    pub fn current() -> Self {
        Self {
            sample_rate_hz: audio::SAMPLE_RATE_HZ,
            window_samples: audio::WINDOW_SAMPLES,
            n_fft: audio::N_FFT,
            hop_length: audio::HOP_LENGTH,
            n_mels: audio::N_MELS,
        }
    }
}

impl Config {
    /// A description of one network, not calibrated, with this program's features.
    pub fn new(id: String, labels: LabelSet, architecture: Architecture) -> Self {
        Self {
            id,
            labels,
            features: FeatureSettings::current(),
            architecture,
            n_members: 1,
            calibration: Calibration::default(),
        }
    }

    pub(super) fn verify(&self) -> Result<(), CheckpointError> {
        let temperature = self.calibration.temperature;
        if !(temperature.is_finite() && temperature > 0.0) {
            return Err(CheckpointError::Temperature { temperature });
        }
        if self.n_members == 0 || !self.architecture.is_sound() {
            let sizes = serde_json::to_string(&self.architecture).unwrap_or_default();
            return Err(CheckpointError::Sizes(format!(
                "{} of {sizes}",
                self.n_members
            )));
        }
        let expected = FeatureSettings::current();
        if self.features != expected {
            return Err(CheckpointError::Features {
                found: Box::new(self.features.clone()),
                expected: Box::new(expected),
            });
        }
        Ok(())
    }
}
