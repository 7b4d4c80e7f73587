//! What matters in what was heard, and when.
//!
//! Input   `Prediction`, or the results of a live stream one after the other
//! Output  [`Part`]s that sound alike, [`Peak`]s, [`Alert`]s of [`Rule`]s that held
//! Invariant: pure, no clock; compiles for the browser

mod alerts;
mod parts;
mod peaks;
mod rule;
#[cfg(test)]
mod sample;
mod watch;

pub use alerts::{Alert, MAX_GAP_S, alerts};
pub use parts::{Part, mean, parts};
pub use peaks::{MAX_PEAKS, Peak, peaks};
pub use rule::{MAX_RULES, Rule, UnknownRule};
pub use watch::Watch;
