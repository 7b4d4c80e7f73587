//! What was heard, as files that other tools open.
//!
//! Input   `Prediction`
//! Output  text
//! Invariant: no input or output, no clock; compiles for the browser

mod parts;
mod spreadsheet;

pub use parts::{Part, parts};
pub use spreadsheet::{as_text, quoted};
