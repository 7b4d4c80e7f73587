//! From the bytes of a clip to log-mel features.

mod log_mel;
mod waveform;

pub use log_mel::LogMel;
pub use waveform::Waveform;

/// Sample rate of everything behind the decoder, Hz.
pub const SAMPLE_RATE_HZ: u32 = 16_000;
