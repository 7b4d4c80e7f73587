//! What every request can reach.

use std::sync::Arc;

use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use recognizer::Recognizer;
use tokio::sync::Semaphore;

use super::{model_card, recognize::RecognitionQueue, settings::Settings};
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
    pub recognitions: Arc<RecognitionQueue>,
    /// Places for uploads in memory.
    pub upload_places: Arc<Semaphore>,
}

impl AppState {
    /// State of a server that answers with `recognizer`.
    pub fn new(leptos_options: LeptosOptions, settings: Settings, recognizer: Recognizer) -> Self {
        let checkpoint = &settings.recognizer.checkpoint;
        let metrics = recognizer.metrics();
        let accuracy = (!metrics.folds.is_empty()).then_some(Accuracy {
            uar_mean: metrics.uar.mean as f32,
            uar_std: metrics.uar.std as f32,
        });
        Self {
            leptos_options,
            page_facts: PageFacts {
                max_upload_bytes: settings.server.max_upload_bytes.get(),
                n_emotions: recognizer.labels().n_labels(),
                accuracy,
            },
            model_facts: Arc::new(model_card::facts(&recognizer, checkpoint)),
            recognitions: Arc::new(RecognitionQueue::new(recognizer, &settings)),
            upload_places: Arc::new(Semaphore::new(settings.server.max_uploads.get())),
            settings: Arc::new(settings),
        }
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos_options.clone()
    }
}
