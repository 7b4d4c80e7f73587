//! The models that answer: the first from the start on, each other one from when it is first asked for.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use inference::{CheckpointError, Metrics, Recognizer};
use pipeline::{Observer, Queue};
use tokio::{sync::OnceCell, task::spawn_blocking};

use super::{
    exposure, model_card,
    settings::{RecognizerSettings, Settings},
};
use crate::{api::ModelFacts, error::AppError};

/// The models that answer; all of them share the first one's permits.
#[derive(Debug)]
pub struct Models {
    settings: RecognizerSettings,
    first: Arc<Queue>,
    further: Vec<Further>,
}

/// A model that is opened when somebody asks for it.
#[derive(Debug)]
pub struct Further {
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
    #[error("cannot open the checkpoint {}", checkpoint.display())]
    Open {
        /// Its folder.
        checkpoint: PathBuf,
        /// Why.
        source: CheckpointError,
    },
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
        let mut models = Self {
            settings: settings.recognizer.clone(),
            first: Arc::new(Queue::new(recognizer, limits, observer)),
            further: Vec::new(),
        };
        for checkpoint in &settings.recognizer.further_checkpoints {
            let recognizer = models.open(checkpoint)?;
            let facts = model_card::facts(&recognizer, checkpoint);
            let id = facts.summary.id.clone();
            if models.ids().contains(&id) {
                return Err(ModelsError::SameName { id });
            }
            models.further.push(Further {
                facts,
                metrics: recognizer.metrics().clone(),
                checkpoint: checkpoint.clone(),
                queue: OnceCell::new(),
            });
        }
        Ok(models)
    }

    /// The model that answers where nobody chooses; its numbers of clips that are heard are those of all models.
    pub fn first(&self) -> &Arc<Queue> {
        &self.first
    }

    /// The model of a name; the first where there is no name.
    ///
    /// # Errors
    /// [`AppError::UnknownModel`], [`AppError::Internal`] when it no longer opens.
    pub async fn named(&self, id: Option<&str>) -> Result<Arc<Queue>, AppError> {
        let first_id = self.first.recognizer().model_id();
        let id = match id {
            None | Some("") => return Ok(Arc::clone(&self.first)),
            Some(id) if id == first_id => return Ok(Arc::clone(&self.first)),
            Some(id) => id,
        };
        let further = self.further.iter().find(|one| one.facts.summary.id == id);
        let further = further.ok_or_else(|| AppError::UnknownModel { models: self.ids() })?;
        let queue = further
            .queue
            .get_or_try_init(|| self.load(&further.checkpoint));
        queue.await.cloned()
    }

    /// Clips that wait for their turn now.
    pub fn n_waiting(&self) -> usize {
        let further = self.further.iter().filter_map(|one| one.queue.get());
        let queues = further.chain([&self.first]);
        queues.map(|queue| queue.n_waiting()).sum()
    }

    /// All but the first.
    pub fn further(&self) -> &[Further] {
        &self.further
    }

    fn ids(&self) -> Vec<String> {
        let first_id = self.first.recognizer().model_id().to_owned();
        let further = self.further.iter().map(|one| one.facts.summary.id.clone());
        [first_id].into_iter().chain(further).collect()
    }

    async fn load(&self, checkpoint: &Path) -> Result<Arc<Queue>, AppError> {
        let (settings, folder) = (self.settings.clone(), checkpoint.to_owned());
        let opened = spawn_blocking(move || settings.open_at(&folder)).await;
        let error = match opened {
            Ok(Ok(recognizer)) => return Ok(Arc::new(self.first.beside(recognizer))),
            Ok(Err(error)) => exposure::chain(&error),
            Err(panic) => exposure::chain(&panic),
        };
        tracing::error!(error, "cannot open the checkpoint {}", checkpoint.display());
        Err(AppError::Internal {
            request_id: String::new(),
        })
    }

    fn open(&self, checkpoint: &Path) -> Result<Recognizer, ModelsError> {
        let opened = self.settings.open_at(checkpoint);
        opened.map_err(|source| ModelsError::Open {
            checkpoint: checkpoint.to_owned(),
            source,
        })
    }
}
