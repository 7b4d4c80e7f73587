//! What one serving process keeps of the ledger: valid keys, shares of limits, usage that was not added yet.
//!
//! Every second it tells the database that it lives, and reads what has changed: a key that was revoked is refused
//! from then on. Usage is added every [`MeterSettings::flush`]. While the database is gone it goes on with what it
//! knew, each process with its part, for [`MeterSettings::max_outage`].

mod draw;
mod known;
mod request;
mod settle;
mod tally;

use std::{
    error::Error,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::time::{MissedTickBehavior, interval, timeout};

use self::{known::Known, tally::Tally};
use super::{
    account::Account,
    calendar,
    error::{LedgerError, Refused},
    ledger::Ledger,
    process::{EXPIRY, Process},
    shares::Alone,
};
pub use request::Request;

/// How often the database is looked at: within this, and the time of a look, a revoked key is refused everywhere.
const PERIOD: Duration = Duration::from_secs(1);

/// A database that takes longer for one look is gone.
const LOOK_TIMEOUT: Duration = Duration::from_secs(5);

/// Looks between those in which old rows are deleted.
const LOOKS_BETWEEN_FORGETTING: i64 = 600;

/// Name of the share of requests at once; no month is called so.
const REQUESTS: &str = "requests";

/// How a process keeps count.
#[derive(Clone, Copy, Debug)]
pub struct MeterSettings {
    /// Usage is added to the database so often; what a process that is killed loses is no older.
    pub flush: Duration,
    /// For so long after the database was last there its last known keys and limits hold.
    pub max_outage: Duration,
    /// Longest audio that one request may bring at a time.
    pub max_clip: Duration,
    /// For so long a clip waits for others of its tenant where a month is nearly spent and they are heard one by one.
    pub max_wait: Duration,
}

/// How it stands with the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Since when the database is gone, seconds; `None` while it is there.
    pub away_s: Option<u64>,
    /// Whether it has been gone for too long, and tenants are refused.
    pub is_over: bool,
    /// Tenants' keys that are valid, but for those that have expired.
    pub n_keys: usize,
    /// Clips whose usage was not added yet.
    pub n_waiting: i64,
}

/// Tenants as one serving process knows them.
#[derive(Debug)]
pub struct Meter {
    process: Process,
    settings: MeterSettings,
    known: RwLock<Known>,
    tally: Mutex<Tally>,
    reach: Mutex<Reach>,
    n_processes: AtomicI64,
    /// One look at a time.
    looking: tokio::sync::Mutex<Looks>,
}

/// Whether the database can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Contact {
    There,
    /// Others may still have it, and this process would not know.
    JustLost,
    Lost,
}

/// Whether the database is there, and its clock.
#[derive(Debug)]
struct Reach {
    last: Instant,
    now_ms: i64,
    is_away: bool,
    /// What this process holds may not be what the database says that it holds.
    is_out_of_step: bool,
}

#[derive(Debug, Default)]
struct Looks {
    n: i64,
    last_flush: Option<Instant>,
}

impl Meter {
    /// Reads what is known, and goes on looking until it is dropped.
    ///
    /// # Errors
    /// [`LedgerError`] when the database is not there now.
    pub async fn start(ledger: Ledger, settings: MeterSettings) -> Result<Arc<Self>, LedgerError> {
        let meter = Self::unwatched(ledger, settings).await?;
        tokio::spawn(look_on(Arc::downgrade(&meter)));
        Ok(meter)
    }

    /// The same, which looks only when it is told to.
    pub(crate) async fn unwatched(
        ledger: Ledger,
        settings: MeterSettings,
    ) -> Result<Arc<Self>, LedgerError> {
        let now_ms = ledger.now_ms().await?;
        let meter = Self {
            process: Process::new(ledger)?,
            settings,
            known: RwLock::default(),
            tally: Mutex::default(),
            reach: Mutex::new(Reach {
                last: Instant::now(),
                now_ms,
                is_away: false,
                is_out_of_step: false,
            }),
            n_processes: AtomicI64::new(1),
            looking: tokio::sync::Mutex::default(),
        };
        meter.look().await?;
        Ok(Arc::new(meter))
    }

    /// The database that it keeps count for.
    pub const fn ledger(&self) -> &Ledger {
        self.process.ledger()
    }

    /// Whose key has this SHA-256; `None` when nobody's that is valid now. Asks no database.
    pub fn account(&self, hash: &[u8; 32]) -> Option<Arc<Account>> {
        let now_ms = self.now_ms();
        self.known().account(hash, now_ms)
    }

    /// The tenant of a name, disabled or not.
    pub fn named(&self, tenant: &str) -> Option<Arc<Account>> {
        self.known().named(tenant)
    }

    /// Whether a tenant lets pages of this origin read answers.
    pub fn knows_origin(&self, origin: &str) -> bool {
        self.known().knows_origin(origin)
    }

    /// How it stands with the database.
    pub fn health(&self) -> Health {
        let away = {
            let reach = self.reach();
            reach.is_away.then(|| reach.last.elapsed())
        };
        Health {
            away_s: away.map(|away| away.as_secs()),
            is_over: self.is_over(),
            n_keys: self.known().n_keys(),
            n_waiting: self.tally().n_clips(),
        }
    }

    /// Whether the database has been gone for too long, and tenants are refused.
    pub fn is_over(&self) -> bool {
        self.contact().is_err()
    }

