//! Why an act is not done, and why a clip is not taken.

use sqlx::migrate::MigrateError;

/// Why the ledger does not do or tell something.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The address is none of a database that is known; it is not told, because it may hold a password.
    #[error("database_url begins with {scheme}, not with sqlite: or postgres:")]
    Scheme {
        /// What it begins with.
        scheme: String,
    },
    /// The database is not there, or does not answer as it should.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The tables cannot be brought to what this program needs.
    #[error("the database's tables cannot be brought up to date")]
    Migration(#[from] MigrateError),
    /// A name that is none: lower-case letters, digits and dashes, 1 to 64.
    #[error("{name:?} is no name: 1 to 64 lower-case letters, digits and dashes")]
    Name {
        /// As it was given.
        name: String,
    },
    /// Nobody is named as who acts.
    #[error("an act needs somebody who does it")]
    NoActor,
    /// The name is taken.
    #[error("there is a tenant {name} already")]
    Exists {
        /// The name.
        name: String,
    },
    /// No tenant has this name.
    #[error("there is no tenant {name}")]
    NoTenant {
        /// The name.
        name: String,
    },
    /// The tenant is disabled: nobody signs in.
    #[error("the tenant {name} is disabled")]
    Disabled {
        /// The name.
        name: String,
    },
    /// No key begins so.
    #[error("there is no key {prefix}")]
    NoKey {
        /// How it begins.
        prefix: String,
    },
    /// The key was revoked, and cannot be rotated.
    #[error("the key {prefix} was revoked")]
    Revoked {
        /// How it begins.
        prefix: String,
    },
    /// The system gave no random bytes.
    #[error("the system gives no random bytes")]
    NoRandom(#[source] getrandom::Error),
}

/// Why a tenant's clip is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// So many clips of this minute, or requests at once, there are already.
    #[error("within {retry_after_s} s the limit allows more")]
    TooMany {
        /// When the limit allows more, seconds.
        retry_after_s: u32,
    },
    /// The month's audio is used up.
    #[error("the month's audio is used up for {retry_after_s} s")]
    MonthSpent {
        /// When the next month begins, seconds.
        retry_after_s: u32,
    },
    /// The key that it came with is valid no more.
    #[error("the key has ended")]
    Ended,
    /// The database has been gone for longer than the last known limits hold.
    #[error("the database has been gone for too long")]
    Unavailable,
}
