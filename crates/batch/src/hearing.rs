//! Fetches clips and hears them, no more at a time than there is room for.
//!
//! Input   a clip
//! Output  [`Scored`]
//! Errors  what a store does not give though it was asked again and again
//! Invariant: however many ask, in memory are [`FETCHES_PER_JOB`] clips for each thread that hears

use std::{
    fmt,
    future::Future,
    io,
    sync::{Arc, mpsc},
};

use anyhow::{Context, Result};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::Semaphore,
    task::spawn_blocking,
};
use tokio_util::task::AbortOnDropHandle;
use vocabulary::{AppError, Prediction};

use crate::{archive::Clip, score::Scorer, stores::Stores};

/// Clips that are fetched or wait for each thread that hears: a store answers later than a clip is heard.
const FETCHES_PER_JOB: usize = 8;

/// A clip and what became of it.
#[derive(Clone, Debug)]
pub struct Scored {
    /// The clip.
    pub clip: Clip,
    /// What was heard, or why nothing was.
    pub score: Result<Prediction, AppError>,
}

/// What fetches clips and hears them; one for a process.
pub struct Hearing {
    stores: Arc<Stores>,
    scorer: Arc<Scorer>,
    n_jobs: usize,
    max_clip_bytes: u64,
    threads: Handle,
    in_memory: Semaphore,
    heard: Semaphore,
}

/// What a [`Hearing`] runs on: threads that hear, and one more, so that files are read meanwhile. Each further one
/// would keep memory of the clips that it once heard.
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

impl Hearing {
    /// Hears `n_jobs` clips at a time on the threads of a [`runtime`], none larger than `max_clip_bytes`.
    pub fn new(
        stores: Arc<Stores>,
        scorer: Scorer,
        n_jobs: usize,
        max_clip_bytes: u64,
        threads: Handle,
    ) -> Arc<Self> {
        Arc::new(Self {
            stores,
            scorer: Arc::new(scorer),
            n_jobs,
            max_clip_bytes,
            threads,
            in_memory: Semaphore::new(FETCHES_PER_JOB * n_jobs),
            heard: Semaphore::new(n_jobs),
        })
    }

    /// Where clips lie.
    pub fn stores(&self) -> &Arc<Stores> {
        &self.stores
    }

    /// What hears them.
    pub fn scorer(&self) -> &Scorer {
        &self.scorer
    }

    /// So many clips are worth asking for at the same time.
    pub fn n_at_once(&self) -> usize {
        FETCHES_PER_JOB * self.n_jobs
    }

    /// Fetches a clip and hears it, whether or not anybody looks meanwhile; whoever drops it wants it no more.
    pub fn ask(
        self: &Arc<Self>,
        clip: Clip,
    ) -> impl Future<Output = Result<Scored>> + Send + use<> {
        let hearing = Arc::clone(self);
        let asked = self.threads.spawn(async move { hearing.hear(clip).await });
        let asked = AbortOnDropHandle::new(asked);
        async move { asked.await.context("a thread ended")? }
    }

    /// Waits, on a thread that is none of these, for what is done on them.
    ///
    /// # Errors
    /// When they end first.
    pub fn wait<T: Send + 'static>(
        &self,
        what: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let (done, answer) = mpsc::sync_channel(1);
        self.threads.spawn(async move {
            // Nobody waits any more where it cannot be sent.
            let _ = done.send(what.await);
        });
        answer.recv().context("a thread ended")?
    }

    async fn hear(&self, clip: Clip) -> Result<Scored> {
        let _in_memory = self.in_memory.acquire().await?;
        let bytes = self.stores.fetch(&clip.address, self.max_clip_bytes).await;
        let bytes = bytes.with_context(|| format!("cannot fetch {}", clip.address))?;
        let _heard = self.heard.acquire().await?;
        let scorer = Arc::clone(&self.scorer);
        let hear = spawn_blocking(move || bytes.and_then(|bytes| scorer.score(&bytes)));
        let score = hear.await.context("a thread ended")?;
        Ok(Scored { clip, score })
    }
}

impl fmt::Debug for Hearing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let model = self.scorer.recognizer().model_id();
        f.debug_struct("Hearing")
            .field("model", &model)
            .finish_non_exhaustive()
    }
}
