//! A decoded clip.

/// Mono samples, f32, nominally in `[-1, 1]`, with their rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Waveform {
    /// Shape `[n_samples]`, every value finite.
    pub samples: Vec<f32>,
    /// Samples per second.
    pub sample_rate_hz: u32,
}
