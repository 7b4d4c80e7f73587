//! Hands decoded frames on as mono samples, within the limits.
//!
//! Input   interleaved frames, f32, `[n_frames, n_channels]`
//! Output  the [mix](super::mix) of the channels, f32, finite, at most `LARGEST_SAMPLE` in magnitude; in pieces

use std::mem;

use super::{DecodeError, DecodeLimits, mix::Mix};
use crate::{Heard, Waveform};

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
    /// Seconds of the pieces at other rates than the present one's.
    before_s: f64,
    piece: Option<Waveform>,
    /// Samples of the present rate that were handed on.
    n_at_rate: usize,
    mix: Mix,
    is_apart: bool,
    hand_on: &'a mut dyn FnMut(Waveform),
}

impl<'a> Mono<'a> {
    /// Hands every piece to `hand_on`; each has one sample rate.
    pub(super) fn new(limits: &'a DecodeLimits, hand_on: &'a mut dyn FnMut(Waveform)) -> Self {
        Self {
            limits,
            n_before: 0,
            before_s: 0.0,
            piece: None,
            n_at_rate: 0,
            mix: Mix::default(),
            is_apart: false,
            hand_on,
        }
    }

    /// Whether nothing was appended yet.
    pub(super) fn is_empty(&self) -> bool {
        self.n_before == 0
            && self
                .piece
                .as_ref()
                .is_none_or(|piece| piece.samples.is_empty())
    }

    /// Appends frames; returns whether there were any.
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
        if self
            .piece
            .as_ref()
            .is_none_or(|piece| piece.sample_rate_hz != sample_rate_hz)
        {
            self.limits.check_sample_rate(sample_rate_hz)?;
            self.change_rate(sample_rate_hz);
        }
        let Some(piece) = &mut self.piece else {
            return Ok(false);
        };
        let n_more = piece.samples.len() + interleaved.len() / n_channels;
        let at_rate_s = (self.n_at_rate + n_more) as f64 / f64::from(sample_rate_hz);
        let n_samples = self.n_before + n_more;
        self.limits
            .check_length(n_samples, self.before_s + at_rate_s, sample_rate_hz)?;
        let n_mixed = piece.samples.len();
        self.mix.add(interleaved, n_channels, &mut piece.samples);
        piece.samples[n_mixed..]
            .iter_mut()
            .for_each(|sample| *sample = bounded(*sample));
        if piece.samples.len() >= N_PIECE {
            self.n_before = n_samples;
            self.n_at_rate += n_more;
            let samples = Vec::with_capacity(piece.samples.capacity());
            (self.hand_on)(Waveform {
                samples: mem::replace(&mut piece.samples, samples),
                sample_rate_hz,
            });
        }
        Ok(true)
    }

    /// Hands on what there is at one rate; what comes next has another one.
    fn change_rate(&mut self, sample_rate_hz: u32) {
        self.hand_on_rest();
        self.is_apart |= mem::take(&mut self.mix).is_apart();
        self.piece = Some(Waveform {
            samples: Vec::new(),
            sample_rate_hz,
        });
    }

    fn hand_on_rest(&mut self) {
        if let Some(piece) = self.piece.take() {
            self.n_before += piece.samples.len();
            let n_samples = mem::take(&mut self.n_at_rate) + piece.samples.len();
            self.before_s += n_samples as f64 / f64::from(piece.sample_rate_hz);
            if !piece.samples.is_empty() {
                (self.hand_on)(piece);
            }
        }
    }

    /// Hands on the rest; returns what was heard, if there was anything at all.
    pub(super) fn finish(mut self) -> Option<Heard> {
        self.hand_on_rest();
        let is_apart = self.is_apart || self.mix.is_apart();
        (self.n_before > 0).then_some(Heard {
            has_voices_apart: is_apart,
            is_whole: true,
        })
    }
}

fn bounded(sample: f32) -> f32 {
    if sample.is_finite() {
        sample.clamp(-LARGEST_SAMPLE, LARGEST_SAMPLE)
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
        assert!(mono.finish().is_some());
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
        assert!(mono.finish().is_some());
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
    fn a_change_of_rate_begins_a_piece() {
        let limits = DecodeLimits {
            max_duration_s: 2.0,
            ..DecodeLimits::default()
        };
        let mut pieces = Vec::new();
        let mut hand_on =
            |piece: Waveform| pieces.push((piece.samples.len(), piece.sample_rate_hz));
        let mut mono = Mono::new(&limits, &mut hand_on);
        assert!(matches!(mono.append(&[0.5; 4000], 1, 8000), Ok(true)));
        assert!(matches!(mono.append(&[0.5; 48_000], 1, 48_000), Ok(true)));
        assert!(matches!(mono.append(&[0.5; 4000], 1, 8000), Ok(true)));
        assert!(matches!(
            mono.append(&[0.5; 1], 1, 8000),
            Err(DecodeError::TooLong { .. })
        ));
        assert!(mono.finish().is_some());
        assert_eq!(pieces, [(4000, 8000), (48_000, 48_000), (4000, 8000)]);
    }

    #[test]
    fn nothing_is_not_handed_on() {
        let limits = DecodeLimits::default();
        let mut never = |_| panic!("there is nothing");
        assert!(Mono::new(&limits, &mut never).finish().is_none());
    }
}
