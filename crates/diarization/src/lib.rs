//! Who speaks when in a recording of several voices.
//!
//! ```text
//! Recording -> stretches of speech -> segments of 1.6 s -> vectors of who speaks -> clusters -> turns
//! ```
//!
//! Input   [`audio::Recording`], and how many voices there are, where somebody knows
//! Output  [`Span`]s: whose turn it is from which sample to which
//! Source  Wang et al. 2018 (speaker vectors of an LSTM, clustered), Wan et al. 2018 (GE2E); why: docs/decisions/0010
//! Invariant: what tells a voice from others stays inside; knows no emotions

mod clusters;
mod diarizer;
mod segments;
mod speech;
mod turns;
mod voice_space;

pub use diarizer::{Diarizer, MAX_SPEAKERS, WEIGHTS_FILE, turns_of_one};
pub use segments::segments;
pub use turns::Span;
pub use voice_space::{TYPICAL, VECTOR_SIZE, VoiceSpace, encoder_shape};
