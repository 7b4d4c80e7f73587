//! Archives of clips: from where they lie to a table with a row for each.
//!
//! ```text
//! folder, store or manifest -> clips -> bytes -> Scorer -> rows -> parts, each a Parquet file
//!                                                               -> tables that SQL asks, in one process or several
//! ```
//!
//! Input   [`Archive`], what hears ([`Scorer`]), which share of it ([`Shard`])
//! Output  [`Parts`]: a folder of files, each of them whole or not there
//! Errors  what a clip cannot be heard for is a value in its row; what a store does not give is an error, and its
//!         clip is left for the next run

#[cfg(feature = "archive")]
mod archive;
#[cfg(feature = "cluster")]
pub mod cluster;
#[cfg(feature = "archive")]
mod columns;
#[cfg(feature = "archive")]
mod faults;
#[cfg(feature = "archive")]
mod hearing;
#[cfg(feature = "archive")]
mod manifest;
#[cfg(feature = "archive")]
mod parts;
#[cfg(feature = "archive")]
mod progress;
#[cfg(feature = "archive")]
mod run;
mod score;
#[cfg(feature = "archive")]
mod selection;
#[cfg(feature = "sql")]
pub mod sql;
#[cfg(feature = "archive")]
mod stores;

#[cfg(feature = "archive")]
pub use archive::{Archive, Clip, Row};
#[cfg(feature = "archive")]
pub use columns::Columns;
#[cfg(feature = "archive")]
pub use faults::told;
#[cfg(feature = "archive")]
pub use hearing::{Hearing, Scored, runtime};
#[cfg(feature = "archive")]
pub use parts::Parts;
#[cfg(feature = "archive")]
pub use progress::Progress;
#[cfg(feature = "archive")]
pub use run::{Job, Summary};
pub use score::{DEFAULT_MODEL, OpenError, SPEAKERS, Scorer, default_model, limits_up_to};
#[cfg(feature = "archive")]
pub use selection::{NoShard, Selection, Shard, key};
#[cfg(feature = "archive")]
pub use stores::{Place, Stores};
