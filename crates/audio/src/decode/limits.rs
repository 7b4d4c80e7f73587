//! What a clip may cost.

use std::time::Duration;

use super::DecodeError;

/// Bounds that decoding keeps, whatever the clip claims.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodeLimits {
    /// Longest clip, seconds of decoded audio; decoding stops there.
    pub max_duration_s: f32,
    /// Most samples kept, which bounds memory at 4 bytes each; decoding stops there. It shortens
    /// the longest clip at high sample rates.
    pub max_samples: usize,
    /// Lowest sample rate, Hz.
    pub min_sample_rate_hz: u32,
    /// Highest sample rate, Hz.
    pub max_sample_rate_hz: u32,
    /// Most channels.
    pub max_channels: usize,
    /// Most packets in a row that give no audio: another track's, damaged or empty ones.
    pub max_silent_packets: usize,
    /// How long decoding may take by the clock.
    pub max_decode_time: Duration,
}

impl Default for DecodeLimits {
    /// Ten minutes; as many samples as that has at 48 kHz (115 MB); 4 kHz (below telephone speech)
    /// to 384 kHz (the highest rate of studio recorders); 32 channels; 100,000 packets, which ten
    /// minutes of video at 60 frames a second do not reach; 20 s, more than ten minutes of any format take.
    fn default() -> Self {
        Self {
            max_duration_s: 600.0,
            max_samples: 600 * 48_000,
            min_sample_rate_hz: 4_000,
            max_sample_rate_hz: 384_000,
            max_channels: 32,
            max_silent_packets: 100_000,
            max_decode_time: Duration::from_secs(20),
        }
    }
}

impl DecodeLimits {
    pub(super) fn check_sample_rate(&self, sample_rate_hz: u32) -> Result<(), DecodeError> {
        let (min_hz, max_hz) = (self.min_sample_rate_hz, self.max_sample_rate_hz);
        // A waveform's rate is never 0, whatever the caller's bounds.
        if (min_hz.max(1)..=max_hz).contains(&sample_rate_hz) {
            return Ok(());
        }
        Err(DecodeError::SampleRateOutOfRange {
            sample_rate_hz,
            min_hz,
            max_hz,
        })
    }

    pub(super) fn check_channels(&self, channels: usize) -> Result<(), DecodeError> {
        if (1..=self.max_channels).contains(&channels) {
            return Ok(());
        }
        Err(DecodeError::TooManyChannels {
            channels,
            max_channels: self.max_channels,
        })
    }

    /// Checks a clip of so many samples, the last ones at this rate, which last so long in all.
    pub(super) fn check_length(
        &self,
        n_samples: usize,
        duration_s: f64,
        sample_rate_hz: u32,
    ) -> Result<(), DecodeError> {
        if n_samples <= self.max_samples && duration_s <= f64::from(self.max_duration_s) {
            return Ok(());
        }
        let memory_s = (self.max_samples as f64 / f64::from(sample_rate_hz)) as f32;
        Err(DecodeError::TooLong {
            max_duration_s: self.max_duration_s.min(memory_s),
        })
    }

    pub(super) fn check_silent_packets(&self, n_packets: usize) -> Result<(), DecodeError> {
        if n_packets <= self.max_silent_packets {
            return Ok(());
        }
        Err(DecodeError::TooManySilentPackets { n_packets })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn high_rates_shorten_the_longest_clip() {
        let limits = DecodeLimits::default();
        assert!(limits.check_length(600 * 48_000, 600.0, 48_000).is_ok());
        assert!(
            limits
                .check_length(600 * 16_000 + 1, 600.1, 16_000)
                .is_err()
        );
        let error = limits.check_length(600 * 96_000, 600.0, 96_000);
        assert!(matches!(
            error,
            Err(DecodeError::TooLong {
                max_duration_s: 300.0
            })
        ));
    }
}
