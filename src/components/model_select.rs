//! Chooses the model that hears the next clip, where there are several.

use leptos::prelude::*;

use super::When;
use crate::{
    api::ModelSummary,
    i18n::{Locale, emotion_words::how_many, td_string, text, use_i18n},
    live::live,
    model_choice::ModelChoice,
    routes::Links,
};

/// A list of the models. All but the first are experiments.
#[component]
pub fn ModelSelect() -> impl IntoView {
    let i18n = use_i18n();
    let choice = expect_context::<ModelChoice>();
    let links = expect_context::<Links>();
    let models = choice.all();
    let n_models = models.len();
    let options = models.into_iter().enumerate().map(|(place, model)| {
        let (id, value) = (model.id.clone(), model.id.clone());
        let is_chosen = live(move || choice.chosen.with(|chosen| *chosen == id));
        view! {
            <option value=value selected=is_chosen>
                {live(move || label(i18n.get_locale(), place, &model))}
            </option>
        }
    });
    (n_models > 1).then(|| {
        view! {
            <label class="field">
                <span>{text!(i18n, model.choice)}</span>
                <select name="model" on:change=move |event| choice.choose(event_target_value(&event))>
                    {options.collect_view()}
                </select>
            </label>
            <When is=Signal::derive(move || !choice.is_first())>
                <p class="fine">
                    {text!(i18n, model.is_experimental)} " "
                    <a href=links.to("/model")>{text!(i18n, site.model)}</a>
                </p>
            </When>
        }
        .into_any()
    })
}

fn label(locale: Locale, place: usize, model: &ModelSummary) -> String {
    let count = how_many(locale, model.n_emotions);
    match place {
        0 => td_string!(locale, model.usual, count),
        _ => td_string!(locale, model.experimental, count),
    }
}
