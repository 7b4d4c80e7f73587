//! Databases for tests: a file of SQLite, and a database of a PostgreSQL server that runs for as long as a test.

mod acts;
#[cfg_attr(not(unix), path = "no_cluster.rs")]
mod cluster;
mod faults;
mod limits;
mod month;
mod places;
mod processes;

use std::{
    env, fs,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use sqlx::{AssertSqlSafe, Connection, Executor};

use self::cluster::Cluster;
use super::{
    keys,
    ledger::{Kind, Ledger},
    meter::{Meter, MeterSettings},
    tenant::Limits,
};

/// Who acts in tests.
const BY: &str = "rima";

/// A day of a month that has others on both sides: 2026-11-15 12:00:30 UTC.
const NOON_MS: i64 = 1_794_744_030_000;

/// A database of its own.
pub(crate) struct Trial {
    pub(crate) ledger: Ledger,
    url: String,
    file: Option<PathBuf>,
    _cluster: Option<Arc<Cluster>>,
}

/// The PostgreSQL server of the tests that run now.
fn cluster(test: &str) -> Option<Arc<Cluster>> {
    static NOW: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
    let mut now = NOW.lock().unwrap_or_else(PoisonError::into_inner);
    let running = now.upgrade();
    running.or_else(|| {
        let started = Arc::new(Cluster::start(test)?);
        *now = Arc::downgrade(&started);
        Some(started)
    })
}

impl Trial {
    /// Both databases, as far as they are there.
    pub(crate) async fn both(test: &str) -> Vec<Self> {
        let mut trials = vec![Self::sqlite(test).await];
        trials.extend(Self::postgres(test).await);
        trials
    }

    async fn sqlite(test: &str) -> Self {
        let name = format!("banglaser-{test}-{}.db", std::process::id());
        let file = env::temp_dir().join(name);
        let url = format!("sqlite:{}", file.display());
        Self {
            ledger: Ledger::open_or_create(&url).await.expect("SQLite opens"),
            url,
            file: Some(file),
            _cluster: None,
        }
    }

    async fn postgres(test: &str) -> Option<Self> {
        let cluster = cluster(test)?;
        let url = cluster.new_database(test).await;
        Some(Self {
            ledger: Ledger::open_or_create(&url)
                .await
                .expect("PostgreSQL opens"),
            url,
            file: None,
            _cluster: Some(cluster),
        })
    }

    /// The same database as another process opens it.
    async fn again(&self) -> Ledger {
        Ledger::open(&self.url).await.expect("it is there")
    }

    /// A process that looks only when it is told to, as another one beside those that there are.
    async fn meter(&self) -> Arc<Meter> {
        let meter = Meter::unwatched(self.again().await, settings()).await;
        meter.expect("it is there")
    }

    /// Processes by a clock of their own, which stands.
    async fn meters_at<const N: usize>(&self, now_ms: i64) -> [Arc<Meter>; N] {
        self.run("CREATE TABLE IF NOT EXISTS clock (now_ms BIGINT NOT NULL)")
            .await;
        self.run("DELETE FROM clock").await;
        self.run(&format!("INSERT INTO clock VALUES ({now_ms})"))
            .await;
        let mut meters = Vec::new();
        for _ in 0..N {
            let ledger = self.again().await.with_clock("SELECT now_ms FROM clock");
            let meter = Meter::unwatched(ledger, settings()).await;
            meters.push(meter.expect("it is there"));
        }
        meters.try_into().expect("N of them")
    }

    async fn set_clock(&self, now_ms: i64) {
        self.run(&format!("UPDATE clock SET now_ms = {now_ms}"))
            .await;
    }

    /// A tenant with a key; its hash.
    async fn tenant(&self, name: &str, limits: Limits) -> [u8; 32] {
        let made = self.ledger.create_tenant(BY, name, limits, 0).await;
        made.expect("a new tenant");
        let key = self.ledger.create_key(BY, name, None).await;
        keys::hash(&key.expect("a new key").secret)
    }

    async fn run(&self, sql: &str) {
        let done = self.try_run(sql).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    async fn try_run(&self, sql: &str) -> Result<u64, sqlx::Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        Ok(self.ledger.pool().execute(sql).await?.rows_affected())
    }

    /// Sums over all usage: clips and milliseconds of an outcome.
    async fn used(&self, outcome: &str) -> (i64, i64) {
        let text = "SELECT CAST(coalesce(sum(clips), 0) AS BIGINT), CAST(coalesce(sum(audio_ms), 0) AS BIGINT) \
                    FROM usage WHERE outcome = $1";
        let query = sqlx::query_as(text).bind(outcome);
        query.fetch_one(self.ledger.pool()).await.expect("sums")
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        let Some(file) = &self.file else { return };
        for suffix in ["", "-wal", "-shm"] {
            let mut path = file.clone().into_os_string();
            path.push(suffix);
            let _ = fs::remove_file(path);
        }
    }
}

fn settings() -> MeterSettings {
    MeterSettings {
        flush: Duration::ZERO,
        max_outage: Duration::from_secs(3600),
        max_clip: Duration::from_secs(10),
        max_wait: Duration::ZERO,
    }
}

fn is_postgres(ledger: &Ledger) -> bool {
    ledger.kind() == Kind::Postgres
}

async fn connected(url: &str) -> sqlx::AnyConnection {
    sqlx::any::install_default_drivers();
    sqlx::AnyConnection::connect(url)
        .await
        .expect("it is there")
}
