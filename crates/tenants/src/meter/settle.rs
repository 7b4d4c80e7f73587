//! What goes back to the database: shares that are not needed, usage, and the truth after it was gone.

use std::collections::BTreeMap;

use super::{
    super::{calendar::Day, error::LedgerError},
    Meter, REQUESTS,
};

impl Meter {
    /// Gives back requests that were not needed for a second and, where usage was just added, audio that is not needed.
    pub(super) async fn spare(&self, with_audio: bool) -> Result<(), LedgerError> {
        let month = Day::of(self.now_ms()).month();
        let mut spare = BTreeMap::new();
        for account in self.known().all() {
            let (requests, audio_ms) = {
                let mut shares = account.held().lock();
                shares.audio.turn_to(&month);
                shares.audio.looked();
                let audio_ms = match with_audio {
                    true => {
                        let n_others = shares.open.peak() - 1;
                        shares.audio.spare_ms(self.longest_ms(n_others))
                    }
                    false => 0,
                };
                (shares.requests.spare(), audio_ms)
            };
            for (what, amount) in [(REQUESTS, requests), (&month, audio_ms)] {
                if amount > 0 {
                    let name = account.tenant().name.clone();
                    spare.insert((name, what.to_owned()), amount);
                }
            }
        }
        match spare.is_empty() {
            true => Ok(()),
            false => self.process.give_back(&spare).await,
        }
    }

    /// Says anew what it holds, and what it gave out alone, after the database was gone.
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
        self.process.restate(&requests, REQUESTS).await?;
        for account in &accounts {
            let (minute, n) = {
                let shares = account.held().lock();
                (shares.minute.number(), shares.minute.owed())
            };
            if n > 0 {
                let name = &account.tenant().name;
                self.process.take_of_minute(name, minute, n).await?;
                account.held().lock().minute.settled(n);
            }
        }
        Ok(())
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
}
