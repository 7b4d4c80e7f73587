//! Hands decoded frames on as mono samples, within the limits.
//!
//! Input   interleaved frames, f32, `[n_frames, n_channels]`
//! Output  the [mix](super::mix) of the channels, or the first two apart, f32, finite, at most `LARGEST_SAMPLE` in
//!         magnitude; in pieces

use std::mem;

use super::{DecodeError, DecodeLimits, mix::Mix};
use crate::{Heard, Waveform};

/// Bound on a sample's magnitude: a float file whose samples are 16-bit integers still fits, and
/// the power of everything within it is finite in f32.
const LARGEST_SAMPLE: f32 = 32_768.0;

/// Samples of a piece or a packet more: so few are handed on while the next ones are decoded, so many that handing on
/// costs nothing.
const N_PIECE: usize = 8192;

/// Who takes the pieces.
pub(super) enum Taker<'a> {
    /// The mix of all channels.
    Mix(&'a mut dyn FnMut(Waveform)),
    /// Two channels apart, of a clip that has no more: a piece of the first, and one as long of the second. `None`
    /// stands for a second channel that held the same as the first so far, for there was but one.
    Apart(&'a mut dyn FnMut(Waveform, Option<Waveform>)),
}

/// The waveform, piece by piece.
pub(super) struct Mono<'a> {
    limits: &'a DecodeLimits,
    /// Samples handed on.
    n_before: usize,
    /// Seconds of the pieces at other rates than the present one's.
    before_s: f64,
    piece: Option<Waveform>,
    /// The second channel's samples of the piece, where two are apart.
    second: Option<Vec<f32>>,
    /// Samples of the present rate that were handed on.
    n_at_rate: usize,
    mix: Mix,
    is_apart: bool,
    taker: Taker<'a>,
}

impl<'a> Mono<'a> {
    /// Hands every piece to `taker`; each has one sample rate.
    pub(super) fn new(limits: &'a DecodeLimits, taker: Taker<'a>) -> Self {
        Self {
            limits,
            n_before: 0,
            before_s: 0.0,
            piece: None,
            second: None,
            n_at_rate: 0,
            mix: Mix::default(),
            is_apart: false,
            taker,
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
        if n_channels > 1 && self.second.is_none() && matches!(self.taker, Taker::Apart(_)) {
            self.hand_on();
            self.second = Some(Vec::new());
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
        match self.taker {
            Taker::Mix(_) => self.mix.add(interleaved, n_channels, &mut piece.samples),
            Taker::Apart(_) => {
                let frames = || interleaved.chunks_exact(n_channels);
                piece.samples.extend(frames().map(|frame| frame[0]));
                if let Some(second) = &mut self.second {
                    second.extend(frames().map(|frame| bounded(frame[n_channels.min(2) - 1])));
                }
            }
        }
        piece.samples[n_mixed..]
            .iter_mut()
            .for_each(|sample| *sample = bounded(*sample));
        if piece.samples.len() >= N_PIECE {
            self.hand_on();
        }
        Ok(true)
    }

    /// Hands on what there is; what comes next may have the same rate.
    fn hand_on(&mut self) {
        let Some(piece) = self
            .piece
            .as_mut()
            .filter(|piece| !piece.samples.is_empty())
        else {
            return;
        };
        self.n_before += piece.samples.len();
        self.n_at_rate += piece.samples.len();
        let sample_rate_hz = piece.sample_rate_hz;
        let taken = |samples: &mut Vec<f32>| {
            let next = Vec::with_capacity(samples.capacity());
            Waveform {
                samples: mem::replace(samples, next),
                sample_rate_hz,
            }
        };
        let first = taken(&mut piece.samples);
        match &mut self.taker {
            Taker::Mix(hand_on) => hand_on(first),
            Taker::Apart(hand_on) => hand_on(first, self.second.as_mut().map(taken)),
        }
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
        self.hand_on();
        if let Some(piece) = self.piece.take() {
            self.before_s +=
                mem::take(&mut self.n_at_rate) as f64 / f64::from(piece.sample_rate_hz);
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
        let mut mono = Mono::new(&limits, Taker::Mix(&mut hand_on));
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
        let mut mono = Mono::new(&limits, Taker::Mix(&mut hand_on));
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
        let mut mono = Mono::new(&limits, Taker::Mix(&mut nowhere));
        // The first second fills a piece.
        let second = vec![0.0; 8192];
        assert!(matches!(mono.append(&second, 1, 8192), Ok(true)));
        assert!(matches!(mono.append(&second, 1, 8192), Ok(true)));
        assert!(matches!(
            mono.append(&[0.0], 1, 8192),
            Err(DecodeError::TooLong { .. })
        ));
        assert!(matches!(
            Mono::new(&limits, Taker::Mix(&mut nowhere)).append(&[0.0; 33], 33, 8000),
            Err(DecodeError::TooManyChannels { channels: 33, .. })
        ));
        assert!(matches!(
            Mono::new(&limits, Taker::Mix(&mut nowhere)).append(&[0.0], 1, 500_000),
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
        let mut mono = Mono::new(&limits, Taker::Mix(&mut hand_on));
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
        assert!(
            Mono::new(&limits, Taker::Mix(&mut never))
                .finish()
                .is_none()
        );
    }

    #[test]
    fn channels_apart_are_as_long_as_each_other() {
        let limits = DecodeLimits::default();
        let (mut first, mut second) = (Vec::new(), Vec::new());
        let mut hand_on = |piece: Waveform, other: Option<Waveform>| {
            if let (None, Some(_)) = (second.first(), &other) {
                second.clone_from(&first);
            }
            if let Some(other) = other {
                assert_eq!(other.samples.len(), piece.samples.len());
                assert_eq!(other.sample_rate_hz, piece.sample_rate_hz);
                second.extend(other.samples);
            }
            first.extend(piece.samples);
        };
        let mut mono = Mono::new(&limits, Taker::Apart(&mut hand_on));
        for (frames, n_channels, rate_hz) in [
            (&[1.0, 2.0][..], 1, 8000),
            (&[3.0, -3.0, 4.0, f32::NAN], 2, 8000),
            (&[5.0], 1, 8000),
            (&[6.0, -6.0], 2, 16_000),
        ] {
            assert!(matches!(mono.append(frames, n_channels, rate_hz), Ok(true)));
        }
        assert!(mono.finish().is_some());
        assert_eq!(first, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(second, [1.0, 2.0, -3.0, 0.0, 5.0, -6.0]);
    }
}
