//! Hears an archive: clips are fetched, heard and written at the same time, no more of them than there is room for.
//!
//! Input   [`Job`]
//! Output  parts, and a [`Summary`]
//! Errors  when a part cannot be written, or too many clips cannot be fetched; what was heard before is written
//! Invariant: in memory are the clips that [`Hearing`] allows, and the rows of one part

use std::{future::Future, pin::pin, sync::Arc};

use anyhow::{Result, bail};
use futures::{StreamExt, TryStreamExt, future::ready};

use crate::{
    archive::Archive,
    columns::Columns,
    faults::told,
    hearing::{Hearing, Scored},
    parts::Parts,
    progress::Progress,
    selection::{Selection, Shard},
};

/// So many clips that cannot be fetched are no accident.
const MAX_FAULTS: u64 = 100;

/// What is to be done, and with what.
#[derive(Clone)]
pub struct Job {
    /// The clips.
    pub archive: Archive,
    /// Which of them.
    pub shard: Shard,
    /// What hears them.
    pub hearing: Arc<Hearing>,
    /// What is written of them.
    pub columns: Columns,
    /// Rows of a part.
    pub n_part_rows: usize,
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Clips that were heard, or cannot be.
    pub n_scored: u64,
    /// Those of them that gave no prediction.
    pub n_errors: u64,
    /// Clips that could not be fetched, and are left for the next run.
    pub n_faults: u64,
    /// Clips that were done before.
    pub n_done: u64,
    /// Clips whose address came before in the same manifest.
    pub n_repeated: u64,
    /// Whether it was told to end before the archive did.
    pub is_stopped: bool,
}

impl Job {
    /// Hears the archive until its end, or until `stop`; what is under way then is heard and written.
    ///
    /// # Errors
    /// See the module's head.
    pub async fn run(
        &self,
        parts: &mut Parts,
        progress: &mut Progress,
        stop: impl Future<Output = ()>,
    ) -> Result<Summary> {
        let mut selection = Selection::new(self.shard, Arc::clone(parts.done()));
        let counting = tokio::spawn(count(
            self.archive.clone(),
            selection.clone(),
            progress.clone(),
        ));
        let stopped = Box::pin(async {
            stop.await;
            true
        });
        let mut clips = self
            .archive
            .clips()
            .try_filter(|clip| ready(selection.takes(&clip.uri)))
            .take_until(stopped);
        let mut table = Table {
            job: self,
            parts,
            rows: Vec::with_capacity(self.n_part_rows),
            summary: Summary::default(),
        };
        {
            let asked = clips.by_ref().map_ok(|clip| self.hearing.ask(clip));
            let scored = asked.try_buffer_unordered(self.hearing.n_at_once());
            let mut scored = pin!(scored);
            while let Some(outcome) = scored.next().await {
                table.take(outcome, progress).await?;
            }
        }
        table.write().await?;
        let mut summary = table.summary;
        summary.is_stopped = clips.take_result().unwrap_or(false);
        drop(clips);
        (summary.n_done, summary.n_repeated) = (selection.n_done, selection.n_repeated);
        counting.abort();
        progress.end();
        Ok(summary)
    }
}

/// What was heard and is not written yet.
struct Table<'a> {
    job: &'a Job,
    parts: &'a mut Parts,
    rows: Vec<Scored>,
    summary: Summary,
}

impl Table<'_> {
    async fn take(&mut self, outcome: Result<Scored>, progress: &mut Progress) -> Result<()> {
        match outcome {
            Ok(scored) => {
                progress.heard();
                self.summary.n_scored += 1;
                self.summary.n_errors += u64::from(scored.score.is_err());
                self.rows.push(scored);
            }
            Err(fault) => {
                progress.say(&told(&fault));
                self.summary.n_faults += 1;
            }
        }
        if self.summary.n_faults >= MAX_FAULTS {
            self.write().await?;
            bail!("{MAX_FAULTS} clips could not be fetched");
        }
        match self.rows.len() >= self.job.n_part_rows {
            true => self.write().await,
            false => Ok(()),
        }
    }

    async fn write(&mut self) -> Result<()> {
        if !self.rows.is_empty() {
            let rows = self.job.columns.rows(&self.rows)?;
            self.parts.write(&rows).await?;
            self.rows.clear();
        }
        Ok(())
    }
}

/// Counts what is to be heard, beside the hearing, and tells when it knows.
async fn count(archive: Archive, mut selection: Selection, progress: Progress) {
    let mine = archive
        .clips()
        .try_filter(|clip| ready(selection.takes(&clip.uri)));
    let n_clips = mine.try_fold(0, |n_clips, _| ready(Ok(n_clips + 1))).await;
    if let Ok(n_clips) = n_clips {
        progress.plan(n_clips);
    }
}
