//! Recognises a bounded number of clips at once, those that wait together.
//!
//! A clip waits for a permit, a bounded time. Whoever gets one hears, on a thread for that, the clips that
//! have waited longest, several together, until its own is among them. The permit goes back when that
//! work ends, also when nobody waits for its results any more; who goes away takes its clip along.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use audio::DecodeLimits;
use bytes::Bytes;
use inference::Recognizer;
use tokio::{
    runtime::{self, Runtime},
    select,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use vocabulary::{Analysis, Prediction};

use crate::{
    Observer, PipelineError,
    together::Hearing,
    waiting::{Told, Waiting},
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
    permits: Arc<Semaphore>,
    /// For its blocking threads, one for each permit: allocators keep memory for each thread that ever worked.
    threads: Option<Runtime>,
    waiting: Arc<Waiting>,
    limits: Limits,
}

struct Model {
    recognizer: Recognizer,
    limits: DecodeLimits,
    observer: Arc<dyn Observer>,
}

impl Queue {
    /// An empty queue before `recognizer`; `observer` is told of what was heard.
    pub fn new(recognizer: Recognizer, limits: Limits, observer: Arc<dyn Observer>) -> Self {
        let threads = runtime::Builder::new_current_thread()
            .max_blocking_threads(limits.n_recognitions)
            .build();
        Self {
            model: Arc::new(Model {
                recognizer,
                limits: limits.decode.clone(),
                observer,
            }),
            permits: Arc::new(Semaphore::new(limits.n_recognitions)),
            threads: Some(threads.expect("without drivers it has nothing to fail at")),
            waiting: Arc::default(),
            limits,
        }
    }

    /// What recognises.
    pub fn recognizer(&self) -> &Recognizer {
        &self.model.recognizer
    }

    /// Threads that decode and recognise now.
    pub fn n_recognizing(&self) -> usize {
        self.limits.n_recognitions - self.permits.available_permits()
    }

    /// Clips that wait for their turn now.
    pub fn n_waiting(&self) -> usize {
        self.waiting.n_clips()
    }

    /// Recognises a clip as soon as a permit is free.
    ///
    /// # Errors
    /// [`PipelineError`].
    pub async fn recognize(&self, clip: Bytes) -> Result<Prediction, PipelineError> {
        let (prediction, _) = self.hear(clip, false).await?;
        Ok(prediction)
    }

    /// Recognises a clip and draws it, as soon as a permit is free.
    ///
    /// # Errors
    /// [`PipelineError`].
    pub async fn analyse(&self, clip: Bytes) -> Result<Analysis, PipelineError> {
        let (prediction, pictures) = self.hear(clip, true).await?;
        Ok(Analysis {
            prediction,
            pictures: pictures.unwrap_or_default(),
        })
    }

    async fn hear(&self, clip: Bytes, with_pictures: bool) -> Told {
        let mut place = self.waiting.enter(clip, with_pictures);
        let permit = select! {
            biased;
            outcome = &mut place.outcome => return outcome.unwrap_or(Err(PipelineError::Panicked)),
            permit = self.permit() => permit,
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
    fn hear_until(&self, id: u64, permit: OwnedSemaphorePermit) {
        let (model, waiting) = (Arc::clone(&self.model), Arc::clone(&self.waiting));
        self.threads().spawn_blocking(move || {
            let _permit = permit;
            let hearing = Hearing {
                recognizer: &model.recognizer,
                limits: &model.limits,
                observer: &*model.observer,
            };
            while waiting.holds(id) {
                // A panic takes the outcomes of those whose clips were heard along, and no others.
                if catch_unwind(AssertUnwindSafe(|| hearing.hear(&waiting))).is_err() {
                    tracing::error!("the recogniser panicked, see above");
                }
            }
        });
    }

    fn threads(&self) -> &Runtime {
        self.threads.as_ref().expect("taken only by drop")
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, PipelineError> {
        let permit = timeout(
            self.limits.queue_timeout,
            Arc::clone(&self.permits).acquire_owned(),
        );
        let permit = permit.await.map_err(|_| PipelineError::QueueTimeout {
            retry_after_s: self.limits.retry_after_s,
        })?;
        Ok(permit.expect("the semaphore is never closed"))
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

impl Drop for Queue {
    fn drop(&mut self) {
        // Waiting for the threads is forbidden where the queue may be dropped: in asynchronous code.
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path, sync::Barrier};

    use futures::{FutureExt, future::join_all};
    use inference::{Checkpoint, Input, Network, VoiceEncoder};

    use super::*;
    use crate::waiting::MAX_BYTES_TOGETHER;

    fn recognizer() -> Recognizer {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/bilstm-v7");
        Recognizer::open(|file| fs::read(folder.join(file))).expect("the checkpoint opens")
    }

    fn queue_with(recognizer: Recognizer) -> Queue {
        let limits = Limits {
            n_recognitions: 2,
            queue_timeout: Duration::from_secs(10),
            retry_after_s: 10,
            decode: DecodeLimits::default(),
        };
        Queue::new(recognizer, limits, Arc::new(()))
    }

    fn queue() -> Queue {
        queue_with(recognizer())
    }

    fn clip(name: &str) -> Bytes {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../audio/tests/formats/clips");
        let clip = fs::read(folder.join(name));
        clip.expect("the clip is in the repository").into()
    }

    #[tokio::test(start_paused = true)]
    async fn a_clip_waits_a_bounded_time() {
        let queue = queue();
        let n_permits = queue.permits.available_permits() as u32;
        let held = queue.permits.acquire_many(n_permits).await.expect("open");
        let refused = queue.recognize(Bytes::new()).await;
        assert!(matches!(
            refused,
            Err(PipelineError::QueueTimeout { retry_after_s: 10 })
        ));
        assert!(queue.n_waiting() == 0);
        drop(held);
        let heard = queue.recognize(Bytes::new()).await;
        assert!(matches!(heard, Err(PipelineError::Decode(_))));
    }

    #[tokio::test]
    async fn clips_that_waited_together_have_their_own_outcomes() {
        let queue = queue();
        let held = queue
            .permits
            .acquire_many(queue.limits.n_recognitions as u32)
            .await;
        let names = ["original.wav", "vorbis.ogg", "refused_au.au", "mp3_cbr.mp3"];
        let clips: Vec<Bytes> = names.iter().cycle().take(17).copied().map(clip).collect();
        let outcomes = join_all(clips.iter().map(|clip| queue.recognize(clip.clone())));
        let all_wait = async {
            while queue.n_waiting() < clips.len() {
                tokio::task::yield_now().await;
            }
            drop(held);
        };
        let (outcomes, ()) = tokio::join!(outcomes, all_wait);
        for (clip, outcome) in clips.iter().zip(outcomes) {
            match (
                outcome,
                crate::recognize(queue.recognizer(), &queue.limits.decode, clip),
            ) {
                (Ok(together), Ok(alone)) => {
                    assert_eq!(together.duration_s, alone.duration_s);
                    let pairs = together
                        .probabilities
                        .iter()
                        .zip(alone.probabilities.iter());
                    for ((_, together), (_, alone)) in pairs {
                        assert!((together - alone).abs() < 1e-4, "{together}, {alone}");
                    }
                }
                (Err(together), Err(alone)) => {
                    assert_eq!(together.to_string(), alone.to_string());
                }
                (together, alone) => panic!("{together:?}, alone {alone:?}"),
            }
        }
    }

    #[tokio::test]
    async fn whoever_has_a_permit_hears_his_own_clip_too() {
        let queue = queue();
        // It came first, and its permit comes last.
        let first = queue.waiting.enter(Bytes::from_static(b"no audio"), false);
        let large = vec![0; MAX_BYTES_TOGETHER + 1];
        let outcome = timeout(Duration::from_secs(60), queue.recognize(large.into()));
        let outcome = outcome
            .await
            .expect("it does not wait for the first one's permit");
        assert!(matches!(outcome, Err(PipelineError::Decode(_))));
        assert!(!first.leave());
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_gives_its_permit_back() {
        let queue = queue();
        // All threads are taken: the clip cannot be done before it is given up.
        let go_on = Arc::new(Barrier::new(queue.limits.n_recognitions + 1));
        for _ in 0..queue.limits.n_recognitions {
            let go_on = Arc::clone(&go_on);
            queue.threads().spawn_blocking(move || go_on.wait());
        }
        let clip = Bytes::from_static(b"no audio");
        assert!(queue.recognize(clip).now_or_never().is_none());
        assert!(queue.n_waiting() == 0);
        go_on.wait();
        let all = queue
            .permits
            .acquire_many(queue.limits.n_recognitions as u32);
        assert!(all.await.is_ok());
    }

    /// Panics over every window.
    struct Panics;

    impl Network for Panics {
        fn input(&self) -> Input {
            Input::Speech
        }

        fn voices(&self, _: &[&[f32]]) -> Vec<Vec<f32>> {
            Vec::new()
        }

        fn logits(&self, _: &[&[f32]], _: &[Vec<f32>]) -> Vec<Vec<f32>> {
            panic!("as a test asked")
        }
    }

    impl VoiceEncoder for Panics {
        fn voices(&self, _: &[&[f32]]) -> Vec<Vec<f32>> {
            panic!("as a test asked")
        }
    }

    #[tokio::test]
    async fn a_panic_is_an_error_of_the_clips_that_were_heard_and_of_no_others() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/bilstm-v7");
        let checkpoint = Checkpoint::open(|file| fs::read(folder.join(file))).expect("it opens");
        let queue = queue_with(Recognizer::with(
            checkpoint,
            |_, _| Box::new(Panics),
            |_, _| Box::new(Panics),
        ));
        let spoken = queue.recognize(clip("original.wav")).await;
        assert!(matches!(spoken, Err(PipelineError::Panicked)), "{spoken:?}");
        let drawn = queue.analyse(clip("original.wav")).await;
        assert!(matches!(drawn, Err(PipelineError::Panicked)), "{drawn:?}");
        let refused = queue.recognize(Bytes::from_static(b"no audio")).await;
        assert!(
            matches!(refused, Err(PipelineError::Decode(_))),
            "{refused:?}"
        );
    }

    #[tokio::test]
    async fn clips_of_the_page_wait_with_all_others() {
        let queue = queue();
        let held = queue
            .permits
            .acquire_many(queue.limits.n_recognitions as u32)
            .await;
        let (drawn, plain) = (
            queue.analyse(clip("original.wav")),
            queue.recognize(clip("original.wav")),
        );
        let both_wait = async {
            while queue.n_waiting() < 2 {
                tokio::task::yield_now().await;
            }
            drop(held);
        };
        let (drawn, plain, ()) = tokio::join!(drawn, plain, both_wait);
        let (drawn, plain) = (drawn.expect("speech"), plain.expect("speech"));
        assert_eq!(drawn.prediction, plain);
        assert!(drawn.pictures.waveform.starts_with('M'));
    }
}
