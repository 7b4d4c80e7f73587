//! Log-mel energies: the spectrum as the ear spaces it.
//!
//! Input   power of the mel bands of a frame
//! Output  dB, f32, `[n_frames, N_MELS]`: `10 log10(max(power, 1e-10))`, so never below -100
//! Source  torchaudio.transforms.MelSpectrogram, then AmplitudeToDB(stype = "power", top_db = None);
//!         parity in tests/parity

use crate::{N_MELS, logarithm::log10_in_place};

/// Least power that the logarithm sees: -100 dB.
const POWER_FLOOR: f32 = 1e-10;

/// Level of [`POWER_FLOOR`], dB: what a band of digital silence is given.
pub const FLOOR_DB: f32 = -100.0;

/// Log-mel energies of consecutive frames, dB, row-major `[n_frames, N_MELS]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogMel {
    values: Vec<f32>,
}

impl LogMel {
    /// Adds a frame of `N_MELS` band powers.
    pub fn push(&mut self, band_powers: impl Iterator<Item = f32>) {
        let mut powers = [0.0; N_MELS];
        for (place, power) in powers.iter_mut().zip(band_powers) {
            *place = power;
        }
        let mut logarithms = powers.map(|power| power.max(POWER_FLOOR));
        log10_in_place(&mut logarithms);
        let db = |(power, logarithm)| match power > POWER_FLOOR {
            true => 10.0 * logarithm,
            false => FLOOR_DB,
        };
        self.values
            .extend(powers.into_iter().zip(logarithms).map(db));
    }

    /// Row-major `[n_frames, N_MELS]`, dB.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The frames in time order, `N_MELS` dB each.
    pub fn frames(&self) -> &[[f32; N_MELS]] {
        self.values.as_chunks().0
    }

    /// Loudest band of each frame, dB, `[n_frames]`.
    pub fn peaks(&self) -> Vec<f32> {
        let peak = |frame: &[f32; N_MELS]| frame.iter().copied().fold(f32::MIN, f32::max);
        self.frames().iter().map(peak).collect()
    }

    /// Number of frames, one every 32 ms.
    pub fn n_frames(&self) -> usize {
        self.values.len() / N_MELS
    }
}

impl From<Vec<[f32; N_MELS]>> for LogMel {
    /// Frames in time order, dB.
    fn from(frames: Vec<[f32; N_MELS]>) -> Self {
        Self {
            values: frames.into_flattened(),
        }
    }
}
