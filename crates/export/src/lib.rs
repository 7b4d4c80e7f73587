//! What was heard, as files that other tools open.
//!
//! Input   `Prediction`
//! Output  text
//! Invariant: no input or output, no clock; compiles for the browser

mod parts;

pub use parts::{Part, parts};
