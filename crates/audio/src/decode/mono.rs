//! Hands decoded frames on as mono samples, within the limits.
//!
//! Input   interleaved frames, f32, `[n_frames, n_channels]`
//! Output  the mean of the channels, f32, finite, at most `LARGEST_SAMPLE` in magnitude; in pieces

use std::mem;

use super::{DecodeError, DecodeLimits};
use crate::Waveform;

/// Bound on a sample's magnitude: a float file whose samples are 16-bit integers still fits, and
/// the power of everything within it is finite in f32.
const LARGEST_SAMPLE: f32 = 32_768.0;

/// Samples of a piece or a packet more: so few are handed on while the next ones are decoded, so many that handing on
/// costs nothing.
const N_PIECE: usize = 8192;

/// The waveform, piece by piece.
pub(super) struct Mono<'a> {
    limits: &'a DecodeLimits,
    /// Samples handed on.
    n_before: usize,
    piece: Option<Waveform>,
    hand_on: &'a mut dyn FnMut(Waveform),
}

impl<'a> Mono<'a> {
    /// Hands every piece to `hand_on`; all have one sample rate.
    pub(super) fn new(limits: &'a DecodeLimits, hand_on: &'a mut dyn FnMut(Waveform)) -> Self {
        Self {
            limits,
            n_before: 0,
            piece: None,
            hand_on,
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
        let piece = match &mut self.piece {
            Some(piece) => piece,
            none => {
                self.limits.check_sample_rate(sample_rate_hz)?;
                none.insert(Waveform {
                    samples: Vec::new(),
                    sample_rate_hz,
                })
            }
        };
        if piece.sample_rate_hz != sample_rate_hz {
            return Ok(false);
        }
        let frames = interleaved.chunks_exact(n_channels);
        let n_samples = self.n_before + piece.samples.len() + frames.len();
        self.limits.check_length(n_samples, sample_rate_hz)?;
        // Where the compiler knows their number, the channels cost a third.
        match n_channels {
            1 => piece.samples.extend(means::<1>(interleaved)),
            2 => piece.samples.extend(means::<2>(interleaved)),
            _ => piece.samples.extend(frames.map(mean)),
        }
        if piece.samples.len() >= N_PIECE {
            self.n_before = n_samples;
            let samples = Vec::with_capacity(piece.samples.capacity());
            (self.hand_on)(Waveform {
                samples: mem::replace(&mut piece.samples, samples),
                sample_rate_hz,
            });
        }
        Ok(true)
    }

    /// Hands on the rest; returns whether there was anything at all.
    pub(super) fn finish(self) -> bool {
        let rest = self.piece.filter(|piece| !piece.samples.is_empty());
        let is_any = self.n_before > 0 || rest.is_some();
        rest.map(self.hand_on);
        is_any
    }
}

fn means<const N_CHANNELS: usize>(interleaved: &[f32]) -> impl Iterator<Item = f32> {
    let (frames, _) = interleaved.as_chunks::<N_CHANNELS>();
    frames.iter().map(|frame| mean(frame))
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
        let mut pieces = Vec::new();
        let mut hand_on = |piece| pieces.push(piece);
        let mut mono = Mono::new(&limits, &mut hand_on);
        let frames = [0.5, -0.25, f32::NAN, 0.0, f32::INFINITY, 1.0, 1e38, 1e38];
        assert!(mono.append(&frames, 2, 8000).expect("within limits"));
        assert!(mono.finish());
        let expected = Waveform {
            samples: vec![0.125, 0.0, 0.0, LARGEST_SAMPLE],
            sample_rate_hz: 8000,
        };
        assert_eq!(pieces, [expected]);
    }

    #[test]
    fn pieces_are_the_whole() {
        let limits = DecodeLimits::default();
        let samples: Vec<f32> = (0..3 * N_PIECE).map(|n| n as f32 / 1e6).collect();
        let mut pieces = Vec::new();
        let mut hand_on = |piece: Waveform| pieces.push(piece.samples);
        let mut mono = Mono::new(&limits, &mut hand_on);
        for packet in samples.chunks(N_PIECE * 2 / 3) {
            assert!(matches!(mono.append(packet, 1, 8000), Ok(true)));
        }
        assert!(mono.finish());
        assert_eq!(pieces.len(), 3);
        assert_eq!(pieces.concat(), samples);
    }

    #[test]
    fn limits_hold() {
        let limits = DecodeLimits {
            max_duration_s: 2.0,
            ..DecodeLimits::default()
        };
        let mut nowhere = |_| {};
        let mut mono = Mono::new(&limits, &mut nowhere);
        // The first second fills a piece.
        let second = vec![0.0; 8192];
        assert!(matches!(mono.append(&second, 1, 8192), Ok(true)));
        assert!(matches!(mono.append(&second, 1, 8192), Ok(true)));
        assert!(matches!(
            mono.append(&[0.0], 1, 8192),
            Err(DecodeError::TooLong { .. })
        ));
        assert!(matches!(
            Mono::new(&limits, &mut nowhere).append(&[0.0; 33], 33, 8000),
            Err(DecodeError::TooManyChannels { channels: 33, .. })
        ));
        assert!(matches!(
            Mono::new(&limits, &mut nowhere).append(&[0.0], 1, 500_000),
            Err(DecodeError::SampleRateOutOfRange { .. })
        ));
    }

    #[test]
    fn a_change_of_rate_is_ignored() {
        let limits = DecodeLimits::default();
        let mut nowhere = |_| {};
        let mut mono = Mono::new(&limits, &mut nowhere);
        assert!(matches!(mono.append(&[0.5], 1, 8000), Ok(true)));
        assert!(matches!(mono.append(&[0.5], 1, 48_000), Ok(false)));
    }

    #[test]
    fn nothing_is_not_handed_on() {
        let limits = DecodeLimits::default();
        let mut never = |_| panic!("there is nothing");
        assert!(!Mono::new(&limits, &mut never).finish());
    }
}
