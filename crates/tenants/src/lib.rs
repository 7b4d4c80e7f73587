//! Customers of one server: who they are, their keys, what they may use and what they used.
//!
//! Input   the hash of a presented key; clips as they come and how long they were; acts of an administrator
//! Output  the [`Account`] of a key, whether a clip is within its limits, usage by tenant and day, the audit
//! Never   audio, answers, keys (only their hashes), HTTP
//!
//! [`Ledger`] is the database (SQLite or PostgreSQL, one text of each query), for acts and reports. [`Meter`] is what
//! one serving process keeps of it: every valid key in memory, and shares of the limits that it took for itself, so
//! that most requests ask no database and all processes together stay within each limit (docs/tenants.md).

mod account;
mod audit;
mod calendar;
mod error;
mod keys;
mod ledger;
mod meter;
mod outcome;
mod people;
mod place;
mod process;
mod schema;
mod sessions;
mod shares;
mod tenant;
mod tenants;
#[cfg(test)]
mod trial;
mod usage;

pub use account::Account;
pub use audit::AuditEntry;
pub use calendar::{Day, UnknownDay};
pub use error::{LedgerError, Refused};
pub use keys::{Key, NewKey};
pub use ledger::Ledger;
pub use meter::{Health, Meter, MeterSettings, Request};
pub use outcome::Outcome;
pub use sessions::{MAX_IDLE_MS, MAX_SESSION_MS, MAX_TOKEN_MS, Session, secret};
pub use tenant::{Limits, Preferences, Tenant};
pub use usage::DayUsage;
