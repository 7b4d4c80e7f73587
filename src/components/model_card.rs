//! A model card with its confusion matrix.

use leptos::prelude::*;

use super::{AccuracyNote, ConfusionMatrix};
use crate::{
    api::ModelFacts,
    i18n::{I18nLocaleTrait, Locale, td_string, text, use_i18n},
    live::live,
};

/// The card in the reader's language, or what is known without one.
#[component]
pub fn ModelCard(facts: ModelFacts) -> impl IntoView {
    let i18n = use_i18n();
    let ModelFacts {
        summary,
        cards,
        labels,
        confusion,
    } = facts;
    let id = summary.id.clone();
    let name = live(move || td_string!(i18n.get_locale(), model.name, id = id.as_str()));
    let text = live(move || {
        let mut of_languages = Locale::get_all().iter().zip(&cards);
        let in_language = of_languages.find(|(locale, _)| **locale == i18n.get_locale());
        match in_language.and_then(|(_, card)| card.clone()) {
            Some(html) => view! { <div class="prose" inner_html=html></div> }.into_any(),
            None => view! {
                <div class="prose">
                    <p>{text!(i18n, model.no_card)}</p>
                    <AccuracyNote model=summary.id.clone() />
                </div>
            }
            .into_any(),
        }
    });
    view! {
        <p class="lead">{name}</p>
        <div class="model-card">
            {text}
            // Erased: the compiler refuses the depth of the picture's type inside a page's.
            {confusion.map(|confusion| view! { <ConfusionMatrix labels confusion /> }.into_any())}
        </div>
    }
}
