//! How often the loaded model is right, as measured.

use emotion::Emotion;
use leptos::prelude::*;

use crate::{
    api::{Accuracy, PageFacts},
    i18n::{number, td_string, use_i18n},
};

/// How often the loaded model is right on unseen speakers; nothing where its metrics do not say.
#[component]
pub fn AccuracyNote() -> impl IntoView {
    let i18n = use_i18n();
    let sentence = move |accuracy: Accuracy| {
        let locale = i18n.get_locale();
        let percent = |share: f32| number::percent(locale, share);
        td_string!(
            locale,
            model.recall,
            recall = percent(accuracy.uar_mean),
            deviation = percent(accuracy.uar_std),
            chance = percent(1.0 / Emotion::COUNT as f32)
        )
    };
    let accuracy = expect_context::<PageFacts>().accuracy;
    accuracy.map(|accuracy| view! { <p class="fine">{move || sentence(accuracy)}</p> })
}
