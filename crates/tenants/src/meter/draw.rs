//! Shares of limits: drawn from the database when they are needed.
//!
//! Invariant: a draw is finished also where nobody waits for it any more, or the database would say that the process
//! holds what it does not know of

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use tokio::time::{Instant, timeout, timeout_at};

use super::{
    super::{
        account::Account,
        calendar::{self, Day},
        error::{LedgerError, Refused},
        process::{Granted, Wanted},
        shares::{Dry, Shares},
    },
    Contact, Meter, REQUESTS, told,
};

/// A request waits no longer for the database; then it is taken for gone.
const DRAW_TIMEOUT: Duration = Duration::from_secs(2);

/// When to try again where the next look may bring more.
const NEXT_LOOK_S: u32 = 1;

impl Meter {
    /// Finds a place for a request among those that its tenant may have at once.
    pub(super) async fn enter(self: &Arc<Self>, account: &Arc<Account>) -> Result<(), Refused> {
        let limit = i64::from(account.tenant().limits.parallel);
        loop {
            let contact = self.contact()?;
            let is_taken = {
                let mut shares = account.held().lock();
                match contact {
                    Contact::There => shares.requests.take(limit),
                    _ => shares.requests.take_alone(limit, self.alone(contact)),
                }
            };
            if is_taken {
                return Ok(());
            }
            let (meter, drawing) = (Arc::clone(self), Arc::clone(account));
            let draw = async move { meter.draw_requests(&drawing, limit).await };
            if contact != Contact::There || !to_the_end(draw).await {
                return Err(Refused::TooMany {
                    retry_after_s: NEXT_LOOK_S,
                });
            }
        }
    }

    /// Takes a clip whose audio is the month's, as one of its request's `n_open`.
    ///
    /// How long it is nobody knows. So that each process goes above the limit by one request at most, a request begins
    /// where more is held than the others that are open may bring; where that is not to be had, it waits for them.
    pub(super) async fn allow_audio(
        self: &Arc<Self>,
        account: &Arc<Account>,
        n_open: &AtomicI64,
    ) -> Result<(), Refused> {
        let limit_s = account.tenant().limits.audio_s_per_month;
        if limit_s == 0 {
            return Ok(());
        }
        let limit_ms = i64::from(limit_s) * 1000;
        let today = Day::of(self.now_ms());
        let deadline = Instant::now() + self.settings.max_wait;
        loop {
            let heard = account.held().heard.notified();
            let contact = self.contact()?;
            let is_open = n_open.load(Ordering::Relaxed) > 0;
            {
                let mut shares = account.held().lock();
                shares.audio.turn_to(&today.month());
                if contact != Contact::There {
                    shares.audio.go_alone(limit_ms, self.alone(contact));
                }
                if self.missing_ms(&shares, is_open) < 0 {
                    n_open.fetch_add(1, Ordering::Relaxed);
                    if !is_open {
                        shares.open.add();
                    }
                    return Ok(());
                }
            }
            if contact == Contact::There {
                let (meter, drawing) = (Arc::clone(self), Arc::clone(account));
                let draw =
                    async move { meter.draw_audio(&drawing, limit_ms, today, is_open).await };
                if to_the_end(draw).await {
                    continue;
                }
            }
            if let Some(refused) = self.refusal(account, contact) {
                return Err(refused);
            }
            if timeout_at(deadline, heard).await.is_err() {
                return Err(Refused::TooMany {
                    retry_after_s: NEXT_LOOK_S,
                });
            }
        }
    }

    /// Why a clip is not taken, where waiting for others of this process is of no use.
    fn refusal(&self, account: &Account, contact: Contact) -> Option<Refused> {
        let (held_ms, dry) = {
            let shares = account.held().lock();
            (shares.audio.held_ms(), shares.audio.dry())
        };
        // Where it was narrow and nothing is held any more, a clip was heard since then.
        if held_ms > 0 || dry == Some(Dry::Narrow) {
            return None;
        }
        let retry_after_s = match (contact, dry) {
            (_, Some(Dry::Spent)) => {
                return Some(Refused::MonthSpent {
                    retry_after_s: calendar::until_next_month_s(self.now_ms()),
                });
            }
            // Who holds what it does not need gives it back with its next usage.
            (Contact::There, _) => {
                let flush_s = u32::try_from(self.settings.flush.as_secs());
                flush_s.unwrap_or(u32::MAX).saturating_add(NEXT_LOOK_S)
            }
            _ => NEXT_LOOK_S,
        };
        Some(Refused::TooMany { retry_after_s })
    }

