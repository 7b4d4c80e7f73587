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

/// What was added when, never changed once it was shipped: the database keeps a checksum of each.
fn migrations(kind: Kind) -> Vec<Migration> {
    let append_only = match kind {
        Kind::Sqlite => include_str!("../migrations/sqlite/append_only.sql"),
        Kind::Postgres => include_str!("../migrations/postgres/append_only.sql"),
    };
    let texts = [
        ("tables", include_str!("../migrations/tables.sql")),
        ("append_only", append_only),
        ("sign_ins", include_str!("../migrations/sign_ins.sql")),
    ];
    let numbered = (1..).zip(texts);
    numbered
        .map(|(number, (name, sql))| {
            let kind = MigrationType::Simple;
            Migration::new(number, name.into(), kind, sql.into_sql_str(), false)
        })
        .collect()
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
