//! Recognises a bounded number of clips at once, those that wait together.
//!
//! A clip waits for a permit, a bounded time. Whoever gets one hears, on a thread for that, the clips whose turn it is,
//! several together, until its own is among them. The permit goes back when that work ends, also when nobody waits for
//! its results any more; who goes away takes its clip along. Large clips leave one thread to the small ones.

use std::{fmt, sync::Arc, time::Duration};

use audio::DecodeLimits;
use inference::Recognizer;
use tokio::{
    runtime::{self, Runtime},
    select,
    time::timeout,
};
use vocabulary::{Analysis, Emotion, Prediction};

use crate::{
    Engine, Enrolled, LazyDiarizer, Observer, PipelineError, Request,
    permits::{MAX_SMALL_BYTES, Permit, Permits},
    request::Enrolment,
    together::Hearing,
    waiting::{Client, Told, Waiting},
};

/// What all clips together may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Threads that decode and recognise, at least 1.
    pub n_recognitions: usize,
    /// How long a clip waits for its turn.
    pub queue_timeout: Duration,
    /// When to try again after having waited in vain, seconds.
    pub retry_after_s: u32,
    /// What a clip may cost.
    pub decode: DecodeLimits,
}

/// A recogniser that hears a bounded number of clips at once.
pub struct Queue {
    model: Arc<Model>,
    permits: Permits,
    threads: Arc<Threads>,
    waiting: Arc<Waiting>,
    limits: Limits,
}

/// For its blocking threads, one for each permit: allocators keep memory for each thread that ever worked.
struct Threads(Option<Runtime>);

struct Model {
    recognizer: Recognizer,
    diarizer: Arc<LazyDiarizer>,
    limits: DecodeLimits,
    observer: Arc<dyn Observer>,
}

impl Queue {
    /// An empty queue before `recognizer`; `observer` is told of what was heard.
    pub fn new(
        recognizer: Recognizer,
        diarizer: LazyDiarizer,
        limits: Limits,
        observer: Arc<dyn Observer>,
    ) -> Self {
        let threads = runtime::Builder::new_current_thread()
            .max_blocking_threads(limits.n_recognitions)
            .build();
        Self {
            model: Arc::new(Model {
                recognizer,
                diarizer: Arc::new(diarizer),
                limits: limits.decode.clone(),
                observer,
            }),
            permits: Permits::new(limits.n_recognitions),
            threads: Arc::new(Threads(Some(
                threads.expect("without drivers it has nothing to fail at"),
            ))),
            waiting: Arc::default(),
            limits,
        }
    }

    /// An empty queue before another `recognizer`; both together hear no more clips at once than this one alone.
    pub fn beside(&self, recognizer: Recognizer) -> Self {
        Self {
            model: Arc::new(Model {
                recognizer,
                diarizer: Arc::clone(&self.model.diarizer),
                limits: self.limits.decode.clone(),
                observer: Arc::clone(&self.model.observer),
            }),
            permits: self.permits.clone(),
            threads: Arc::clone(&self.threads),
            waiting: Arc::default(),
            limits: self.limits.clone(),
        }
    }

    /// What recognises.
    pub fn recognizer(&self) -> &Recognizer {
        &self.model.recognizer
    }

    /// Threads that decode and recognise now, for this queue and those beside it.
    pub fn n_recognizing(&self) -> usize {
        self.limits.n_recognitions - self.permits.all.available_permits()
    }

    /// Clips that wait for their turn now.
    pub fn n_waiting(&self) -> usize {
        self.waiting.n_clips()
    }

    /// Recognises a client's clip when its turn comes.
    ///
    /// # Errors
    /// [`PipelineError`].
    pub async fn recognize(
        &self,
        client: Client,
        clip: impl Into<Request>,
    ) -> Result<Prediction, PipelineError> {
        Ok(self.hear(client, clip.into()).await?.prediction)
    }

    /// The request's profile, or a new one, bettered by its clip.
    ///
    /// # Errors
    /// [`PipelineError`].
    pub async fn enrol(
        &self,
        client: Client,
        clip: Request,
        emotion: Option<Emotion>,
    ) -> Result<Enrolled, PipelineError> {
        let clip = Request {
            enrolment: Some(Enrolment { emotion }),
            ..clip
        };
        let answer = self.hear(client, clip).await?;
        Ok(Enrolled {
            profile: answer.enrolled.expect("it was asked for"),
            prediction: answer.prediction,
        })
    }

    /// Recognises a client's clip and draws it, when its turn comes.
    ///
    /// # Errors
    /// [`PipelineError`].
    pub async fn analyse(
        &self,
        client: Client,
        clip: impl Into<Request>,
    ) -> Result<Analysis, PipelineError> {
        let clip = Request {
            with_pictures: true,
            ..clip.into()
        };
        let answer = self.hear(client, clip).await?;
        Ok(Analysis {
            model: self.recognizer().model_id().to_owned(),
            prediction: answer.prediction,
            pictures: answer.pictures.unwrap_or_default(),
        })
    }

    async fn hear(&self, client: Client, clip: Request) -> Told {
        let is_large = clip.bytes.len() > MAX_SMALL_BYTES;
        let mut place = self.waiting.enter(client, clip);
        let permit = select! {
            biased;
            outcome = &mut place.outcome => return outcome.unwrap_or(Err(PipelineError::Panicked)),
            permit = self.permit(is_large) => permit,
        };
        match permit {
            Ok(permit) => self.hear_until(place.id, permit),
            Err(too_long) if place.leave() => return Err(too_long),
            // Somebody hears it now.
            Err(_) => {}
        }
        // Who hears a clip and does not tell has panicked, and the log says so.
        (&mut place.outcome)
            .await
            .unwrap_or(Err(PipelineError::Panicked))
    }

    /// Hears clips on a thread of its own until the one with this number is among them.
    fn hear_until(&self, id: u64, permit: Permit) {
        let (model, waiting) = (Arc::clone(&self.model), Arc::clone(&self.waiting));
        self.threads.runtime().spawn_blocking(move || {
            let hearing = Hearing {
                engine: Engine {
                    recognizer: &model.recognizer,
                    diarizer: &model.diarizer,
                    limits: &model.limits,
                },
                observer: &*model.observer,
                max_bytes: permit.max_bytes(),
                is_between: false,
            };
            while waiting.holds(id) {
                hearing.hear(&waiting);
            }
            drop(permit);
        });
    }

    async fn permit(&self, is_large: bool) -> Result<Permit, PipelineError> {
        let permit = timeout(self.limits.queue_timeout, self.permits.get(is_large));
        permit.await.map_err(|_| PipelineError::QueueTimeout {
            retry_after_s: self.limits.retry_after_s,
        })
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter
            .debug_struct("Queue")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Threads {
    fn runtime(&self) -> &Runtime {
        self.0.as_ref().expect("taken only by drop")
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // Waiting for the threads is forbidden where the queue may be dropped: in asynchronous code.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests;
