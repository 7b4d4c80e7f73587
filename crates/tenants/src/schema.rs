//! The tables, brought to what this program needs.
//!
//! Invariant: all missing migrations are applied in one transaction under one lock, so that of several processes that
//! start at once one migrates, and one that is killed meanwhile leaves the tables as they were.

use sqlx::{
    AnyConnection, SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

use super::{
    error::LedgerError,
    ledger::{Kind, Ledger},
};

/// Held in PostgreSQL while migrating; any number that nobody else takes.
pub const LOCK: &str = "SELECT pg_advisory_xact_lock(7310574216)";

/// A query names a table that is not there.
const NO_TABLE_POSTGRES: &str = "42P01";

/// SQLite's code of every mistake in a query; in that one nothing else can be wrong.
const NO_TABLE_SQLITE: &str = "1";

/// What was added when, never changed once it was shipped: the database keeps a checksum of each.
fn migrations(kind: Kind) -> Vec<Migration> {
    let (append_only, not_replaced) = match kind {
        Kind::Sqlite => (
            include_str!("../migrations/sqlite/append_only.sql"),
            include_str!("../migrations/sqlite/not_replaced.sql"),
        ),
        Kind::Postgres => (
            include_str!("../migrations/postgres/append_only.sql"),
            include_str!("../migrations/postgres/not_replaced.sql"),
        ),
    };
    let texts = [
        ("tables", include_str!("../migrations/tables.sql")),
        ("append_only", append_only),
        ("sign_ins", include_str!("../migrations/sign_ins.sql")),
        ("rotations", include_str!("../migrations/rotations.sql")),
        ("not_replaced", not_replaced),
    ];
    let numbered = (1..).zip(texts);
    numbered
        .map(|(number, (name, sql))| {
            let kind = MigrationType::Simple;
            Migration::new(number, name.into(), kind, sql.into_sql_str(), false)
        })
        .collect()
}

/// Whether somebody has made the tables.
///
/// # Errors
/// [`LedgerError::Database`].
pub async fn is_there(ledger: &Ledger) -> Result<bool, LedgerError> {
    let found = sqlx::query("SELECT count(*) FROM _sqlx_migrations");
    let Err(error) = found.execute(ledger.pool()).await else {
        return Ok(true);
    };
    let code = error.as_database_error().and_then(|error| error.code());
    match code.as_deref() {
        Some(NO_TABLE_POSTGRES | NO_TABLE_SQLITE) => Ok(false),
        _ => Err(error.into()),
    }
}

/// Brings the tables up to date.
///
/// # Errors
/// [`LedgerError::Migration`] where a newer program has been there, [`LedgerError::Database`].
pub async fn migrate(ledger: &Ledger) -> Result<(), LedgerError> {
    apply(ledger, migrations(ledger.kind())).await
}

async fn apply(ledger: &Ledger, migrations: Vec<Migration>) -> Result<(), LedgerError> {
    let mut migrator = Migrator::with_migrations(migrations);
    migrator.set_locking(false);
    let mut transaction = ledger.begin().await?;
    let connection: &mut AnyConnection = &mut transaction;
    if ledger.kind() == Kind::Postgres {
        // Who starts waits for who migrates, however long that takes.
        let patience = "SET LOCAL lock_timeout = 0";
        sqlx::query(patience).execute(&mut *connection).await?;
        sqlx::query(LOCK).execute(&mut *connection).await?;
    }
    // `run` is the same, but for a future that cannot go to another thread.
    migrator.run_direct(None, connection, false).await?;
    transaction.commit().await?;
    Ok(())
}

/// The same and one more, which is none that ships.
///
/// # Errors
/// [`LedgerError`].
#[cfg(test)]
pub async fn migrate_with(ledger: &Ledger, sql: &'static str) -> Result<(), LedgerError> {
    let mut all = migrations(ledger.kind());
    let (number, kind) = (n_migrations() + 1, MigrationType::Simple);
    all.push(Migration::new(
        number,
        "next".into(),
        kind,
        sql.into_sql_str(),
        false,
    ));
    apply(ledger, all).await
}

/// How many there are.
#[cfg(test)]
pub fn n_migrations() -> i64 {
    migrations(Kind::Sqlite).len() as i64
}
