//! Turns the bytes of a clip into a waveform, by content and within limits.
//!
//! Input   bytes of any kind; file names and media types are never looked at
//! Output  `Waveform` at the clip's own rate, mono: the mean of all channels, as an ear hears them that one of them
//!         reaches upside down (`mix`); or the `Recording` of it, or of each of two channels (`apart`)
//! Formats docs/api.md has the table, tests/formats walks through it
//! Taken   the first audio track that can be decoded, of every file where several were joined; video and everything
//!         else is skipped
//! Errors  `DecodeError`; a panic inside a decoder is one of them
//! Invariant: ends by itself for any bytes, within `DecodeLimits`; every sample is finite

mod aac;
mod apart;
mod clock;
mod content;
mod demux;
mod error;
mod fields;
mod limits;
mod link;
mod mix;
mod mono;
mod opus;
mod recorded;
mod rope;
mod source;
mod telephone;
mod track;

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    thread,
};

pub use apart::{MAX_CHANNELS_APART, record_channels};
pub use error::DecodeError;
pub use limits::DecodeLimits;

use self::{mono::Taker, recorded::Recorded, source::Deadline};
use crate::{Growing, Heard, Recording, SAMPLE_RATE_HZ, Waveform, resample::resample_level};

/// Decodes a clip.
///
/// # Errors
/// [`DecodeError`] says what the clip is if it is not audio that can be decoded, and which limit it
/// exceeds.
pub fn decode<B: AsRef<[u8]>>(clip: B, limits: &DecodeLimits) -> Result<Waveform, DecodeError> {
    guarded(|| {
        let mut runs: Vec<Waveform> = Vec::new();
        let mut join = |piece: Waveform| match runs
            .last_mut()
            .filter(|run| run.sample_rate_hz == piece.sample_rate_hz)
        {
            Some(run) => run.samples.extend(piece.samples),
            None => runs.push(piece),
        };
        demux::decode(clip.as_ref(), limits, Taker::Mix(&mut join))?;
        Ok(joined(runs))
    })
}

/// One waveform: at the rate of its runs, or where they differ at [`SAMPLE_RATE_HZ`](crate::SAMPLE_RATE_HZ).
fn joined(mut runs: Vec<Waveform>) -> Waveform {
    if runs.len() == 1 {
        return runs.swap_remove(0);
    }
    let samples = runs.into_iter().flat_map(|run| resample_level(run).samples);
    Waveform {
        samples: samples.collect(),
        sample_rate_hz: SAMPLE_RATE_HZ,
    }
}

/// Decodes a clip and reads its features: what [`Recording`] makes of the waveform, in less time and memory.
///
/// # Errors
/// As [`decode`].
pub fn record<B: AsRef<[u8]>>(clip: B, limits: &DecodeLimits) -> Result<Recording, DecodeError> {
    guarded(|| {
        thread::scope(|scope| {
            let mut recorded = None;
            let mut push = |piece: Waveform| {
                let begin = || Recorded::begin(piece.sample_rate_hz, scope);
                recorded.get_or_insert_with(begin).push(piece);
            };
            let heard = demux::decode(clip.as_ref(), limits, Taker::Mix(&mut push))?;
            let mut recording = recorded
                .map(Recorded::finish)
                .ok_or(DecodeError::NoSamples)?;
            recording.heard = heard;
            Ok(recording)
        })
    })
}

/// The same, while `look` is shown what was recorded so far, and may forget it; it must come back when [`Growing`] has
/// no more. While it is behind decoding waits.
///
/// # Errors
/// As [`decode`].
pub fn record_in_sight<B: AsRef<[u8]> + Sync>(
    clip: B,
    limits: &DecodeLimits,
    look: impl FnOnce(&Growing),
) -> Result<Recording, DecodeError> {
    let growing = Growing::default();
    let heard = thread::scope(|scope| {
        let recording = scope.spawn(|| {
            let heard = guarded(|| {
                let deadline = Deadline::after(limits.max_decode_time);
                let mut push = |piece: Waveform| {
                    deadline.put_off(|| growing.wait_for_room());
                    growing.go_on(piece.sample_rate_hz, |recorder| {
                        recorded::push(recorder, &piece)
                    });
                };
                let taker = Taker::Mix(&mut push);
                demux::decode_until(deadline.clone(), clip.as_ref(), limits, taker)
            });
            growing.end();
            heard
        });
        {
            let _leaving = Leaving(&growing);
            look(&growing);
        }
        recording
            .join()
            .unwrap_or_else(|panic| resume_unwind(panic))
    })?;
    let recorder = growing.into_recorder().ok_or(DecodeError::NoSamples)?;
    guarded(|| {
        Ok(Recording {
            heard,
            ..recorder.finish()
        })
    })
}

/// Lets whoever records go on, also where whoever looks panics.
struct Leaving<'a>(&'a Growing);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.leave();
    }
}

fn guarded<T>(decode: impl FnOnce() -> Result<T, DecodeError>) -> Result<T, DecodeError> {
    // Nothing that a panic could leave half-changed outlives the call.
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|panic| {
        Err(DecodeError::Panicked {
            message: message_of(panic.as_ref()),
        })
    })
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()))
        .unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_message() {
        struct Exploding;
        impl AsRef<[u8]> for Exploding {
            fn as_ref(&self) -> &[u8] {
                panic!("as in a decoder, {}", 1)
            }
        }
        let error = decode(Exploding, &DecodeLimits::default()).expect_err("panics");
        assert!(
            matches!(error, DecodeError::Panicked { message } if message == "as in a decoder, 1")
        );
    }

    #[test]
    fn nothing_is_empty() {
        let error = decode([], &DecodeLimits::default()).expect_err("no bytes");
        assert!(matches!(error, DecodeError::Empty));
    }
}
