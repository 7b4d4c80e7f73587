//! Turns the bytes of a clip into a waveform, by content and within limits.
//!
//! Input   bytes of any kind; file names and media types are never looked at
//! Output  `Waveform` at the clip's own rate, mono: the mean of all channels; or the `Recording` of it
//! Formats docs/api.md has the table, tests/formats walks through it
//! Taken   the first audio track; video and everything else is skipped
//! Errors  `DecodeError`; a panic inside a decoder is one of them
//! Invariant: ends by itself for any bytes, within `DecodeLimits`; every sample is finite

mod aac;
mod content;
mod demux;
mod error;
mod limits;
mod mono;
mod opus;
mod recorded;
mod rf64;
mod source;
mod track;

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

pub use error::DecodeError;
pub use limits::DecodeLimits;

use self::recorded::Recorded;
use crate::{Recording, Waveform};

/// Decodes a clip.
///
/// # Errors
/// [`DecodeError`] says what the clip is if it is not audio that can be decoded, and which limit it
/// exceeds.
pub fn decode<B: AsRef<[u8]>>(clip: B, limits: &DecodeLimits) -> Result<Waveform, DecodeError> {
    guarded(|| {
        let mut whole = Vec::new();
        let mut sample_rate_hz = 0;
        demux::decode(clip.as_ref(), limits, &mut |piece| {
            sample_rate_hz = piece.sample_rate_hz;
            whole.extend(piece.samples);
        })?;
        Ok(Waveform {
            samples: whole,
            sample_rate_hz,
        })
    })
}

/// Decodes a clip and reads its features: what [`Recording`] makes of the waveform, in less time and memory.
///
/// # Errors
/// As [`decode`].
pub fn record<B: AsRef<[u8]>>(clip: B, limits: &DecodeLimits) -> Result<Recording, DecodeError> {
    guarded(|| {
        thread::scope(|scope| {
            let mut recorded = None;
            demux::decode(clip.as_ref(), limits, &mut |piece| {
                let begin = || Recorded::begin(piece.sample_rate_hz, scope);
                recorded.get_or_insert_with(begin).push(piece);
            })?;
            recorded.map(Recorded::finish).ok_or(DecodeError::NoSamples)
        })
    })
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
