//! What is heard while somebody speaks, from samples that never end.
//!
//! ```text
//! samples -> Listener -> what to recognise -> Word -> LiveResult
//! ```
//!
//! Input   mono, f32 in [-1, 1], at any one rate, in pieces of any size
//! Output  [`Heard`]: where speech begins and ends, and every half second the speech that a recogniser should hear
//! Memory  the last 4 s and the frames of the last 8, however long somebody speaks
//! Invariant: pure; knows no clock, no recogniser, no thread: time is the number of samples

mod listener;
mod word;

pub use listener::{Heard, Listener, Utterance, keep_newest};
pub use word::Word;
