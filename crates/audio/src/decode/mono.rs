//! Gathers decoded frames as mono samples, within the limits.
//!
//! Input   interleaved frames, f32, `[n_frames, n_channels]`
//! Output  the mean of the channels, f32, finite, at most `LARGEST_SAMPLE` in magnitude

use super::{DecodeError, DecodeLimits};
use crate::Waveform;

/// Bound on a sample's magnitude: a float file whose samples are 16-bit integers still fits, and
/// the power of everything within it is finite in f32.
const LARGEST_SAMPLE: f32 = 32_768.0;

/// The waveform so far.
pub(super) struct Mono<'a> {
    limits: &'a DecodeLimits,
    waveform: Option<Waveform>,
}

impl<'a> Mono<'a> {
    pub(super) fn new(limits: &'a DecodeLimits) -> Self {
        Self {
            limits,
            waveform: None,
        }
    }

    /// Appends frames; those at another rate than the first ones are ignored.
    ///
    /// Returns whether anything was appended.
    pub(super) fn append(
        &mut self,
        interleaved: &[f32],
        n_channels: usize,
        sample_rate_hz: u32,
    ) -> Result<bool, DecodeError> {
        if interleaved.is_empty() {
            return Ok(false);
        }
        self.limits.check_channels(n_channels)?;
        let waveform = match &mut self.waveform {
            Some(waveform) => waveform,
            none => {
                self.limits.check_sample_rate(sample_rate_hz)?;
                none.insert(Waveform {
                    samples: Vec::new(),
                    sample_rate_hz,
                })
            }
        };
        if waveform.sample_rate_hz != sample_rate_hz {
            return Ok(false);
        }
        let frames = interleaved.chunks_exact(n_channels);
        self.limits
            .check_length(waveform.samples.len() + frames.len(), sample_rate_hz)?;
        // Where the compiler knows their number, the channels cost a third.
        match n_channels {
            2 => {
                let (frames, _) = interleaved.as_chunks::<2>();
                waveform
                    .samples
                    .extend(frames.iter().map(|frame| mean(frame)));
            }
            _ => waveform.samples.extend(frames.map(mean)),
        }
        Ok(true)
    }

    /// What was gathered.
    pub(super) fn finish(self) -> Option<Waveform> {
        self.waveform
    }
}

fn mean(frame: &[f32]) -> f32 {
    let mean = frame.iter().sum::<f32>() / frame.len() as f32;
    if mean.is_finite() {
        mean.clamp(-LARGEST_SAMPLE, LARGEST_SAMPLE)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_averaged_and_samples_finite() {
        let limits = DecodeLimits::default();
        let mut mono = Mono::new(&limits);
        let frames = [0.5, -0.25, f32::NAN, 0.0, f32::INFINITY, 1.0, 1e38, 1e38];
        assert!(mono.append(&frames, 2, 8000).expect("within limits"));
        let waveform = mono.finish().expect("four frames");
        assert_eq!(waveform.samples, [0.125, 0.0, 0.0, LARGEST_SAMPLE]);
    }

    #[test]
    fn limits_hold() {
        let limits = DecodeLimits {
            max_duration_s: 1.0,
            ..DecodeLimits::default()
        };
        let mut mono = Mono::new(&limits);
        let second = vec![0.0; 8000];
        assert!(matches!(mono.append(&second, 1, 8000), Ok(true)));
        assert!(matches!(
            mono.append(&[0.0], 1, 8000),
            Err(DecodeError::TooLong { .. })
        ));
        assert!(matches!(
            Mono::new(&limits).append(&[0.0; 33], 33, 8000),
            Err(DecodeError::TooManyChannels { channels: 33, .. })
        ));
        assert!(matches!(
            Mono::new(&limits).append(&[0.0], 1, 500_000),
            Err(DecodeError::SampleRateOutOfRange { .. })
        ));
    }

    #[test]
    fn a_change_of_rate_is_ignored() {
        let limits = DecodeLimits::default();
        let mut mono = Mono::new(&limits);
        assert!(matches!(mono.append(&[0.5], 1, 8000), Ok(true)));
        assert!(matches!(mono.append(&[0.5], 1, 48_000), Ok(false)));
    }
}
