//! From the bytes of a clip to a prediction, off the asynchronous runtime.
//!
//! Input   a clip, any bytes
//! Output  `Prediction`; for the page `Analysis`, which has pictures of the clip beside it
//! Errors  [`RecognitionError`]
//!
//! An upload takes a place in memory or is refused; its clip waits for a permit, a bounded time, and
//! is then decoded and recognised on the blocking pool. The permit goes back when that work ends,
//! also when nobody waits for its result any more.

use std::{panic::resume_unwind, sync::Arc, time::Duration};

use audio::{DecodeError, DecodeLimits};
use axum::{body::Bytes, extract::Request, http::Extensions};
use emotion::Prediction;
use multer::Multipart;
use recognizer::{RecognizeError, Recognizer};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    task::spawn_blocking,
    time::timeout,
};

use super::{
    exposure, pictures,
    settings::Settings,
    state::AppState,
    telemetry::RequestId,
    upload::{self, BodyFault},
};
use crate::{api::Analysis, error::AppError};

/// Recognises the clip in a request's form.
///
/// # Errors
/// [`AppError`], with what is a fault of ours already logged.
pub async fn recognize_request(state: &AppState, request: Request) -> Result<Prediction, AppError> {
    let extensions = request.extensions().clone();
    let form = upload::form(request)?;
    let recognizing = Recognizing::start(state, &extensions)?;
    let clip = recognizing.read_clip(form, &extensions).await?;
    recognizing.recognize(clip).await
}

/// Recognises the clip in a request's form or, where it has none, the clip that is its body.
///
/// # Errors
/// [`AppError`], with what is a fault of ours already logged.
pub async fn recognize_body(state: &AppState, request: Request) -> Result<Prediction, AppError> {
    if upload::is_form(&request) {
        return recognize_request(state, request).await;
    }
    let recognizing = Recognizing::start(state, request.extensions())?;
    let fault: BodyFault = request.extensions().get().cloned().unwrap_or_default();
    let max_bytes = state.settings.server.max_upload_bytes.get();
    let clip = upload::read_body(request.into_body(), &fault, max_bytes).await?;
    recognizing.recognize(clip).await
}

/// Recognises and draws the clip in the page's form.
///
/// # Errors
/// [`AppError`], with what is a fault of ours already logged.
pub async fn analyse_form(
    state: &AppState,
    form: Multipart<'static>,
    request: &Extensions,
) -> Result<Analysis, AppError> {
    let recognizing = Recognizing::start(state, request)?;
    let clip = recognizing.read_clip(form, request).await?;
    recognizing.analyse(clip).await
}

/// A request that holds a place among the uploads in memory until it is dropped.
pub struct Recognizing<'a> {
    state: &'a AppState,
    request_id: String,
    _place: SemaphorePermit<'a>,
}

impl<'a> Recognizing<'a> {
    /// Takes a place.
    ///
    /// # Errors
    /// [`AppError::Overloaded`] when there is none.
    pub fn start(state: &'a AppState, request: &Extensions) -> Result<Self, AppError> {
        let retry_after_s = state.settings.server.retry_after_s();
        let place = state.upload_places.try_acquire();
        Ok(Self {
            state,
            request_id: RequestId::of(request).0,
            _place: place.map_err(|_| AppError::Overloaded { retry_after_s })?,
        })
    }

    /// Recognises a clip.
    ///
    /// # Errors
    /// [`AppError`], with what is a fault of ours already logged.
    pub async fn recognize(&self, clip: Bytes) -> Result<Prediction, AppError> {
        let outcome = self.state.recognitions.recognize(clip).await;
        outcome.map_err(|error| exposure::expose(&error, &self.request_id))
    }

    /// Recognises a clip and draws it.
    async fn analyse(&self, clip: Bytes) -> Result<Analysis, AppError> {
        let outcome = self.state.recognitions.analyse(clip).await;
        outcome.map_err(|error| exposure::expose(&error, &self.request_id))
    }

    /// Reads the clip out of a form.
    async fn read_clip(
        &self,
        form: Multipart<'static>,
        request: &Extensions,
    ) -> Result<Bytes, AppError> {
        let fault: BodyFault = request.get().cloned().unwrap_or_default();
        let max_bytes = self.state.settings.server.max_upload_bytes.get();
        upload::read_clip(form, &fault, max_bytes).await
    }
}

