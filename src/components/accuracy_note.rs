//! How often the loaded model is right, as measured.

use leptos::prelude::*;

use crate::{
    api::{Accuracy, PageFacts},
    i18n::{emotion_words::how_many, number, td_string, use_i18n},
    live::live,
};

/// How often the loaded model is right on unseen speakers; nothing where its metrics do not say.
#[component]
pub fn AccuracyNote() -> impl IntoView {
    let i18n = use_i18n();
    let PageFacts {
        accuracy,
        n_emotions,
        ..
    } = expect_context();
    let sentence = move |accuracy: Accuracy| {
        let locale = i18n.get_locale();
        let percent = |share: f32| number::percent(locale, share);
        td_string!(
            locale,
            model.recall,
            recall = percent(accuracy.uar_mean),
            deviation = percent(accuracy.uar_std),
            count = how_many(locale, n_emotions),
            chance = percent(1.0 / n_emotions as f32)
        )
    };
    accuracy.map(|accuracy| view! { <p class="fine">{live(move || sentence(accuracy))}</p> })
}
