//! Log-mel features: what the network hears.
//!
//! Input   16 kHz mono, f32 in [-1, 1], shape `[n_samples]`
//! Output  dB, f32, `[n_frames, N_MELS]`: `10 log10(max(power, 1e-10))`, so never below -100
//! Source  torchaudio.transforms.MelSpectrogram, then AmplitudeToDB(stype = "power", top_db = None);
//!         parity in tests/parity
//! Invariant: every value is finite if every sample is

use crate::{MelFilterBank, N_MELS, PowerSpectrum, n_frames};

/// Least power that the logarithm sees: -100 dB.
const POWER_FLOOR: f32 = 1e-10;

/// Level of [`POWER_FLOOR`], dB: what a band of digital silence is given.
pub const FLOOR_DB: f32 = -100.0;

/// Log-mel energies of one window, dB, row-major `[n_frames, N_MELS]`.
#[derive(Clone, Debug, PartialEq)]
pub struct LogMel {
    values: Vec<f32>,
}

impl LogMel {
    /// Row-major `[n_frames, N_MELS]`, dB.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Frames, one every 32 ms.
    pub fn n_frames(&self) -> usize {
        self.values.len() / N_MELS
    }
}

/// Computes log-mel features; keeps plan, filter bank and buffers between calls.
#[derive(Default)]
pub struct LogMelExtractor {
    spectrum: PowerSpectrum,
    filter_bank: MelFilterBank,
}

impl LogMelExtractor {
    /// Plans the transform and computes the filter bank.
    pub fn new() -> Self {
        Self::default()
    }

    /// Features of 16 kHz samples, shape `[n_samples]`.
    pub fn log_mel(&mut self, samples: &[f32]) -> LogMel {
        let n_frames = n_frames(samples.len());
        let mut values = Vec::with_capacity(n_frames * N_MELS);
        for frame_idx in 0..n_frames {
            let power = self.spectrum.frame_power(samples, frame_idx);
            let bands = self.filter_bank.band_powers(power);
            values.extend(bands.map(|power| 10.0 * power.max(POWER_FLOOR).log10()));
        }
        LogMel { values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{N_FRAMES, WINDOW_SAMPLES};

    #[test]
    fn silence_is_the_floor_exactly() {
        let log_mel = LogMelExtractor::new().log_mel(&vec![0.0; WINDOW_SAMPLES]);
        assert_eq!(log_mel.n_frames(), N_FRAMES);
        assert_eq!(N_FRAMES, 126);
        assert!(log_mel.values().iter().all(|&db| db == -100.0));
    }

    #[test]
    fn ten_times_the_amplitude_is_20_db_more() {
        let quiet: Vec<f32> = (0..2048).map(|n| (n as f32 * 0.3).sin() * 0.01).collect();
        let loud: Vec<f32> = quiet.iter().map(|sample| sample * 10.0).collect();
        let mut extractor = LogMelExtractor::new();
        let (quiet, loud) = (extractor.log_mel(&quiet), extractor.log_mel(&loud));
        for (quiet, loud) in quiet.values().iter().zip(loud.values()) {
            assert!((loud - quiet - 20.0).abs() < 0.01 || *quiet < -90.0);
        }
    }

    #[test]
    fn any_length_gives_frames() {
        let mut extractor = LogMelExtractor::new();
        for n_samples in [0, 1, 2, 511, 512, 513] {
            let log_mel = extractor.log_mel(&vec![0.1; n_samples]);
            assert_eq!(log_mel.n_frames(), 1 + n_samples / 512);
            assert!(log_mel.values().iter().all(|db| db.is_finite()));
        }
    }
}
