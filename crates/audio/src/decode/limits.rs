//! What a clip may cost.

/// Bounds that decoding keeps, whatever the clip claims.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodeLimits {
    /// Longest clip, seconds of decoded audio; decoding stops there.
    pub max_duration_s: f32,
    /// Lowest sample rate, Hz.
    pub min_sample_rate_hz: u32,
    /// Highest sample rate, Hz.
    pub max_sample_rate_hz: u32,
    /// Most channels.
    pub max_channels: usize,
}

impl Default for DecodeLimits {
    /// Ten minutes, 4 kHz (below telephone speech) to 384 kHz (the highest rate of studio
    /// recorders), 32 channels.
    fn default() -> Self {
        Self {
            max_duration_s: 600.0,
            min_sample_rate_hz: 4_000,
            max_sample_rate_hz: 384_000,
            max_channels: 32,
        }
    }
}
