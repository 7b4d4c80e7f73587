//! The database: a connection to it, its clock, and transactions that say who does what.

use std::{borrow::Cow, io, time::Duration};

use sqlx::{
    Any, AnyPool, AssertSqlSafe, Executor, Transaction,
    any::{AnyPoolOptions, install_default_drivers},
};

use super::{error::LedgerError, place::Place, schema};

/// Connections of one process: few requests ask the database.
const MAX_CONNECTIONS: u32 = 8;

/// Who finds no connection for so long takes the database for gone.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// A database in use.
pub(crate) type Acting = Transaction<'static, Any>;

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// Tenants, keys, usage and audit in a database; clones share its connections.
#[derive(Clone, Debug)]
pub struct Ledger {
    pool: AnyPool,
    kind: Kind,
    place: Place,
    /// Tells the milliseconds since 1970.
    clock: Cow<'static, str>,
}

impl Kind {
    fn of(url: &str) -> Result<Self, LedgerError> {
        match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => Ok(Self::Sqlite),
            Some("postgres" | "postgresql") => Ok(Self::Postgres),
            scheme => Err(LedgerError::Scheme {
                scheme: scheme.unwrap_or_default().to_owned(),
            }),
        }
    }

    const fn begin(self) -> &'static str {
        match self {
            // Who reads first and writes then would otherwise be refused where another one writes in between.
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// What every connection is told first.
    const fn first(self) -> &'static str {
        match self {
            // Readers do not wait for who writes.
            Self::Sqlite => "PRAGMA journal_mode = WAL",
            // As long as SQLite waits for who writes.
            Self::Postgres => "SET lock_timeout = '5s'",
        }
    }

    const fn clock(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)",
            Self::Postgres => "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
        }
    }
}

impl Ledger {
    /// Opens a database of tenants that is there, `sqlite:FILE` or `postgres://...`, and brings its tables up to date.
    ///
    /// # Errors
    /// [`LedgerError::Scheme`], [`LedgerError::NoDatabase`], [`LedgerError::Unreachable`], [`LedgerError::Migration`],
    /// [`LedgerError::Database`].
    pub async fn open(url: &str) -> Result<Self, LedgerError> {
        let place = Place::of(Kind::of(url)?, url);
        let no_database = || LedgerError::NoDatabase {
            place: place.to_string(),
        };
        if !place.is_there() {
            return Err(no_database());
        }
        let ledger = Self::connect(url, place.clone()).await?;
        if !schema::is_there(&ledger).await? {
            return Err(no_database());
        }
        schema::migrate(&ledger).await?;
        Ok(ledger)
    }

    /// The same, and makes it where there is none, for its owner alone; the log says so.
    ///
    /// # Errors
    /// Those of [`open`](Self::open), and [`LedgerError::File`].
    pub async fn open_or_create(url: &str) -> Result<Self, LedgerError> {
        let mut place = Place::of(Kind::of(url)?, url);
        place.make()?;
        if place.is_open_to_others() {
            tracing::warn!(%place, "others can read the database of tenants: chmod 600");
        }
        let ledger = Self::connect(url, place).await?;
        let is_new = !schema::is_there(&ledger).await?;
        schema::migrate(&ledger).await?;
        if is_new {
            let place = &ledger.place;
            tracing::warn!(%place, "a new database of tenants was made");
        }
        Ok(ledger)
    }

    async fn connect(url: &str, place: Place) -> Result<Self, LedgerError> {
        let kind = Kind::of(url)?;
        install_default_drivers();
        let mut url = Cow::Borrowed(url);
        // A file that is taken away must not come back empty.
        if kind == Kind::Sqlite && !url.contains("mode=") {
            let joint = if url.contains('?') { '&' } else { '?' };
            url.to_mut().push(joint);
            url.to_mut().push_str("mode=rw");
        }
        let options = AnyPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(CONNECT_TIMEOUT);
        let (first, opened) = (kind.first(), place.clone());
        let options = options.after_connect(move |connection, _| {
            let place = opened.clone();
            Box::pin(async move {
                // One to a file that was put in the place of ours is let go.
                place.verify().map_err(io::Error::other)?;
                connection.execute(first).await?;
                Ok(())
            })
        });
        let pool = options.connect(&url).await;
        let pool = pool.map_err(|source| LedgerError::Unreachable {
            place: place.to_string(),
            source,
        })?;
        Ok(Self {
            pool,
            kind,
            place,
            clock: kind.clock().into(),
        })
    }

    /// Milliseconds since 1970 by the database's clock, which is that of all processes.
    ///
    /// # Errors
    /// [`LedgerError::Moved`], [`LedgerError::Database`].
    pub async fn now_ms(&self) -> Result<i64, LedgerError> {
        self.place.verify()?;
        let clock = AssertSqlSafe(self.clock.to_string());
        let (now_ms,) = sqlx::query_as(clock).fetch_one(&self.pool).await?;
        Ok(now_ms)
    }

    /// Writes what lies beside a file into it, so that the file alone is the whole database.
    ///
    /// # Errors
    /// [`LedgerError::Moved`], [`LedgerError::Database`].
    pub async fn gather(&self) -> Result<(), LedgerError> {
        if self.kind == Kind::Sqlite {
            self.place.verify()?;
            let gather = "PRAGMA wal_checkpoint(TRUNCATE)";
            sqlx::query(gather).execute(&self.pool).await?;
        }
        Ok(())
    }

    /// Lets its connections go.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    pub(crate) const fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) const fn pool(&self) -> &AnyPool {
        &self.pool
    }

    pub(crate) async fn begin(&self) -> Result<Acting, LedgerError> {
        self.place.verify()?;
        Ok(self.pool.begin_with(self.kind.begin()).await?)
    }

    /// The same database so many milliseconds later.
    #[cfg(test)]
    pub(crate) fn later(&self, ms: i64) -> Self {
        self.clone()
            .with_clock(&format!("SELECT ({}) + {ms}", self.clock))
    }

    /// The same database by another clock: a query that tells milliseconds.
    #[cfg(test)]
    pub(crate) fn with_clock(mut self, clock: &str) -> Self {
        self.clock = clock.to_owned().into();
        self
    }
}
