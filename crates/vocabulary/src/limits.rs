//! Bounds that several sides share.

/// Sample rate of everything behind the resampler, Hz.
pub const SAMPLE_RATE_HZ: u32 = 16_000;

/// Shortest clip in which a prediction is made, seconds: about one stressed word.
pub const MIN_DURATION_S: f32 = 0.5;
