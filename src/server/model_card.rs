//! What the page about the model tells: the checkpoint's cards and confusion matrix.

use std::{fs, io::ErrorKind, path::Path};

use inference::Recognizer;

use super::markdown;
use crate::{
    api::ModelFacts,
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
        id: recognizer.model_id().to_owned(),
        cards: Locale::get_all()
            .iter()
            .map(|&locale| card(dir, locale))
            .collect(),
        labels: labels.clone(),
        confusion: is_square.then(|| confusion.clone()),
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
