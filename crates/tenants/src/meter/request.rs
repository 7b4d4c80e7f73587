//! A tenant's request while it is answered.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use super::{
    super::{account::Account, calendar::Day, error::Refused, outcome::Outcome},
    Meter,
};

/// A tenant's request while it is answered; when it is dropped, its place is free for another one.
#[derive(Debug)]
pub struct Request {
    meter: Arc<Meter>,
    account: Arc<Account>,
    key: Option<[u8; 32]>,
    /// Clips whose audio is of a limited month, taken and not heard yet.
    n_open: AtomicI64,
}

impl Meter {
    /// Begins a request of a tenant, where so many at once are allowed.
    ///
    /// # Errors
    /// [`Refused`], which is counted as a clip that was refused.
    pub async fn begin(self: &Arc<Self>, account: &Arc<Account>) -> Result<Request, Refused> {
        let entered = self.enter(account).await;
        entered.map_err(|refused| self.refused(account, refused))?;
        Ok(Request {
            meter: Arc::clone(self),
            account: Arc::clone(account),
            key: None,
            n_open: AtomicI64::new(0),
        })
    }

    fn refused(&self, account: &Account, refused: Refused) -> Refused {
        self.used(account, Outcome::Refused, 1, Duration::ZERO);
        refused
    }

    fn used(&self, account: &Account, outcome: Outcome, n_clips: i64, duration: Duration) {
        let audio_ms = duration.as_millis() as i64;
        let day = Day::of(self.now_ms());
        let name = &account.tenant().name;
        self.tally().count(name, day, outcome, n_clips, audio_ms);
        if account.tenant().limits.audio_s_per_month > 0 {
            account.held().lock().audio.heard(audio_ms);
        }
    }
}

impl Request {
    /// Whose it is.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Made with the key of this SHA-256: once that is valid no more, neither is the request.
    #[must_use]
    pub fn with_key(mut self, hash: [u8; 32]) -> Self {
        self.key = Some(hash);
        self
    }

    /// Counts a clip that came, before it is heard.
    ///
    /// # Errors
    /// [`Refused`], which is counted as a clip that was refused.
    pub async fn count_clip(&self) -> Result<(), Refused> {
        let allowed = async {
            self.meter.contact()?;
            let has_ended = |key| self.meter.account(&key).is_none();
            if self.key.is_some_and(has_ended) {
                return Err(Refused::Ended);
            }
            self.meter.allow_audio(&self.account, &self.n_open).await?;
            let taken = self.meter.take_clip(&self.account).await;
            taken.inspect_err(|_| self.close(1))
        };
        let allowed = allowed.await;
        allowed.map_err(|refused| self.meter.refused(&self.account, refused))
    }

    /// A clip that was counted was heard, and was so long; or it could not be heard.
    pub fn heard(&self, outcome: Outcome, duration: Duration) {
        self.meter.used(&self.account, outcome, 1, duration);
        self.close(1);
    }

    /// So much more of a clip was heard whose outcome is told when it ends.
    pub fn heard_more(&self, duration: Duration) {
        let (meter, account) = (&self.meter, &self.account);
        meter.used(account, Outcome::Answered, 0, duration);
    }
}

impl Request {
    /// So many of its clips, at most, are open no more.
    fn close(&self, n: i64) {
        let held = self.account.held();
        let mut shares = held.lock();
        let n_open = self.n_open.load(Ordering::Relaxed);
        let n_left = (n_open - n).max(0);
        self.n_open.store(n_left, Ordering::Relaxed);
        if n_open > 0 && n_left == 0 {
            shares.open.remove();
        }
        drop(shares);
        held.heard.notify_waiters();
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.close(i64::MAX);
        self.account.held().lock().requests.give();
    }
}
