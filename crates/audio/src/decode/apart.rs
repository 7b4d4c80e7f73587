//! Hears the channels of a clip apart: a call with a speaker on each side.
//!
//! Input   bytes of any kind, with at most [`MAX_CHANNELS_APART`] channels
//! Output  a [`Recording`] for each channel, in the clip's order, all of the same length
//! Decoded once, both channels side by side (a mono clip twice); [crosstalk](crate::crosstalk) is silenced before there
//!         are features
//! Memory  samples at 16 kHz for each channel, a second time while one is silenced

use super::{DecodeError, DecodeLimits, demux, guarded, mono::Taker, record};
use crate::{
    Heard, Recorder, Recording, SAMPLE_RATE_HZ, Samples, Waveform,
    crosstalk::{self, Copies},
    resample::Resampler,
};

/// Most channels that are heard apart: a call has two sides.
pub const MAX_CHANNELS_APART: usize = 2;

/// Decodes a clip and reads the features of each channel: one [`Recording`] of a mono clip, the same as
/// [`record`](super::record) gives, two of a stereo clip, the first channel's first.
///
/// All have the same length. Where files were joined of which one is mono, both channels hear it. What a channel holds
/// of the other's voice only, weaker, is silenced; a voice that is on both channels at about one level, as of a mono
/// recording saved as stereo, upside down too, is heard in the first channel only, so that it counts once. Whoever
/// speaks on his own channel is kept, if quieter than the other and at the same time. In a channel where nobody
/// speaks there is no [speech](crate::Features::speech).
///
/// [`Heard::has_voices_apart`] is false of each: a channel is one side. Whether a clip is a call that is worth hearing
/// apart, [`record`](super::record) tells.
///
/// # Errors
/// As [`decode`](super::decode); [`DecodeError::TooManyChannels`] of more than [`MAX_CHANNELS_APART`].
pub fn record_channels<B: AsRef<[u8]>>(
    clip: B,
    limits: &DecodeLimits,
) -> Result<Vec<Recording>, DecodeError> {
    let limits = DecodeLimits {
        max_channels: limits.max_channels.min(MAX_CHANNELS_APART),
        ..limits.clone()
    };
    guarded(|| {
        let mut first: Option<Channel> = None;
        let mut second: Option<Channel> = None;
        let mut push = |piece: Waveform, other: Option<Waveform>| {
            let so_far = first.get_or_insert_with(|| Channel::at(piece.sample_rate_hz));
            if let Some(other) = other {
                // Up to here there was one channel, which both hear.
                let second = second.get_or_insert_with(|| so_far.clone());
                second.push(&other);
            }
            so_far.push(&piece);
        };
        let heard = demux::decode(clip.as_ref(), &limits, Taker::Apart(&mut push))?;
        let first = first.ok_or(DecodeError::NoSamples)?.finish();
        let Some(second) = second.map(Channel::finish) else {
            return Ok(vec![record(clip, &limits)?]);
        };
        let copies = crosstalk::copies([&first, &second]);
        let heard = Heard {
            has_voices_apart: false,
            ..heard
        };
        let recorded = |(channel, copies): (Samples, &Copies)| {
            let mut recorder = Recorder::new(SAMPLE_RATE_HZ);
            let pieces = copies.silenced(&channel);
            pieces.for_each(|piece| recorder.push(&piece));
            Recording {
                heard,
                ..recorder.finish()
            }
        };
        Ok([first, second]
            .into_iter()
            .zip(&copies)
            .map(recorded)
            .collect())
    })
}

/// A channel before copies are looked for.
#[derive(Clone)]
struct Channel {
    resampler: Resampler,
    samples: Samples,
}

impl Channel {
    fn at(sample_rate_hz: u32) -> Self {
        Self {
            resampler: Resampler::level(sample_rate_hz),
            samples: Samples::default(),
        }
    }

    fn push(&mut self, piece: &Waveform) {
        self.resampler.change_rate(piece.sample_rate_hz);
        self.resampler.push(&piece.samples);
        self.samples.push(&self.resampler.take());
    }

    fn finish(mut self) -> Samples {
        self.samples.push(&self.resampler.finish());
        self.samples
    }
}
