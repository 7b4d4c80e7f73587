//! Shares of limits: drawn from the database when they are needed.
//!
//! Invariant: a draw is finished also where nobody waits for it any more, or the database would say that the process
//! holds what it does not know of

use std::{future::Future, sync::Arc, time::Duration};

use tokio::time::timeout;

use super::{
    super::{
        account::Account,
        calendar::{self, Day},
        error::{LedgerError, Refused},
        process::{Granted, Wanted},
    },
    Meter, REQUESTS, told,
};

/// A request waits no longer for the database; then it is taken for gone.
const DRAW_TIMEOUT: Duration = Duration::from_secs(2);

/// When to try again after too many requests at once.
const NEXT_LOOK_S: u32 = 1;

impl Meter {
    /// Finds a place for a request among those that its tenant may have at once.
    pub(super) async fn enter(self: &Arc<Self>, account: &Arc<Account>) -> Result<(), Refused> {
        let limit = i64::from(account.tenant().limits.parallel);
        loop {
            let is_there = self.reachable()?;
            let is_taken = {
                let mut shares = account.held().lock();
                match is_there {
                    true => shares.requests.take(limit),
                    false => shares.requests.take_alone(limit, self.n_processes()),
                }
            };
            if is_taken {
                return Ok(());
            }
            let (meter, drawing) = (Arc::clone(self), Arc::clone(account));
            let draw = async move { meter.draw_requests(&drawing, limit).await };
            if !is_there || !to_the_end(draw).await {
                return Err(Refused::TooMany {
                    retry_after_s: NEXT_LOOK_S,
                });
            }
        }
    }

    /// Whether the month has audio left for a clip.
    pub(super) async fn allow_audio(
        self: &Arc<Self>,
        account: &Arc<Account>,
    ) -> Result<(), Refused> {
        let limit_s = account.tenant().limits.audio_s_per_month;
        if limit_s == 0 {
            return Ok(());
        }
        let limit_ms = i64::from(limit_s) * 1000;
        let today = Day::of(self.now_ms());
        loop {
            let is_there = self.reachable()?;
            let (is_allowed, is_empty) = {
                let mut shares = account.held().lock();
                shares.audio.turn_to(&today.month());
                if !is_there {
                    shares.audio.go_alone(limit_ms, self.n_processes());
                }
                let missing_ms = self.missing_ms(shares.requests.used(), shares.audio.held_ms());
                (missing_ms < 0, shares.audio.held_ms() <= 0)
            };
            if is_allowed {
                return Ok(());
            }
            let (meter, drawing) = (Arc::clone(self), Arc::clone(account));
            let draw = async move { meter.draw_audio(&drawing, limit_ms, today).await };
            if is_there && to_the_end(draw).await {
                continue;
            }
            return Err(match is_empty {
                true => Refused::MonthSpent {
                    retry_after_s: calendar::until_next_month_s(self.now_ms()),
                },
                false => Refused::TooMany {
                    retry_after_s: NEXT_LOOK_S,
                },
            });
        }
    }

    /// Uses one of the minute's clips.
    pub(super) async fn take_clip(self: &Arc<Self>, account: &Arc<Account>) -> Result<(), Refused> {
        let limit = i64::from(account.tenant().limits.clips_per_minute);
        if limit == 0 {
            return Ok(());
        }
        loop {
            let (is_there, now_ms) = (self.reachable()?, self.now_ms());
            let is_taken = {
                let mut shares = account.held().lock();
                shares.minute.turn_to(calendar::minute(now_ms));
                match is_there {
                    true => shares.minute.take(),
                    false => shares.minute.take_alone(limit, self.n_processes()),
                }
            };
            if is_taken {
                return Ok(());
            }
            let (meter, drawing) = (Arc::clone(self), Arc::clone(account));
            let draw = async move { meter.draw_clips(&drawing, limit).await };
            if !is_there || !to_the_end(draw).await {
                return Err(Refused::TooMany {
                    retry_after_s: calendar::until_next_minute_s(now_ms),
                });
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
    async fn draw_audio(&self, account: &Account, limit_ms: i64, today: Day) -> bool {
        let held = account.held();
        let _drawing = held.drawing.lock().await;
        let (missing_ms, is_spent) = {
            let shares = held.lock();
            let missing_ms = self.missing_ms(shares.requests.used(), shares.audio.held_ms());
            (missing_ms, shares.audio.is_spent())
        };
        if missing_ms < 0 || is_spent {
            return missing_ms < 0;
        }
        let wanted = Wanted {
            tenant: &account.tenant().name,
            what: &today.month(),
            limit: limit_ms,
            used_since: Some(today.first_of_month()),
            at_least: missing_ms + self.max_clip_ms(),
        };
        match self.hold(wanted).await {
            Some(Granted { amount, rest }) => {
                held.lock().audio.granted(amount, rest);
                amount > 0
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

    /// How much more of the month's audio must be held than is, for a clip beside the requests that there are, each of
    /// which may bring the longest: the last clips of a month come one by one, so that each process goes above the
    /// limit by one at most. Below 0: nothing is missing.
    fn missing_ms(&self, n_requests: i64, held_ms: i64) -> i64 {
        (n_requests - 1).max(0) * self.max_clip_ms() - held_ms
    }

    fn max_clip_ms(&self) -> i64 {
        self.settings.max_clip.as_millis() as i64
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
