//! The loaded model's card: what it is for, how it was measured, and where it fails.

use std::sync::Arc;

use leptos::prelude::*;

use crate::{
    api::{ModelFacts, describe_model},
    components::{ErrorNote, ModelCard},
    i18n::{text, use_i18n},
    live::live,
};

/// The page about the model.
#[component]
pub fn ModelPage() -> impl IntoView {
    let i18n = use_i18n();
    let told = SharedValue::new(|| use_context::<Arc<ModelFacts>>().map(Arc::unwrap_or_clone));
    let request = Action::new_with_value(told.into_inner().map(Ok), |(): &()| describe_model());
    let answer = request.value();
    // The server tells what it renders; a link inside the page brings the reader here without that.
    Effect::new(move |_| {
        if answer.with_untracked(Option::is_none) {
            request.dispatch(());
        }
    });
    let card = live(move || match answer.get() {
        Some(Ok(facts)) => view! { <ModelCard facts /> }.into_any(),
        Some(Err(error)) => view! { <ErrorNote error=error.0 /> }.into_any(),
        None => view! { <p role="status">{text!(i18n, model.loading)}</p> }.into_any(),
    });
    view! {
        <h1>{text!(i18n, site.model)}</h1>
        {card}
    }
}
