//! The models' cards: what each is for, how it was measured, and where it fails.

use std::sync::Arc;

use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};

use crate::{
    api::{DescribeModel, ModelFacts},
    browser::fetch_answer,
    components::{ErrorNote, ModelCard},
    i18n::{text, use_i18n},
    live::{live, react},
};

/// The page about the models.
#[component]
pub fn ModelPage() -> impl IntoView {
    let i18n = use_i18n();
    let told = SharedValue::new(|| use_context::<Arc<[ModelFacts]>>().map(|all| all.to_vec()));
    let answer = RwSignal::new(told.into_inner().map(Ok));
    // The server tells what it renders; a link inside the page brings the reader here without that.
    react(move || {
        if answer.with_untracked(Option::is_none) {
            spawn_local(async move {
                let told = fetch_answer(DescribeModel::PATH).await;
                // The page may have gone meanwhile.
                answer.try_set(Some(told));
            });
        }
    });
    let card = live(move || match answer.get() {
        Some(Ok(all)) => {
            let cards = all
                .into_iter()
                .map(|facts| view! { <ModelCard facts /> }.into_any());
            cards.collect_view().into_any()
        }
        Some(Err(error)) => view! { <ErrorNote error /> }.into_any(),
        None => view! { <p role="status">{text!(i18n, model.loading)}</p> }.into_any(),
    });
    view! {
        <h1>{text!(i18n, site.model)}</h1>
        {card}
    }
}
