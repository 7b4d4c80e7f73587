//! Shares of limits: drawn from the database when they are needed, given back when they are not.

use std::{future::Future, time::Duration};

use tokio::time::timeout;

use super::{
    super::{
        account::Account,
        calendar::{self, Day},
        error::{LedgerError, Refused},
        process::{Granted, Wanted},
    },
    Meter, REQUESTS,
};

/// A request waits no longer for the database; then it is taken for gone.
const DRAW_TIMEOUT: Duration = Duration::from_secs(2);

/// When to try again after too many requests at once.
const NEXT_LOOK_S: u32 = 1;

impl Meter {
    /// Finds a place for a request among those that its tenant may have at once.
    pub(super) async fn enter(&self, account: &Account) -> Result<(), Refused> {
        let limit = i64::from(account.tenant().limits.parallel);
        let held = account.held();
        self.reachable()?;
        if held.lock().requests.take(limit) {
            return Ok(());
        }
        let _drawing = held.drawing.lock().await;
        if held.lock().requests.take(limit) {
            return Ok(());
        }
        if self.reachable()? && !held.lock().requests.is_full() {
            let wanted = Wanted {
                tenant: &account.tenant().name,
                what: REQUESTS,
                limit,
                used_since: None,
                at_least: 1,
            };
            if let Some(granted) = self.hold(wanted).await {
                held.lock().requests.granted(granted.amount);
            }
        }
        let mut shares = held.lock();
        let is_taken = match self.reachable()? {
            true => shares.requests.take(limit),
            false => shares.requests.take_alone(limit, self.n_processes()),
        };
        is_taken.then_some(()).ok_or(Refused::TooMany {
            retry_after_s: NEXT_LOOK_S,
        })
    }

    /// Whether the month has audio left for a clip.
    pub(super) async fn allow_audio(&self, account: &Account) -> Result<(), Refused> {
        let limit_ms = i64::from(account.tenant().limits.audio_s_per_month) * 1000;
        if limit_ms == 0 {
            return Ok(());
        }
        let held = account.held();
        let today = Day::of(self.now_ms());
        let month = today.month();
        let max_clip_ms = self.settings.max_clip.as_millis() as i64;
        let allows = || {
            let mut shares = held.lock();
            shares.audio.turn_to(&month);
            let n_requests = shares.requests.used();
            shares.audio.allows(n_requests, max_clip_ms)
        };
        if allows() {
            return Ok(());
        }
        let _drawing = held.drawing.lock().await;
        if allows() {
            return Ok(());
        }
        if self.reachable()? && !held.lock().audio.is_spent() {
            let at_least = {
                let shares = held.lock();
                let n_requests = shares.requests.used();
                shares.audio.missing_ms(n_requests, max_clip_ms)
            };
            let wanted = Wanted {
                tenant: &account.tenant().name,
                what: &month,
                limit: limit_ms,
                used_since: Some(today.first_of_month()),
                at_least,
            };
            if let Some(Granted { amount, rest }) = self.hold(wanted).await {
                held.lock().audio.granted(amount, rest);
            }
        }
        if !self.reachable()? {
            let mut shares = held.lock();
            shares.audio.go_alone(limit_ms, self.n_processes());
        }
        if allows() {
            return Ok(());
        }
        Err(match held.lock().audio.is_empty() {
            true => Refused::MonthSpent {
                audio_s: (limit_ms / 1000) as u64,
                retry_after_s: calendar::until_next_month_s(self.now_ms()),
            },
            false => Refused::TooMany {
                retry_after_s: NEXT_LOOK_S,
            },
        })
    }

    /// Uses one of the minute's clips.
    pub(super) async fn take_clip(&self, account: &Account) -> Result<(), Refused> {
        let limit = i64::from(account.tenant().limits.clips_per_minute);
        if limit == 0 {
            return Ok(());
        }
        let held = account.held();
        let take = || {
            let mut shares = held.lock();
            shares.minute.turn_to(calendar::minute(self.now_ms()));
            shares.minute.take()
        };
        if take() {
            return Ok(());
        }
        let _drawing = held.drawing.lock().await;
        if take() {
            return Ok(());
        }
        if self.reachable()? && !held.lock().minute.is_spent() {
            let (minute, n) = {
                let shares = held.lock();
                (shares.minute.number(), shares.minute.wanted(limit))
            };
            let taking = self
                .process
                .take_of_minute(&account.tenant().name, minute, n);
            if let Some(taken) = self.in_time(taking).await {
                let mut shares = held.lock();
                // A minute that is over by now has nothing left.
                if shares.minute.number() == minute {
                    shares.minute.drawn(n, taken, limit);
                }
            }
        }
        let is_taken = match self.reachable()? {
            true => take(),
            false => {
                let mut shares = held.lock();
                shares.minute.take_alone(limit, self.n_processes())
            }
        };
        is_taken.then_some(()).ok_or_else(|| Refused::TooMany {
            retry_after_s: calendar::until_next_minute_s(self.now_ms()),
        })
    }

    /// Gives back requests that were not needed for a second and, where usage was just added, audio.
    pub(super) async fn spare(&self, with_audio: bool) -> Result<(), LedgerError> {
        let accounts = self.known().all();
        let month = Day::of(self.now_ms()).month();
        for account in accounts {
            let name = &account.tenant().name;
            let _drawing = account.held().drawing.lock().await;
            let (requests, audio_ms) = {
                let mut shares = account.held().lock();
                shares.audio.turn_to(&month);
                let audio_ms = if with_audio {
                    shares.audio.spare_ms()
                } else {
                    0
                };
                (shares.requests.spare(), audio_ms)
            };
            for (what, amount) in [(REQUESTS, requests), (&month, audio_ms)] {
                if amount > 0 {
                    self.process.give_back(name, what, amount).await?;
                }
            }
        }
        Ok(())
    }

    /// Says anew what it holds, after the database was gone.
    pub(super) async fn restate(&self) -> Result<(), LedgerError> {
        let accounts = self.known().all();
        let mut drawing = Vec::new();
        for account in &accounts {
            drawing.push(account.held().drawing.lock().await);
        }
        let mut requests = Vec::new();
        for account in &accounts {
            let mut shares = account.held().lock();
            shares.requests.restated();
            shares.audio.restated();
            if shares.requests.used() > 0 {
                requests.push((account.tenant().name.clone(), shares.requests.used()));
            }
        }
        self.process.restate(&requests, REQUESTS).await
    }

    /// Adds what was used until now.
    pub(super) async fn flush(&self) -> Result<(), LedgerError> {
        loop {
            let Some(batch) = self.tally().batch() else {
                return Ok(());
            };
            self.process.add(&batch).await?;
            self.tally().added(batch.number);
        }
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
        tracing::warn!(%error, "the database of tenants does not answer");
        self.lost();
        None
    }
}