/// Why a clip got no prediction.
#[derive(Debug, thiserror::Error)]
pub enum RecognitionError {
    /// The bytes gave no waveform.
    #[error("the clip was not decoded")]
    Decode(#[from] DecodeError),
    /// The waveform gave no prediction.
    #[error("the waveform was not recognised")]
    Recognize(#[from] RecognizeError),
    /// No permit came free in time.
    #[error("no permit came free in time")]
    QueueTimeout {
        /// When to try again.
        retry_after_s: u32,
    },
}

/// Decodes, resamples and recognises one clip on the calling thread.
///
/// # Errors
/// [`RecognitionError::Decode`], [`RecognitionError::Recognize`].
pub fn recognize_clip(
    recognizer: &Recognizer,
    limits: &DecodeLimits,
    clip: impl AsRef<[u8]>,
) -> Result<Prediction, RecognitionError> {
    Ok(recognizer.recognize(&audio::record(clip, limits)?)?)
}

/// The same, with pictures of the clip.
fn analyse_clip(
    recognizer: &Recognizer,
    limits: &DecodeLimits,
    clip: impl AsRef<[u8]>,
) -> Result<Analysis, RecognitionError> {
    let recording = audio::record(clip, limits)?;
    Ok(Analysis {
        prediction: recognizer.recognize(&recording)?,
        pictures: pictures::draw(&recording.waveform),
    })
}

/// A recogniser that hears a bounded number of clips at once.
#[derive(Debug)]
pub struct RecognitionQueue {
    model: Arc<(Recognizer, DecodeLimits)>,
    permits: Arc<Semaphore>,
    n_permits: usize,
    timeout: Duration,
    retry_after_s: u32,
}

impl RecognitionQueue {
    /// A queue with the settings' limits.
    pub fn new(recognizer: Recognizer, settings: &Settings) -> Self {
        Self {
            model: Arc::new((recognizer, DecodeLimits::from(&settings.audio))),
            permits: Arc::new(Semaphore::new(settings.server.n_recognitions())),
            n_permits: settings.server.n_recognitions(),
            timeout: settings.server.queue_timeout(),
            retry_after_s: settings.server.retry_after_s(),
        }
    }

    /// What recognises.
    pub fn recognizer(&self) -> &Recognizer {
        &self.model.0
    }

    /// Clips that are decoded and recognised now.
    pub fn n_recognizing(&self) -> usize {
        self.n_permits - self.permits.available_permits()
    }

    /// Recognises a clip as soon as a permit is free.
    ///
    /// # Errors
    /// [`RecognitionError`].
    pub async fn recognize(&self, clip: Bytes) -> Result<Prediction, RecognitionError> {
        self.run(move |recognizer, limits| recognize_clip(recognizer, limits, clip))
            .await
    }

    /// Recognises a clip and draws it, as soon as a permit is free.
    ///
    /// # Errors
    /// [`RecognitionError`].
    pub async fn analyse(&self, clip: Bytes) -> Result<Analysis, RecognitionError> {
        self.run(move |recognizer, limits| analyse_clip(recognizer, limits, clip))
            .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Recognizer, &DecodeLimits) -> Result<T, RecognitionError> + Send + 'static,
    ) -> Result<T, RecognitionError> {
        let permit = timeout(self.timeout, Arc::clone(&self.permits).acquire_owned())
            .await
            .map_err(|_| RecognitionError::QueueTimeout {
                retry_after_s: self.retry_after_s,
            })?
            .expect("the semaphore is never closed");
        let model = Arc::clone(&self.model);
        let work = spawn_blocking(move || {
            let _permit = permit;
            work(&model.0, &model.1)
        });
        // A panic goes on to the router's panic layer, which answers 500.
        work.await
            .unwrap_or_else(|panic| resume_unwind(panic.into_panic()))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use futures::FutureExt;

    use super::*;

    fn queue() -> RecognitionQueue {
        let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Leptos.toml"));
        let settings = Settings::load(file).expect("Leptos.toml fits");
        let recognizer = Recognizer::open(&settings.recognizer.checkpoint);
        RecognitionQueue::new(recognizer.expect("the checkpoint opens"), &settings)
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
        drop(held);
        let heard = queue.recognize(Bytes::new()).await;
        assert!(matches!(heard, Err(RecognitionError::Decode(_))));
    }

    #[test]
    fn work_that_nobody_waits_for_gives_its_permit_back() {
        // One thread for work, and that one is taken: the clip cannot be done before it is given up.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(1)
            .build();
        runtime.expect("a runtime starts").block_on(async {
            let queue = queue();
            let n_permits = queue.permits.available_permits();
            let (go_on, waits) = std::sync::mpsc::channel::<()>();
            tokio::task::spawn_blocking(move || waits.recv());
            let clip = Bytes::from_static(b"no audio");
            assert!(queue.recognize(clip).now_or_never().is_none());
            drop(go_on);
            let all = queue.permits.acquire_many(n_permits as u32);
            assert!(all.await.is_ok());
        });
    }
}
