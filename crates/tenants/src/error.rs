//! Why an act is not done, and why a clip is not taken.

use std::{io, path::PathBuf};

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
    /// There is no database of tenants, and who asks makes none.
    #[error(
        "there is no database {place}: look at tenants.database_url; the server and `tenant create` make a new one"
    )]
    NoDatabase {
        /// Where, without a password.
        place: String,
    },
    /// Nobody answers there, or not to this user.
    #[error(
        "cannot reach the database {place}: see that it runs, and that tenants.database_url has the right host, user \
         and password"
    )]
    Unreachable {
        /// Where, without a password.
        place: String,
        /// What happened.
        source: sqlx::Error,
    },
    /// The file was moved, deleted or replaced since it was opened.
    #[error("the file {} was moved or replaced: put it back, or start anew what uses it", path.display())]
    Moved {
        /// Where it was.
        path: PathBuf,
    },
    /// The file is gone, and what was written last to it is still there.
    #[error(
        "the file {} is gone, but {} holds what was written last: put the file back, or move the other away too",
        path.display(), journal.display()
    )]
    Remains {
        /// Where it should be.
        path: PathBuf,
        /// What lies beside it.
        journal: PathBuf,
    },
    /// The file cannot be made.
    #[error("cannot make the file {}: look at tenants.database_url", path.display())]
    File {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database is not there any more, or does not answer as it should.
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
    /// Who acts has a name that is too long.
    #[error("who acts has a name of {n_letters} letters, at most {max} are written down")]
    LongActor {
        /// So many.
        n_letters: usize,
        /// At most.
        max: usize,
    },
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
    /// The key has ended, and cannot be rotated.
    #[error("the key {prefix} has ended: make a new one")]
    Expired {
        /// How it begins.
        prefix: String,
    },
    /// The key was rotated, and has one in its place already.
    #[error("the key {prefix} was rotated already")]
    Rotated {
        /// How it begins.
        prefix: String,
    },
    /// The system gave no random bytes.
    #[error("the system gives no random bytes")]
    NoRandom(#[source] getrandom::Error),
}

impl LedgerError {
    /// Whether the database may do it later: it is gone, or somebody else holds it.
    pub fn is_away(&self) -> bool {
        match self {
            Self::Moved { .. } | Self::Unreachable { .. } => true,
            Self::Database(error) => is_away(error),
            _ => false,
        }
    }
}

/// SQLite's codes of a file that is busy, locked, full or cannot be read (the lowest byte of what is told).
const SQLITE_AWAY: [u32; 5] = [5, 6, 10, 13, 14];

/// How PostgreSQL's codes begin where a connection failed, something is used up, somebody holds a lock, or an
/// administrator ended it.
const POSTGRES_AWAY: [&str; 5] = ["08", "40", "53", "55P03", "57P"];

fn is_away(error: &sqlx::Error) -> bool {
    use sqlx::Error;
    match error {
        Error::Io(_)
        | Error::Tls(_)
        | Error::PoolTimedOut
        | Error::PoolClosed
        | Error::WorkerCrashed => true,
        Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            let is_postgres = code.len() == 5;
            match is_postgres {
                true => POSTGRES_AWAY.iter().any(|begins| code.starts_with(begins)),
                false => code
                    .parse()
                    .is_ok_and(|code: u32| SQLITE_AWAY.contains(&(code & 0xff))),
            }
        }
        _ => false,
    }
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
