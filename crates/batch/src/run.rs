//! Hears an archive: clips are fetched, heard and written at the same time, no more of them than there is room for.
//!
//! Input   [`Job`]
//! Output  parts, and a [`Summary`]
//! Errors  when a part cannot be written, or too many clips cannot be fetched; what was heard before is written
//! Invariant: in memory are [`FETCHES_PER_JOB`] clips for each thread that hears, and the rows of one part

use std::{future::Future, io, pin::pin, sync::Arc};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, future::ready};
use tokio::{
    runtime::{Builder, Runtime},
    task::spawn_blocking,
};
use vocabulary::{AppError, Prediction};

use crate::{
    archive::{Archive, Clip},
    columns::Columns,
    parts::Parts,
    progress::Progress,
    score::Scorer,
    selection::{Selection, Shard},
    stores::Stores,
};

/// Clips that are fetched or wait for each thread that hears: a store answers later than a clip is heard.
const FETCHES_PER_JOB: usize = 8;

/// So many clips that cannot be fetched are no accident.
const MAX_FAULTS: u64 = 100;

/// What is to be done, and with what.
#[derive(Clone)]
pub struct Job {
    /// Where it all lies.
    pub stores: Arc<Stores>,
    /// The clips.
    pub archive: Archive,
    /// Which of them.
    pub shard: Shard,
    /// What hears them.
    pub scorer: Arc<Scorer>,
    /// What is written of them.
    pub columns: Columns,
    /// Threads that hear.
    pub n_jobs: usize,
    /// Rows of a part.
    pub n_part_rows: usize,
    /// Larger ones are not fetched.
    pub max_clip_bytes: u64,
}

/// A clip and what became of it.
#[derive(Clone, Debug)]
pub struct Scored {
    /// The clip.
    pub clip: Clip,
    /// What was heard, or why nothing was.
    pub score: Result<Prediction, AppError>,
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

/// What a [`Job`] runs on: threads that hear, and one more, so that files are read meanwhile. Each further one would
/// keep memory of the clips that it once heard.
///
/// # Errors
/// When the system gives no threads.
pub fn runtime(n_jobs: usize) -> io::Result<Runtime> {
    let mut threads = Builder::new_multi_thread();
    threads
        .enable_all()
        .max_blocking_threads(n_jobs + 1)
        .build()
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
            let fetched = clips.by_ref().map(|clip| self.fetch(clip));
            let fetched = fetched.buffer_unordered(FETCHES_PER_JOB * self.n_jobs);
            let scored = fetched.map(|clip| self.score(clip));
            let mut scored = pin!(scored.buffer_unordered(self.n_jobs));
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

    async fn fetch(&self, clip: Result<Clip>) -> Result<(Clip, Result<Bytes, AppError>)> {
        let clip = clip?;
        let bytes = self.stores.fetch(&clip.address, self.max_clip_bytes).await;
        let bytes = bytes.with_context(|| format!("cannot fetch {}", clip.address))?;
        Ok((clip, bytes))
    }

    async fn score(&self, fetched: Result<(Clip, Result<Bytes, AppError>)>) -> Result<Scored> {
        let (clip, bytes) = fetched?;
        let scorer = Arc::clone(&self.scorer);
        let hear = spawn_blocking(move || bytes.and_then(|bytes| scorer.score(&bytes)));
        let score = hear.await.context("a thread ended")?;
        Ok(Scored { clip, score })
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
                progress.say(&format!("{fault:#}"));
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