    /// Reads at once what has changed: after an act in this process.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn look(&self) -> Result<(), LedgerError> {
        let mut looks = self.looking.lock().await;
        let looked = timeout(LOOK_TIMEOUT, self.look_once(&mut looks)).await;
        let looked = looked.unwrap_or(Err(sqlx::Error::PoolTimedOut.into()));
        if looked.is_err() {
            self.lost();
        }
        looked
    }

    /// Adds what was used until now, gives back what it holds: before the process ends.
    ///
    /// # Errors
    /// [`LedgerError`]; what could not be added is lost.
    pub async fn finish(&self) -> Result<(), LedgerError> {
        let _looks = self.looking.lock().await;
        self.flush().await?;
        self.process.leave().await?;
        self.ledger().gather().await
    }

    async fn look_once(&self, looks: &mut Looks) -> Result<(), LedgerError> {
        let was_in_step = {
            let reach = self.reach();
            // Others took what a process held that stood still for so long.
            !reach.is_out_of_step && reach.last.elapsed() < EXPIRY
        };
        let n_flushed = self.tally().n_flushed();
        let beat = self.process.beat(n_flushed).await?;
        self.n_processes.store(beat.n_processes, Ordering::Relaxed);
        if self.known().version() != Some(beat.version) {
            self.read(beat.version).await?;
        }
        for (tenant, taken) in self.process.windows(calendar::minute(beat.now_ms)).await? {
            if let Some(account) = self.known().named(&tenant) {
                let mut shares = account.held().lock();
                shares.minute.turn_to(calendar::minute(beat.now_ms));
                shares.minute.seen(taken);
            }
        }
        let since = looks.last_flush.map(|last| last.elapsed());
        // The look that is nearest to it.
        let is_due = since.is_none_or(|since| since + PERIOD / 2 >= self.settings.flush);
        if is_due || !was_in_step {
            self.flush().await?;
            looks.last_flush = Some(Instant::now());
        }
        match was_in_step {
            true => self.spare(is_due).await?,
            false => self.restate().await?,
        }
        if looks.n % LOOKS_BETWEEN_FORGETTING == 0 {
            self.process.forget(beat.now_ms).await?;
        }
        looks.n += 1;
        let mut reach = self.reach();
        *reach = Reach {
            last: beat.told,
            now_ms: beat.now_ms,
            is_away: false,
            is_out_of_step: reach.is_out_of_step && was_in_step,
        };
        Ok(())
    }

    /// Adds usage as [`flush`](Self::flush) does, whose answer nobody hears.
    #[cfg(test)]
    pub(crate) async fn add_and_lose_the_answer(&self) {
        let batch = self.tally().batch().expect("something was used");
        self.process.add(&batch).await.expect("it is there");
    }

    async fn read(&self, version: i64) -> Result<(), LedgerError> {
        let tenants = self.ledger().tenants().await?;
        let keys = self.process.valid_keys().await?;
        let known = Known::new(version, tenants, keys, &self.known());
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }

    /// By the database's clock as it was last told, gone on by this machine's that never goes back.
    fn now_ms(&self) -> i64 {
        let reach = self.reach();
        reach.now_ms + reach.last.elapsed().as_millis() as i64
    }

    /// The database did not answer.
    fn lost(&self) {
        let mut reach = self.reach();
        if !reach.is_away {
            tracing::error!("the database of tenants is gone");
        }
        reach.is_away = true;
        reach.is_out_of_step = true;
    }

    /// Whether what is known of limits still holds, and whether the database can be asked.
    fn contact(&self) -> Result<Contact, Refused> {
        let reach = self.reach();
        let away = reach.last.elapsed();
        match reach.is_away {
            false => Ok(Contact::There),
            true if away > self.settings.max_outage => Err(Refused::Unavailable),
            true if away < EXPIRY => Ok(Contact::JustLost),
            true => Ok(Contact::Lost),
        }
    }

    fn alone(&self, contact: Contact) -> Alone {
        Alone {
            n_processes: self.n_processes.load(Ordering::Relaxed).max(1),
            is_recent: contact == Contact::JustLost,
        }
    }

    /// As if the database had been lost so much earlier.
    #[cfg(test)]
    pub(crate) fn was_lost_before(&self, time: Duration) {
        let mut reach = self.reach();
        reach.last = reach
            .last
            .checked_sub(time)
            .expect("the machine runs for longer");
    }

    fn known(&self) -> std::sync::RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reach(&self) -> MutexGuard<'_, Reach> {
        self.reach.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks every second, for as long as there is a meter.
async fn look_on(meter: Weak<Meter>) {
    let mut periods = interval(PERIOD);
    periods.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        periods.tick().await;
        let Some(meter) = meter.upgrade() else {
            return;
        };
        let was_away = meter.reach().is_away;
        match meter.look().await {
            Ok(()) if was_away => tracing::warn!("the database of tenants is there again"),
            Ok(()) => {}
            Err(error) => told(&error),
        }
    }
}

/// Says why the database does not answer.
fn told(error: &LedgerError) {
    let error: &(dyn Error + 'static) = error;
    tracing::warn!(error, "the database of tenants does not answer");
}

/// A process that others have taken for gone does not hold what it held.
const _: () = assert!(EXPIRY.as_secs() > PERIOD.as_secs() + LOOK_TIMEOUT.as_secs());
