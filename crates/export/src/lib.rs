//! What was heard, as files that other tools open.
//!
//! Input   `Prediction`
//! Output  text
//! Invariant: no input or output, no clock; compiles for the browser

mod audacity;
mod clip;
mod csv;
mod eaf;
mod format;
mod interval;
mod label_studio;
mod number;
mod rttm;
#[cfg(test)]
mod sample;
mod spreadsheet;
mod subtitles;
mod textgrid;
mod tier;

pub use clip::Clip;
pub use csv::{csv_header, csv_rows};
pub use format::{Format, UnknownFormat, export};
pub use interval::{Heard, Interval, intervals};
pub use spreadsheet::{as_text, quoted};
