//! Log-mel features.

/// Log-mel energies of one window, dB, row-major `[n_frames, N_MELS]`.
#[derive(Clone, Debug, PartialEq)]
pub struct LogMel {
    values: Vec<f32>,
}

impl LogMel {
    /// Row-major `[n_frames, N_MELS]`.
    pub fn values(&self) -> &[f32] {
        &self.values
    }
}
