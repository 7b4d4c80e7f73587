//! Hears the channels of a clip apart: a call with a speaker on each side.
//!
//! Input   bytes of any kind, with at most [`MAX_CHANNELS_APART`] channels
//! Output  a [`Recording`] for each channel, in the clip's order, all of the same length
//! Decoded once, both channels side by side; [crosstalk](crate::crosstalk) is silenced before there are features
//! Memory  a waveform at 16 kHz for each channel: of a mono clip as much as [`record`](super::record) takes, else twice

use super::{DecodeError, DecodeLimits, demux, guarded, mono::Taker};
use crate::{Heard, Recording, Waveform, crosstalk, resample::Resampler};

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
        let mut first: Option<Resampler> = None;
        let mut second: Option<Resampler> = None;
        let mut push = |piece: Waveform, other: Option<Waveform>| {
            let so_far = first.get_or_insert_with(|| Resampler::level(piece.sample_rate_hz));
            if let Some(other) = other {
                // Up to here there was one channel, which both hear.
                let second = second.get_or_insert_with(|| so_far.clone());
                go_on(second, &other);
            }
            go_on(so_far, &piece);
        };
        let heard = demux::decode(clip.as_ref(), &limits, Taker::Apart(&mut push))?;
        let first = first.ok_or(DecodeError::NoSamples)?.finish();
        let channels = match second.map(Resampler::finish) {
            Some(second) => {
                let mut both = [first, second];
                crosstalk::silence(both.each_mut().map(|channel| &mut channel.samples[..]));
                Vec::from(both)
            }
            None => vec![first],
        };
        let heard = Heard {
            has_voices_apart: false,
            ..heard
        };
        let record = |waveform| {
            let mut recording = Recording::of_resampled(waveform);
            recording.heard = heard;
            recording
        };
        Ok(channels.into_iter().map(record).collect())
    })
}

fn go_on(resampler: &mut Resampler, piece: &Waveform) {
    resampler.change_rate(piece.sample_rate_hz);
    resampler.push(&piece.samples);
}
