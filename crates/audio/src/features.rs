//! What is computed of every frame: log-mel energies and pitch, from one power spectrum.
//!
//! Input   16 kHz mono, f32 in [-1, 1], shape `[n_samples]`
//! Output  [`Features`] of `n_frames(n_samples)` frames, one every 32 ms
//! Invariant: every value is finite if every sample is

use std::sync::LazyLock;

use crate::{LogMel, MelFilterBank, Pitch, PitchTracker, PowerSpectrum, n_frames};

/// Log-mel energies and pitch of the same frames.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    /// `[n_frames, N_MELS]`, dB.
    pub log_mel: LogMel,
    /// `[n_frames]`.
    pub pitch: Vec<Pitch>,
}

/// Computes features; keeps plans, filter bank and buffers between calls.
#[derive(Clone)]
pub struct FeatureExtractor {
    spectrum: PowerSpectrum,
    filter_bank: MelFilterBank,
    pitch_tracker: PitchTracker,
}

impl FeatureExtractor {
    /// The first call of the process plans the transforms and computes the filter bank; later ones
    /// take over what it made.
    pub fn new() -> Self {
        static PLANNED: LazyLock<FeatureExtractor> = LazyLock::new(|| {
            let mut spectrum = PowerSpectrum::new();
            FeatureExtractor {
                pitch_tracker: PitchTracker::new(&mut spectrum),
                spectrum,
                filter_bank: MelFilterBank::new(),
            }
        });
        PLANNED.clone()
    }

    /// Features of 16 kHz samples, shape `[n_samples]`.
    pub fn features(&mut self, samples: &[f32]) -> Features {
        let mut features = Features::default();
        self.go_on(&mut features, samples, 0, n_frames(samples.len()));
        features
    }

    /// Adds the frames up to `n_frames` that `features` lacks; the samples begin with the frame `first_frame`.
    pub(crate) fn go_on(
        &mut self,
        features: &mut Features,
        samples: &[f32],
        first_frame: usize,
        n_frames: usize,
    ) {
        for frame_idx in features.pitch.len()..n_frames {
            let power = self.spectrum.frame_power(samples, frame_idx - first_frame);
            let bands = self.filter_bank.band_powers(power);
            features.log_mel.push(bands);
            features.pitch.push(self.pitch_tracker.pitch(power));
        }
    }
}

impl Default for FeatureExtractor {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{N_FRAMES, WINDOW_SAMPLES};

    #[test]
    fn silence_is_the_floor_exactly() {
        let features = FeatureExtractor::new().features(&vec![0.0; WINDOW_SAMPLES]);
        assert_eq!(features.log_mel.n_frames(), N_FRAMES);
        assert_eq!(N_FRAMES, 126);
        assert!(features.log_mel.values().iter().all(|&db| db == -100.0));
        assert_eq!(features.pitch, [Pitch::default(); N_FRAMES]);
    }

    #[test]
    fn ten_times_the_amplitude_is_20_db_more() {
        let quiet: Vec<f32> = (0..2048).map(|n| (n as f32 * 0.3).sin() * 0.01).collect();
        let loud: Vec<f32> = quiet.iter().map(|sample| sample * 10.0).collect();
        let mut extractor = FeatureExtractor::new();
        let (quiet, loud) = (extractor.features(&quiet), extractor.features(&loud));
        let pairs = quiet.log_mel.values().iter().zip(loud.log_mel.values());
        for (quiet, loud) in pairs {
            assert!((loud - quiet - 20.0).abs() < 0.01 || *quiet < -90.0);
        }
    }

    #[test]
    fn any_length_gives_frames() {
        let mut extractor = FeatureExtractor::new();
        for n_samples in [0, 1, 2, 511, 512, 513] {
            let features = extractor.features(&vec![0.1; n_samples]);
            assert_eq!(features.log_mel.n_frames(), 1 + n_samples / 512);
            assert_eq!(features.pitch.len(), features.log_mel.n_frames());
            assert!(features.log_mel.values().iter().all(|db| db.is_finite()));
        }
    }
}
