//! What one process does in the database, beside others: it says that it lives, takes shares of limits, adds usage.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use sqlx::AssertSqlSafe;

use super::{
    calendar::Day,
    error::LedgerError,
    keys::random,
    ledger::{Acting, Kind, Ledger},
    usage::DayUsage,
};

/// A process that was not seen for so long holds nothing: its shares are free for others.
pub const EXPIRY: Duration = Duration::from_secs(10);

/// Windows that are over stay for so long, so that a clock that goes back finds them.
const WINDOW_RETENTION_MIN: i64 = 120;

/// Processes that are gone are remembered for so long, because a batch of theirs might still come.
const PROCESS_RETENTION_MS: i64 = 90 * 24 * 3600 * 1000;

/// One part in so many of what is left is taken at once: little is left lying where another process needs it.
const PORTION: i64 = 20;

/// Rows of one query; both databases take more.
const MAX_ROWS: usize = 500;

/// A process in the database.
#[derive(Debug)]
pub struct Process {
    ledger: Ledger,
    id: String,
}

/// What the database tells every second.
#[derive(Clone, Copy, Debug)]
pub struct Beat {
    /// Its clock.
    pub now_ms: i64,
    /// When it told that.
    pub told: Instant,
    /// Number of the last act.
    pub version: i64,
    /// Processes that live, this one included.
    pub n_processes: i64,
}

/// Of what a share is taken.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Whose limit it is.
    pub tenant: &'a str,
    /// `requests`, or a month.
    pub what: &'a str,
    /// What all processes may hold, together with what was used.
    pub limit: i64,
    /// The first day of the month whose audio counts as used.
    pub used_since: Option<Day>,
    /// No less, if at least half of what is left stays for others.
    pub at_least: i64,
    /// Otherwise no less than this, if there is as much; where it is 0, nothing.
    pub at_once: i64,
}

/// A share that was taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Granted {
    /// So much; 0 where nothing is left.
    pub amount: i64,
    /// What nobody holds after it.
    pub rest: i64,
    /// What other processes hold.
    pub elsewhere: i64,
}

/// Usage that is added as one, or not at all.
#[derive(Clone, Debug)]
pub struct Batch {
    /// From 1 on.
    pub number: i64,
    /// Sorted, so that two processes never wait for each other.
    pub rows: Vec<DayUsage>,
}

impl Process {
    /// A process that nobody has seen yet.
    ///
    /// # Errors
    /// [`LedgerError::NoRandom`].
    pub fn new(ledger: Ledger) -> Result<Self, LedgerError> {
        let id = random::<16>()?;
        Ok(Self { ledger, id })
    }

    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Says that it lives; `n_flushed` is the last batch that was certainly added.
    pub async fn beat(&self, n_flushed: i64) -> Result<Beat, LedgerError> {
        let pool = self.ledger.pool();
        let now_ms = self.ledger.now_ms().await?;
        let told = Instant::now();
        let text = "INSERT INTO processes VALUES ($1, $2, $3) \
                    ON CONFLICT (id) DO UPDATE SET seen_at_ms = excluded.seen_at_ms";
        let query = sqlx::query(text)
            .bind(&self.id)
            .bind(now_ms)
            .bind(n_flushed);
        query.execute(pool).await?;
        let text = "SELECT number, (SELECT count(*) FROM processes WHERE abs(seen_at_ms - $1) < $2) FROM version";
        let query = sqlx::query_as(text)
            .bind(now_ms)
            .bind(EXPIRY.as_millis() as i64);
        let (version, n_processes) = query.fetch_one(pool).await?;
        Ok(Beat {
            now_ms,
            told,
            version,
            n_processes,
        })
    }

    /// Hashes of keys that were not revoked, of tenants that are not disabled, with whose they are and when they end.
    pub async fn valid_keys(&self) -> Result<Vec<(String, String, Option<i64>)>, LedgerError> {
        let text = "SELECT api_keys.hash, api_keys.tenant, api_keys.expires_at_ms FROM api_keys \
                    JOIN tenants ON tenants.name = api_keys.tenant \
                    WHERE api_keys.revoked_at_ms IS NULL AND tenants.disabled_at_ms IS NULL";
        Ok(sqlx::query_as(text).fetch_all(self.ledger.pool()).await?)
    }