    /// Uses one of the minute's clips.
    pub(super) async fn take_clip(self: &Arc<Self>, account: &Arc<Account>) -> Result<(), Refused> {
        let limit = i64::from(account.tenant().limits.clips_per_minute);
        if limit == 0 {
            return Ok(());
        }
        loop {
            let (contact, now_ms) = (self.contact()?, self.now_ms());
            let is_taken = {
                let mut shares = account.held().lock();
                shares.minute.turn_to(calendar::minute(now_ms));
                match contact {
                    Contact::There => shares.minute.take(),
                    _ => shares.minute.take_alone(limit, self.alone(contact)),
                }
            };
            if is_taken {
                return Ok(());
            }
            let (meter, drawing) = (Arc::clone(self), Arc::clone(account));
            let draw = async move { meter.draw_clips(&drawing, limit).await };
            if contact != Contact::There || !to_the_end(draw).await {
                let retry_after_s = match contact {
                    Contact::JustLost => NEXT_LOOK_S,
                    _ => calendar::until_next_minute_s(now_ms),
                };
                return Err(Refused::TooMany { retry_after_s });
            }
        }
    }

    /// Whether it is worth trying again after this.
    async fn draw_requests(&self, account: &Account, limit: i64) -> bool {
        let held = account.held();
        let _drawing = held.drawing.lock().await;
        let (has_place, is_full) = {
            let shares = held.lock();
            (shares.requests.has_place(limit), shares.requests.is_full())
        };
        if has_place || is_full {
            return has_place;
        }
        let wanted = Wanted {
            tenant: &account.tenant().name,
            what: REQUESTS,
            limit,
            used_since: None,
            at_least: 1,
            at_once: 1,
        };
        match self.hold(wanted).await {
            Some(granted) => {
                held.lock().requests.granted(granted.amount);
                granted.amount > 0
            }
            None => true,
        }
    }

    /// The same of the month's audio.
    async fn draw_audio(
        &self,
        account: &Account,
        limit_ms: i64,
        today: Day,
        is_open: bool,
    ) -> bool {
        let held = account.held();
        let _drawing = held.drawing.lock().await;
        let (missing_ms, at_once, dry) = {
            let shares = held.lock();
            let missing_ms = self.missing_ms(&shares, is_open);
            let at_once = (1 - shares.audio.held_ms()).max(0);
            (missing_ms, at_once, shares.audio.dry())
        };
        let is_dry = match dry {
            Some(Dry::Narrow) => at_once == 0,
            dry => dry.is_some(),
        };
        if missing_ms < 0 || is_dry {
            return missing_ms < 0;
        }
        let wanted = Wanted {
            tenant: &account.tenant().name,
            what: &today.month(),
            limit: limit_ms,
            used_since: Some(today.first_of_month()),
            at_least: missing_ms + 1,
            at_once,
        };
        match self.hold(wanted).await {
            Some(granted) => {
                let is_spent = granted.rest == 0 && granted.elsewhere == 0;
                let dry = match (granted.amount, is_spent) {
                    (0, _) if at_once == 0 => Some(Dry::Narrow),
                    (0, true) => Some(Dry::Spent),
                    (0, false) => Some(Dry::Elsewhere),
                    _ => None,
                };
                let mut shares = held.lock();
                shares.audio.granted(granted.amount, granted.rest, dry);
                granted.amount > 0
            }
            None => true,
        }
    }

    /// The same of the minute's clips.
    async fn draw_clips(&self, account: &Account, limit: i64) -> bool {
        let held = account.held();
        let _drawing = held.drawing.lock().await;
        let (minute, n) = {
            let shares = held.lock();
            if shares.minute.has_ticket() || shares.minute.is_spent() {
                return shares.minute.has_ticket();
            }
            (shares.minute.number(), shares.minute.wanted(limit))
        };
        let name = &account.tenant().name;
        let taking = self.process.take_of_minute(name, minute, n);
        let Some(taken) = self.in_time(taking).await else {
            return true;
        };
        let mut shares = held.lock();
        // A minute that is over by now has nothing left.
        if shares.minute.number() == minute {
            shares.minute.drawn(n, taken, limit);
        }
        !shares.minute.is_spent()
    }

    /// How much more of the month's audio must be held than is, for a clip of a request that is open already or not,
    /// beside the others. Below 0: nothing is missing.
    fn missing_ms(&self, shares: &Shares, is_open: bool) -> i64 {
        self.longest_ms(shares.open.n() - i64::from(is_open)) - shares.audio.held_ms()
    }

    /// The longest audio of so many requests.
    pub(super) fn longest_ms(&self, n_requests: i64) -> i64 {
        n_requests.max(0) * self.settings.max_clip.as_millis() as i64
    }

    async fn hold(&self, wanted: Wanted<'_>) -> Option<Granted> {
        let now_ms = self.now_ms();
        self.in_time(self.process.hold(wanted, now_ms)).await
    }

    /// What the database answers; `None` when it does not, and is gone from now on.
    async fn in_time<T>(&self, asked: impl Future<Output = Result<T, LedgerError>>) -> Option<T> {
        let error = match timeout(DRAW_TIMEOUT, asked).await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => error,
            Err(_) => sqlx::Error::PoolTimedOut.into(),
        };
        told(&error);
        self.lost();
        None
    }
}

/// Goes on also where who waits for it does not.
async fn to_the_end(draw: impl Future<Output = bool> + Send + 'static) -> bool {
    tokio::spawn(draw).await.unwrap_or_default()
}
