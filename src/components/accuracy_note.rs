//! How often a model is right, as measured.

use leptos::prelude::*;

use crate::{
    api::{Accuracy, PageFacts},
    i18n::{emotion_words::how_many, number, td_string, use_i18n},
    live::live,
};

/// How often the model of this name is right on unseen speakers; nothing where nobody says.
#[component]
pub fn AccuracyNote(model: String) -> impl IntoView {
    let i18n = use_i18n();
    let facts = expect_context::<PageFacts>();
    let summary = facts.models().find(|summary| summary.id == model).cloned();
    let sentence = move |n_emotions: usize, accuracy: Accuracy| {
        let locale = i18n.get_locale();
        let percent = |share: f32| number::percent(locale, share);
        let (recall, deviation) = (percent(accuracy.uar_mean), percent(accuracy.uar_std));
        let (count, chance) = (
            how_many(locale, n_emotions),
            percent(1.0 / n_emotions as f32),
        );
        match accuracy.on_new_sentences {
            true => td_string!(locale, model.recall, recall, deviation, count, chance),
            false => td_string!(
                locale,
                model.recall_voices,
                recall,
                deviation,
                count,
                chance
            ),
        }
    };
    let told = summary.and_then(|summary| Some((summary.n_emotions, summary.accuracy?)));
    told.map(|(n_emotions, accuracy)| {
        view! { <p class="fine">{live(move || sentence(n_emotions, accuracy))}</p> }
    })
}