    /// How much of each tenant's minute processes have taken.
    pub async fn windows(&self, minute: i64) -> Result<Vec<(String, i64)>, LedgerError> {
        let query = sqlx::query_as("SELECT tenant, taken FROM windows WHERE minute = $1");
        Ok(query.bind(minute).fetch_all(self.ledger.pool()).await?)
    }

    /// Takes `n` clips of a minute; tells how many were taken after that, which may be more than the limit: those are
    /// worth nothing.
    pub async fn take_of_minute(
        &self,
        tenant: &str,
        minute: i64,
        n: i64,
    ) -> Result<i64, LedgerError> {
        let text = "INSERT INTO windows VALUES ($1, $2, $3) ON CONFLICT (tenant, minute) \
                    DO UPDATE SET taken = windows.taken + excluded.taken RETURNING taken";
        let query = sqlx::query_as(text).bind(tenant).bind(minute).bind(n);
        let (taken,) = query.fetch_one(self.ledger.pool()).await?;
        Ok(taken)
    }

    /// Takes a share of what no living process holds and nobody used.
    pub async fn hold(&self, wanted: Wanted<'_>, now_ms: i64) -> Result<Granted, LedgerError> {
        let Wanted {
            tenant,
            what,
            limit,
            used_since,
            at_least,
            at_once,
        } = wanted;
        let mut acting = self.ledger.begin().await?;
        if self.ledger.kind() == Kind::Postgres {
            let lock = "SELECT name FROM tenants WHERE name = $1 FOR NO KEY UPDATE";
            sqlx::query(lock).bind(tenant).execute(&mut *acting).await?;
        }
        let text = "SELECT CAST(coalesce(sum(holds.amount), 0) AS BIGINT), \
                    CAST(coalesce(sum(CASE WHEN holds.process <> $6 AND holds.amount > 0 THEN holds.amount END), 0) \
                    AS BIGINT), \
                    (SELECT CAST(coalesce(sum(audio_ms), 0) AS BIGINT) FROM usage \
                     WHERE tenant = $1 AND day >= $2 AND outcome = 'answered') \
                    FROM holds JOIN processes ON processes.id = holds.process \
                    WHERE holds.tenant = $1 AND holds.what = $3 \
                    AND (abs(processes.seen_at_ms - $4) < $5 OR processes.id = $6)";
        let (held, elsewhere, used): (i64, i64, i64) = sqlx::query_as(text)
            .bind(tenant)
            // No day comes after this one.
            .bind(used_since.map_or_else(|| "9999".to_owned(), |day| day.to_string()))
            .bind(what)
            .bind(now_ms)
            .bind(EXPIRY.as_millis() as i64)
            .bind(&self.id)
            .fetch_one(&mut *acting)
            .await?;
        let free = (limit - held - used).max(0);
        let amount = match at_least <= free / 2 {
            true => at_least.max(free / PORTION),
            false if at_once > 0 => free.min(at_once.max(free / PORTION)),
            false => 0,
        };
        let text = "INSERT INTO holds VALUES ($1, $2, $3, $4) ON CONFLICT (tenant, what, process) \
                    DO UPDATE SET amount = holds.amount + excluded.amount";
        let query = sqlx::query(text).bind(tenant).bind(what).bind(&self.id);
        query.bind(amount).execute(&mut *acting).await?;
        acting.commit().await?;
        Ok(Granted {
            amount,
            rest: free - amount,
            elsewhere,
        })
    }

    /// Gives back what it holds and does not need: amounts by tenant and what.
    pub async fn give_back(
        &self,
        amounts: &BTreeMap<(String, String), i64>,
    ) -> Result<(), LedgerError> {
        let mut acting = self.ledger.begin().await?;
        self.lessen(&mut acting, amounts).await?;
        acting.commit().await?;
        Ok(())
    }

    async fn lessen(
        &self,
        acting: &mut Acting,
        amounts: &BTreeMap<(String, String), i64>,
    ) -> Result<(), LedgerError> {
        let amounts: Vec<_> = amounts.iter().collect();
        for amounts in amounts.chunks(MAX_ROWS) {
            let text = format!(
                "UPDATE holds SET amount = holds.amount - less.column3 FROM (VALUES {}) AS less \
                 WHERE holds.process = $1 AND holds.tenant = less.column1 AND holds.what = less.column2",
                places(amounts.len(), 3, 1)
            );
            let mut query = sqlx::query(AssertSqlSafe(text)).bind(&self.id);
            for ((tenant, what), amount) in amounts {
                query = query.bind(tenant).bind(what).bind(**amount);
            }
            query.execute(&mut **acting).await?;
        }
        Ok(())
    }

