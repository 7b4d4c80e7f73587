//! Which of the server's models hears the next clip.

use leptos::prelude::*;

use crate::{
    api::{ModelSummary, PageFacts},
    browser::storage,
    live::react,
};

/// Which of the server's models hears the next clip; the browser remembers it. In the context of every page; copies
/// share it.
#[derive(Clone, Copy)]
pub struct ModelChoice {
    /// Name of the model.
    pub chosen: ReadSignal<String>,
    set_chosen: WriteSignal<String>,
    /// The first answers where nobody chooses.
    all: StoredValue<Vec<ModelSummary>>,
}

impl ModelChoice {
    /// The first model or, once the page is alive, the one that was chosen last.
    pub fn new(facts: &PageFacts) -> Self {
        let (chosen, set_chosen) = signal(facts.model.id.clone());
        let choice = Self {
            chosen,
            set_chosen,
            all: StoredValue::new(facts.models().cloned().collect()),
        };
        react(move || {
            if let Some(id) = storage::model().filter(|id| choice.knows(id)) {
                set_chosen.set(id);
            }
        });
        choice
    }

    /// Every model.
    pub fn all(self) -> Vec<ModelSummary> {
        self.all.get_value()
    }

    /// Lets a model hear the next clips.
    pub fn choose(self, id: String) {
        storage::choose_model(&id);
        self.set_chosen.set(id);
    }

    /// Whether it is the model that answers anyhow.
    pub fn is_first(self) -> bool {
        let is_first = |chosen: &String| {
            self.all
                .with_value(|all| all.first().is_some_and(|one| one.id == *chosen))
        };
        self.chosen.with(is_first)
    }

    /// The model in use, where it is not the one that answers anyhow.
    pub fn asked(self) -> Option<String> {
        untrack(|| (!self.is_first()).then(|| self.chosen.get()))
    }

    fn knows(self, id: &str) -> bool {
        self.all
            .with_value(|all| all.iter().any(|one| one.id == id))
    }
}
