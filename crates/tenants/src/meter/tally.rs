//! Usage that was not added to the database yet, in batches that are added once however often that is tried.

use std::{collections::HashMap, mem};

use super::super::{calendar::Day, outcome::Outcome, process::Batch, usage::DayUsage};

/// Usage that was not added yet.
#[derive(Debug, Default)]
pub struct Tally {
    /// What came since the last batch: clips and milliseconds.
    fresh: HashMap<(String, Day, Outcome), (i64, i64)>,
    /// The batch that is being added, until that is certain.
    pending: Option<Batch>,
    n_flushed: i64,
}

impl Tally {
    /// Counts a clip, or audio that belongs to one that was counted (`n_clips` 0).
    pub fn count(&mut self, tenant: &str, day: Day, outcome: Outcome, n_clips: i64, audio_ms: i64) {
        let used = self.fresh.entry((tenant.to_owned(), day, outcome));
        let (clips, all_ms) = used.or_default();
        *clips += n_clips;
        *all_ms += audio_ms;
    }

    /// What is to be added next: the same again until [`added`](Self::added).
    pub fn batch(&mut self) -> Option<Batch> {
        if self.pending.is_none() && !self.fresh.is_empty() {
            let rows = mem::take(&mut self.fresh).into_iter();
            let rows = rows.map(|((tenant, day, outcome), (n_clips, audio_ms))| DayUsage {
                tenant,
                day,
                outcome,
                n_clips,
                audio_ms,
            });
            let mut rows: Vec<DayUsage> = rows.collect();
            rows.sort();
            let number = self.n_flushed + 1;
            self.pending = Some(Batch { number, rows });
        }
        self.pending.clone()
    }

    /// The batch of that number was added.
    pub fn added(&mut self, number: i64) {
        self.pending = None;
        self.n_flushed = number;
    }

    /// Number of the last batch that was certainly added.
    pub const fn n_flushed(&self) -> i64 {
        self.n_flushed
    }

    /// Clips that wait.
    pub fn n_clips(&self) -> i64 {
        let pending = self.pending.iter().flat_map(|batch| &batch.rows);
        let pending: i64 = pending.map(|row| row.n_clips).sum();
        pending + self.fresh.values().map(|(n_clips, _)| n_clips).sum::<i64>()
    }
}