    /// Holds just these requests of each tenant, and nothing else: after it could not say what it holds.
    pub async fn restate(&self, requests: &[(String, i64)], what: &str) -> Result<(), LedgerError> {
        let mut acting = self.ledger.begin().await?;
        let query = sqlx::query("DELETE FROM holds WHERE process = $1").bind(&self.id);
        query.execute(&mut *acting).await?;
        for (tenant, n) in requests {
            let query = sqlx::query("INSERT INTO holds VALUES ($1, $2, $3, $4)");
            let query = query.bind(tenant).bind(what).bind(&self.id).bind(n);
            query.execute(&mut *acting).await?;
        }
        acting.commit().await?;
        Ok(())
    }

    /// Adds a batch, unless it was added already and only the answer was lost.
    pub async fn add(&self, batch: &Batch) -> Result<(), LedgerError> {
        let mut acting = self.ledger.begin().await?;
        // A row that is older than this process remembers is one of a backup that was restored.
        let text = "INSERT INTO processes VALUES ($1, 0, $2) ON CONFLICT (id) \
                    DO UPDATE SET flushed = excluded.flushed WHERE processes.flushed < excluded.flushed";
        let query = sqlx::query(text).bind(&self.id).bind(batch.number);
        if query.execute(&mut *acting).await?.rows_affected() == 0 {
            return Ok(());
        }
        for rows in batch.rows.chunks(MAX_ROWS) {
            let text = format!(
                "INSERT INTO usage VALUES {} ON CONFLICT (tenant, day, outcome) \
                 DO UPDATE SET clips = usage.clips + excluded.clips, audio_ms = usage.audio_ms + excluded.audio_ms",
                places(rows.len(), 5, 0)
            );
            let mut query = sqlx::query(AssertSqlSafe(text));
            for row in rows {
                query = query.bind(&row.tenant).bind(row.day.to_string());
                query = query.bind(row.outcome.name()).bind(row.n_clips);
                query = query.bind(row.audio_ms);
            }
            query.execute(&mut *acting).await?;
        }
        let mut heard = BTreeMap::new();
        for row in batch.rows.iter().filter(|row| row.audio_ms > 0) {
            let month = (row.tenant.clone(), row.day.month());
            *heard.entry(month).or_default() += row.audio_ms;
        }
        self.lessen(&mut acting, &heard).await?;
        acting.commit().await?;
        Ok(())
    }

    /// Holds nothing any more, and is not waited for.
    pub async fn leave(&self) -> Result<(), LedgerError> {
        self.restate(&[], "").await?;
        let query = sqlx::query("DELETE FROM processes WHERE id = $1");
        query.bind(&self.id).execute(self.ledger.pool()).await?;
        Ok(())
    }

    /// Deletes what nobody needs any more: old windows and usage, processes that are long gone.
    pub async fn forget(&self, now_ms: i64) -> Result<(), LedgerError> {
        let pool = self.ledger.pool();
        let first = super::calendar::minute(now_ms) - WINDOW_RETENTION_MIN;
        let query = sqlx::query("DELETE FROM windows WHERE minute < $1");
        query.bind(first).execute(pool).await?;
        let gone =
            "DELETE FROM holds WHERE process IN (SELECT id FROM processes WHERE seen_at_ms < $1)";
        let expired = now_ms - 60 * EXPIRY.as_millis() as i64;
        sqlx::query(gone).bind(expired).execute(pool).await?;
        let query = sqlx::query("DELETE FROM processes WHERE seen_at_ms < $1");
        let query = query.bind(now_ms - PROCESS_RETENTION_MS);
        query.execute(pool).await?;
        self.ledger.forget_old_usage().await?;
        Ok(())
    }
}

/// Places for so many rows of so many values in a query that has `n_before` others: `($2, $3), ($4, $5)`.
fn places(n_rows: usize, n_columns: usize, n_before: usize) -> String {
    let row = |row_idx| {
        let first = n_before + 1 + row_idx * n_columns;
        let places = (first..first + n_columns).map(|place| format!("${place}"));
        format!("({})", places.collect::<Vec<_>>().join(", "))
    };
    (0..n_rows).map(row).collect::<Vec<_>>().join(", ")
}
