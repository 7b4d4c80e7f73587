//! Recognises a bounded number of clips at once, those that wait together.
//!
//! A clip waits for a permit, a bounded time. Whoever gets one hears, on a thread for that, the clips that
//! have waited longest, several together, until its own is among them: their windows go through the network
//! as one batch, which takes less time than one by one (docs/performance.md). The permit goes back when that
//! work ends, also when nobody waits for its results any more; who goes away takes its clip along.

use std::{
    collections::VecDeque,
    mem,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use audio::{DecodeLimits, Recording};
use axum::body::Bytes;
use recognizer::Recognizer;
use tokio::{
    runtime::{self, Runtime},
    select,
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    time::timeout,
};
use vocabulary::Prediction;

use super::{
    recognize::{RecognitionError, analyse_clip},
    settings::Settings,
};
use crate::api::Analysis;

/// Clips that are heard together: as many windows as share the weights that were read. More would take more memory.
const MAX_TOGETHER: usize = 4;

/// A larger upload may be long, so nobody waits for it to be decoded: it is heard first or by the next.
const MAX_BYTES_TOGETHER: usize = 256 * 1024;

/// The windows of a longer clip fill the network by themselves, so nobody waits for them.
const MAX_TOGETHER_S: f32 = 10.0;

type Outcome = Result<Prediction, RecognitionError>;

/// A recogniser that hears a bounded number of clips at once.
#[derive(Debug)]
pub struct RecognitionQueue {
    model: Arc<(Recognizer, DecodeLimits)>,
    permits: Arc<Semaphore>,
    n_permits: usize,
    /// For its blocking threads, one for each permit: allocators keep memory for each thread that ever worked.
    threads: Option<Runtime>,
    waiting: Arc<Waiting>,
    timeout: Duration,
    retry_after_s: u32,
}

impl RecognitionQueue {
    /// A queue with the settings' limits.
    pub fn new(recognizer: Recognizer, settings: &Settings) -> Self {
        let n_permits = settings.server.n_recognitions();
        let threads = runtime::Builder::new_current_thread()
            .max_blocking_threads(n_permits)
            .build();
        Self {
            model: Arc::new((recognizer, DecodeLimits::from(&settings.audio))),
            permits: Arc::new(Semaphore::new(n_permits)),
            n_permits,
            threads: Some(threads.expect("without drivers it has nothing to fail at")),
            waiting: Arc::default(),
            timeout: settings.server.queue_timeout(),
            retry_after_s: settings.server.retry_after_s(),
        }
    }

    /// What recognises.
    pub fn recognizer(&self) -> &Recognizer {
        &self.model.0
    }

    /// Threads that decode and recognise now.
    pub fn n_recognizing(&self) -> usize {
        self.n_permits - self.permits.available_permits()
    }

    /// Recognises a clip as soon as a permit is free.
    ///
    /// # Errors
    /// [`RecognitionError`].
    pub async fn recognize(&self, clip: Bytes) -> Outcome {
        let mut place = self.waiting.enter(clip);
        let permit = select! {
            biased;
            outcome = &mut place.outcome => return outcome.expect(WORKED),
            permit = self.permit() => permit,
        };
        match permit {
            Ok(permit) => {
                let (model, waiting) = (Arc::clone(&self.model), Arc::clone(&self.waiting));
                let id = place.id;
                self.threads().spawn_blocking(move || {
                    let _permit = permit;
                    while waiting.holds(id) {
                        // A panic takes the outcomes of those whose clips were heard along, and no others.
                        let hear = || waiting.hear(&model.0, &model.1);
                        let _ = catch_unwind(AssertUnwindSafe(hear));
                    }
                });
            }
            Err(too_long) if place.leave() => return Err(too_long),
            // Somebody hears it now.
            Err(_) => {}
        }
        (&mut place.outcome).await.expect(WORKED)
    }

    /// Recognises a clip and draws it, as soon as a permit is free.
    ///
    /// # Errors
    /// [`RecognitionError`].
    pub async fn analyse(&self, clip: Bytes) -> Result<Analysis, RecognitionError> {
        let permit = self.permit().await?;
        let model = Arc::clone(&self.model);
        let work = self.threads().spawn_blocking(move || {
            let _permit = permit;
            analyse_clip(&model.0, &model.1, clip)
        });
        // A panic goes on to the router's panic layer, which answers 500.
        work.await
            .unwrap_or_else(|panic| resume_unwind(panic.into_panic()))
    }

    fn threads(&self) -> &Runtime {
        self.threads.as_ref().expect("taken only by drop")
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, RecognitionError> {
        let permit = timeout(self.timeout, Arc::clone(&self.permits).acquire_owned());
        let permit = permit.await.map_err(|_| RecognitionError::QueueTimeout {
            retry_after_s: self.retry_after_s,
        })?;
        Ok(permit.expect("the semaphore is never closed"))
    }
}

impl Drop for RecognitionQueue {
    fn drop(&mut self) {
        // Waiting for the threads is forbidden where the queue may be dropped: in asynchronous code.
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}

/// A panic of whoever heard a clip goes on to the router's panic layer, which answers 500.
const WORKED: &str = "whoever hears a clip tells the outcome";

/// The clips that nobody hears yet.
#[derive(Debug, Default)]
struct Waiting(Mutex<Clips>);

#[derive(Debug, Default)]
struct Clips {
    n_entered: u64,
    in_order: VecDeque<Clip>,
}

impl Clips {
    fn position(&self, id: u64) -> Option<usize> {
        self.in_order.iter().position(|clip| clip.id == id)
    }
}

#[derive(Debug)]
struct Clip {
    id: u64,
    bytes: Bytes,
    outcome: oneshot::Sender<Outcome>,
}

/// A clip's place among those that wait, until it is heard or the place is dropped.
struct Place<'a> {
    waiting: &'a Waiting,
    id: u64,
    outcome: oneshot::Receiver<Outcome>,
}

impl Waiting {
    fn enter(&self, bytes: Bytes) -> Place<'_> {
        let (sender, outcome) = oneshot::channel();
        let mut clips = self.clips();
        let id = clips.n_entered;
        clips.n_entered += 1;
        clips.in_order.push_back(Clip {
            id,
            bytes,
            outcome: sender,
        });
        Place {
            waiting: self,
            id,
            outcome,
        }
    }

    /// Hears the clips that have waited longest.
    fn hear(&self, recognizer: &Recognizer, limits: &DecodeLimits) {
        let mut together = Together::default();
        for n_before in 0..MAX_TOGETHER {
            let Some(clip) = self.next(n_before) else {
                break;
            };
            match audio::record(clip.bytes, limits) {
                Ok(recording) if recording.waveform.duration_s() > MAX_TOGETHER_S => {
                    together.recognize(recognizer);
                    together.0.push((recording, clip.outcome));
                    break;
                }
                Ok(recording) => together.0.push((recording, clip.outcome)),
                Err(error) => tell(clip.outcome, Err(error.into())),
            }
        }
        together.recognize(recognizer);
    }

    /// The clip that has waited longest, if it may be heard with so many before it.
    fn next(&self, n_before: usize) -> Option<Clip> {
        let mut clips = self.clips();
        let is_small = clips.in_order.front()?.bytes.len() <= MAX_BYTES_TOGETHER;
        let fits = n_before == 0 || is_small;
        fits.then(|| clips.in_order.pop_front()).flatten()
    }

    /// Whether nobody has heard this clip, nor taken it back.
    fn holds(&self, id: u64) -> bool {
        self.clips().position(id).is_some()
    }

    fn clips(&self) -> MutexGuard<'_, Clips> {
        // Nothing panics between two changes.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place<'_> {
    /// Takes the clip back; returns whether nobody has heard it.
    fn leave(&self) -> bool {
        let mut clips = self.waiting.clips();
        let position = clips.position(self.id);
        position.is_some_and(|position| clips.in_order.remove(position).is_some())
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Recordings that go through the network together, and who waits for them.
#[derive(Default)]
struct Together(Vec<(Recording, oneshot::Sender<Outcome>)>);

impl Together {
    fn recognize(&mut self, recognizer: &Recognizer) {
        let (recordings, outcomes): (Vec<_>, Vec<_>) = mem::take(&mut self.0).into_iter().unzip();
        let predictions = recognizer.recognize_all(&recordings);
        for (outcome, prediction) in outcomes.into_iter().zip(predictions) {
            tell(outcome, prediction.map_err(Into::into));
        }
    }
}

fn tell(whom: oneshot::Sender<Outcome>, outcome: Outcome) {
    // Who has gone away does not want to know.
    let _ = whom.send(outcome);
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::Barrier};

    use futures::{FutureExt, future::join_all};

    use super::*;
    use crate::server::recognize::recognize_clip;

    fn queue() -> RecognitionQueue {
        let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Leptos.toml"));
        let settings = Settings::load(file).expect("Leptos.toml fits");
        let recognizer = Recognizer::open(&settings.recognizer.checkpoint);
        RecognitionQueue::new(recognizer.expect("the checkpoint opens"), &settings)
    }

    fn clip(name: &str) -> Bytes {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/audio/tests/formats/clips");
        let clip = std::fs::read(folder.join(name));
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
            Err(RecognitionError::QueueTimeout { retry_after_s: 10 })
        ));
        assert!(queue.waiting.clips().in_order.is_empty());
        drop(held);
        let heard = queue.recognize(Bytes::new()).await;
        assert!(matches!(heard, Err(RecognitionError::Decode(_))));
    }

    #[tokio::test]
    async fn clips_that_waited_together_have_their_own_outcomes() {
        let queue = queue();
        let held = queue.permits.acquire_many(queue.n_permits as u32).await;
        let names = ["original.wav", "vorbis.ogg", "refused_au.au", "mp3_cbr.mp3"];
        let clips: Vec<Bytes> = names.iter().cycle().take(17).copied().map(clip).collect();
        let outcomes = join_all(clips.iter().map(|clip| queue.recognize(clip.clone())));
        let all_wait = async {
            while queue.waiting.clips().in_order.len() < clips.len() {
                tokio::task::yield_now().await;
            }
            drop(held);
        };
        let (outcomes, ()) = tokio::join!(outcomes, all_wait);
        let (recognizer, limits) = &*queue.model;
        for (clip, outcome) in clips.iter().zip(outcomes) {
            match (outcome, recognize_clip(recognizer, limits, clip)) {
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

    #[test]
    fn a_large_clip_is_not_heard_behind_others() {
        let waiting = Waiting::default();
        let sizes = [10, MAX_BYTES_TOGETHER + 1, 10];
        let places = sizes.map(|n_bytes| waiting.enter(vec![0; n_bytes].into()));
        let next = |n_before| waiting.next(n_before).map(|clip| clip.id);
        assert_eq!(next(0), Some(places[0].id));
        assert_eq!(next(1), None);
        assert_eq!(next(0), Some(places[1].id));
        assert_eq!(next(1), Some(places[2].id));
        assert_eq!(next(0), None);
    }

    #[tokio::test]
    async fn whoever_has_a_permit_hears_his_own_clip_too() {
        let queue = queue();
        // It came first, and its permit comes last.
        let first = queue.waiting.enter(Bytes::from_static(b"no audio"));
        let large = vec![0; MAX_BYTES_TOGETHER + 1];
        let outcome = timeout(Duration::from_secs(60), queue.recognize(large.into()));
        let outcome = outcome
            .await
            .expect("it does not wait for the first one's permit");
        assert!(matches!(outcome, Err(RecognitionError::Decode(_))));
        assert!(!first.leave());
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_gives_its_permit_back() {
        let queue = queue();
        // All threads are taken: the clip cannot be done before it is given up.
        let go_on = Arc::new(Barrier::new(queue.n_permits + 1));
        for _ in 0..queue.n_permits {
            let go_on = Arc::clone(&go_on);
            queue.threads().spawn_blocking(move || go_on.wait());
        }
        let clip = Bytes::from_static(b"no audio");
        assert!(queue.recognize(clip).now_or_never().is_none());
        assert!(queue.waiting.clips().in_order.is_empty());
        go_on.wait();
        let all = queue.permits.acquire_many(queue.n_permits as u32);
        assert!(all.await.is_ok());
    }
}
