//! What the page about the model tells: the checkpoint's cards and confusion matrix.

use std::{fs, io::ErrorKind, path::Path};

use inference::Recognizer;

use super::markdown;
use crate::{
    api::{Accuracy, ModelFacts, ModelSummary},
    i18n::{I18nLocaleTrait, Locale},
};

/// Describes an opened checkpoint; a card that its folder `dir` lacks is no fault.
pub fn facts(recognizer: &Recognizer, dir: &Path) -> ModelFacts {
    let labels = recognizer.labels();
    let confusion = &recognizer.metrics().confusion;
    let n_labels = labels.n_labels();
    let is_square =
        confusion.len() == n_labels && confusion.iter().all(|row| row.len() == n_labels);
    ModelFacts {
        summary: summary(recognizer),
        cards: Locale::get_all()
            .iter()
            .map(|&locale| card(dir, locale))
            .collect(),
        labels: labels.clone(),
        confusion: is_square.then(|| confusion.clone()),
    }
}

/// The same in short.
pub fn summary(recognizer: &Recognizer) -> ModelSummary {
    let metrics = recognizer.metrics();
    ModelSummary {
        id: recognizer.model_id().to_owned(),
        n_emotions: recognizer.labels().n_labels(),
        device_bytes: 0,
        accuracy: (!metrics.folds.is_empty()).then_some(Accuracy {
            uar_mean: metrics.uar.mean as f32,
            uar_std: metrics.uar.std as f32,
            on_new_sentences: metrics.protocol.contains("over sentences"),
        }),
    }
}

/// The card in a language as HTML.
fn card(dir: &Path, locale: Locale) -> Option<String> {
    let path = dir.join(format!("card.{locale}.md"));
    match fs::read_to_string(&path) {
        Ok(card) => Some(markdown::to_html(&card, locale)),
        Err(error) => {
            if error.kind() != ErrorKind::NotFound {
                tracing::warn!("cannot read {}: {error}", path.display());
            }
            None
        }
    }
}
