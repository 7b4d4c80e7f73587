//! What every request can reach.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::extract::FromRef;
use inference::Recognizer;
use leptos::config::LeptosOptions;
use pipeline::Queue;
use tokio::sync::Semaphore;

use super::{
    access::{Access, AccessError},
    metrics::Metrics,
    model_card,
    settings::Settings,
};
use crate::api::{Accuracy, ModelFacts, PageFacts};

/// What every request can reach; clones share it.
#[derive(Clone)]
pub struct AppState {
    /// The page's files, as Leptos needs them.
    pub leptos_options: LeptosOptions,
    /// What every page tells of the server.
    pub page_facts: PageFacts,
    /// What the page about the model tells.
    pub model_facts: Arc<ModelFacts>,
    /// Settings of the process.
    pub settings: Arc<Settings>,
    /// The recogniser behind its permits.
    pub recognitions: Arc<Queue>,
    /// Places for uploads in memory.
    pub upload_places: Arc<Semaphore>,
    /// What the server has done.
    pub metrics: Arc<Metrics>,
    /// Who may use the REST interface, and how often.
    pub access: Arc<Access>,
    is_ending: Arc<AtomicBool>,
}

impl AppState {
    /// State of a server that answers with `recognizer`.
    ///
    /// # Errors
    /// [`AccessError`] when the file of API keys or an origin does not fit.
    pub fn new(
        leptos_options: LeptosOptions,
        settings: Settings,
        recognizer: Recognizer,
    ) -> Result<Self, AccessError> {
        let access = Access::new(&settings.access)?;
        let checkpoint = &settings.recognizer.checkpoint;
        let metrics = recognizer.metrics();
        let accuracy = (!metrics.folds.is_empty()).then_some(Accuracy {
            uar_mean: metrics.uar.mean as f32,
            uar_std: metrics.uar.std as f32,
        });
        Ok(Self {
            leptos_options,
            page_facts: PageFacts {
                max_upload_bytes: settings.server.max_upload_bytes.get(),
                n_emotions: recognizer.labels().n_labels(),
                accuracy,
            },
            model_facts: Arc::new(model_card::facts(&recognizer, checkpoint)),
            recognitions: Arc::new(Queue::new(
                recognizer,
                settings.pipeline_limits(),
                Arc::new(()),
            )),
            upload_places: Arc::new(Semaphore::new(settings.server.max_uploads.get())),
            settings: Arc::new(settings),
            metrics: Arc::new(Metrics::new()),
            access: Arc::new(access),
            is_ending: Arc::new(AtomicBool::new(false)),
        })
    }

    /// Name of the checkpoint that answers.
    pub fn model_id(&self) -> &str {
        self.recognitions.recognizer().model_id()
    }

    /// Uploads that are in memory now.
    pub fn n_uploading(&self) -> usize {
        self.settings.server.max_uploads.get() - self.upload_places.available_permits()
    }

    /// From now on the server only finishes what it has begun.
    pub fn end(&self) {
        self.is_ending.store(true, Ordering::Relaxed);
    }

    /// Whether [`end`](Self::end) was called.
    pub fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Relaxed)
    }
}

impl FromRef<AppState> for Arc<Metrics> {
    fn from_ref(state: &AppState) -> Self {
        Arc::clone(&state.metrics)
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos_options.clone()
    }
}
