//! The models that answer: the first from the start on, each other one from when it is first asked for.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use inference::{Metrics, Recognizer};
use pipeline::{Observer, Queue};
use tokio::{sync::OnceCell, task::spawn_blocking};

use super::{
    exposure, model_card,
    settings::{OpenError, RecognizerSettings, Settings},
};
use crate::{api::ModelFacts, error::AppError};

/// The models that answer; all of them share the first one's permits.
#[derive(Debug)]
pub struct Models {
    settings: RecognizerSettings,
    first: Arc<Queue>,
    all: Vec<Listed>,
}

/// A model, opened or not.
#[derive(Debug)]
pub struct Listed {
    /// What it is.
    pub facts: ModelFacts,
    /// What it reaches.
    pub metrics: Metrics,
    checkpoint: PathBuf,
    queue: OnceCell<Arc<Queue>>,
}

/// A further checkpoint that does not open, or has another one's name.
#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    /// It does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Another one has its name.
    #[error("two checkpoints are named {id}")]
    SameName {
        /// The name.
        id: String,
    },
}

impl Models {
    /// `recognizer` answers where nobody chooses; the settings name the others, which are opened once to see that they
    /// are whole.
    ///
    /// # Errors
    /// [`ModelsError`].
    pub fn new(
        recognizer: Recognizer,
        settings: &Settings,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, ModelsError> {
        let limits = settings.pipeline_limits();
        let settings = settings.recognizer.clone();
        let mut first = Listed::of(&recognizer, &settings.checkpoint);
        let queue = Queue::new(recognizer, settings.diarizer(), limits, observer);
        let queue = Arc::new(queue);
        first.queue = OnceCell::new_with(Some(Arc::clone(&queue)));
        let mut all = vec![first];
        for checkpoint in &settings.further_checkpoints {
            let listed = Listed::of(&settings.open(checkpoint)?, checkpoint);
            if all.iter().any(|known| known.id() == listed.id()) {
                return Err(ModelsError::SameName {
                    id: listed.id().to_owned(),
                });
            }
            all.push(listed);
        }
        Ok(Self {
            settings,
            first: queue,
            all,
        })
    }

    /// The model that answers where nobody chooses; its numbers of clips that are heard are those of all models.
    pub fn first(&self) -> &Arc<Queue> {
        &self.first
    }

    /// Every model, the first one first.
    pub fn all(&self) -> &[Listed] {
        &self.all
    }

    /// The model of a name; the first where there is no name.
    ///
    /// # Errors
    /// [`AppError::UnknownModel`], [`AppError::Internal`] when it no longer opens.
    pub async fn named(&self, id: Option<&str>) -> Result<Arc<Queue>, AppError> {
        let Some(id) = id.filter(|id| !id.is_empty()) else {
            return Ok(Arc::clone(&self.first));
        };
        let listed = self.all.iter().find(|listed| listed.id() == id);
        let listed = listed.ok_or_else(|| AppError::UnknownModel {
            models: self.all.iter().map(|one| one.id().to_owned()).collect(),
        })?;
        let queue = listed
            .queue
            .get_or_try_init(|| self.load(&listed.checkpoint));
        queue.await.cloned()
    }

    /// Where a file of a model's checkpoint lies.
    pub fn file(&self, model: &Listed, name: &str) -> PathBuf {
        self.settings.file(&model.checkpoint, name)
    }

    /// Clips that wait for their turn now.
    pub fn n_waiting(&self) -> usize {
        let queues = self.all.iter().filter_map(|listed| listed.queue.get());
        queues.map(|queue| queue.n_waiting()).sum()
    }

    async fn load(&self, checkpoint: &Path) -> Result<Arc<Queue>, AppError> {
        let (settings, folder) = (self.settings.clone(), checkpoint.to_owned());
        let opened = spawn_blocking(move || settings.open(&folder)).await;
        let error = match opened {
            Ok(Ok(recognizer)) => return Ok(Arc::new(self.first.beside(recognizer))),
            Ok(Err(error)) => exposure::chain(&error),
            Err(panic) => exposure::chain(&panic),
        };
        tracing::error!(error, "a model cannot be loaded");
        Err(AppError::Internal {
            request_id: String::new(),
        })
    }
}

impl Listed {
    fn of(recognizer: &Recognizer, checkpoint: &Path) -> Self {
        Self {
            facts: model_card::facts(recognizer, checkpoint),
            metrics: recognizer.metrics().clone(),
            checkpoint: checkpoint.to_owned(),
            queue: OnceCell::new(),
        }
    }

    fn id(&self) -> &str {
        &self.facts.summary.id
    }
}
