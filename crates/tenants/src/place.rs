//! Where a database is: said without a password, and, where it is a file, made for its owner alone and noticed when it
//! is moved.

use std::{
    fmt,
    fs::{self, Metadata, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use sqlx::{postgres::PgConnectOptions, sqlite::SqliteConnectOptions};

use super::{error::LedgerError, ledger::Kind};

/// Where a database is.
#[derive(Clone, Debug)]
pub enum Place {
    /// A file; with what tells it from every other one, where the system has that.
    File(PathBuf, Option<(u64, u64)>),
    /// A server, as people call it.
    Server(String),
    /// The address could not be read; it is not told, because it may hold a password.
    Unknown,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, _) => write!(f, "{}", path.display()),
            Self::Server(name) => f.write_str(name),
            Self::Unknown => f.write_str("of tenants"),
        }
    }
}

impl Place {
    /// Of an address.
    pub fn of(kind: Kind, url: &str) -> Self {
        let place = match kind {
            Kind::Sqlite => url.parse().ok().map(|options: SqliteConnectOptions| {
                let path = options.get_filename().to_owned();
                let id = fs::metadata(&path).ok().as_ref().and_then(id);
                Self::File(path, id)
            }),
            Kind::Postgres => url.parse().ok().map(|options: PgConnectOptions| {
                let (host, port) = (options.get_host(), options.get_port());
                let name = options.get_database().unwrap_or_default();
                Self::Server(format!("{name} of PostgreSQL at {host}:{port}"))
            }),
        };
        place.unwrap_or(Self::Unknown)
    }

    /// Whether there may be a database: a file must be there, and only who connects knows of a server.
    pub fn is_there(&self) -> bool {
        match self {
            Self::File(path, _) => path.exists(),
            Self::Server(_) | Self::Unknown => true,
        }
    }

    /// Makes the file, empty and for its owner alone; SQLite's other files beside it get the same rights.
    ///
    /// # Errors
    /// [`LedgerError::File`]; [`LedgerError::Remains`] where the rest of another database lies beside it, which would
    /// be overwritten.
    pub fn make(&mut self) -> Result<(), LedgerError> {
        let Self::File(path, known) = self else {
            return Ok(());
        };
        let has_content = |path: &Path| fs::metadata(path).is_ok_and(|file| file.len() > 0);
        let mut journal = path.clone().into_os_string();
        journal.push("-wal");
        let journal = PathBuf::from(journal);
        if !has_content(path) && has_content(&journal) {
            return Err(LedgerError::Remains {
                path: path.clone(),
                journal,
            });
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&*path) {
            Ok(_) => {}
            // Another process was quicker.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => {
                return Err(LedgerError::File {
                    path: path.clone(),
                    source,
                });
            }
        }
        *known = fs::metadata(path).ok().as_ref().and_then(id);
        Ok(())
    }

    /// That the file is still where it was.
    ///
    /// # Errors
    /// [`LedgerError::Moved`].
    pub fn verify(&self) -> Result<(), LedgerError> {
        let Self::File(path, known) = self else {
            return Ok(());
        };
        let now = fs::metadata(path).ok();
        match now.is_some_and(|now| id(&now) == *known) {
            true => Ok(()),
            false => Err(LedgerError::Moved { path: path.clone() }),
        }
    }

    /// Whether others on the machine can read the file.
    pub fn is_open_to_others(&self) -> bool {
        let Self::File(path, _) = self else {
            return false;
        };
        fs::metadata(path).is_ok_and(|file| lets_others_read(&file))
    }
}

#[cfg(unix)]
fn id(file: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn id(_: &Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(unix)]
fn lets_others_read(file: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.permissions().mode() & 0o044 != 0
}

#[cfg(not(unix))]
fn lets_others_read(_: &Metadata) -> bool {
    false
}
