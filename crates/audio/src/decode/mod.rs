//! Turns the bytes of a clip into a waveform, by content and within limits.

mod error;
mod limits;

pub use error::DecodeError;
pub use limits::DecodeLimits;
