//! What a clip sounds like, beside its source; on a narrow screen in its place.

use leptos::prelude::*;

use super::result_card;
use crate::{
    i18n::{text, use_i18n},
    lazy::lazily,
    live::live,
    workbench::Workbench,
};

/// The result of the clip on display; before it, what to do.
#[component]
pub fn OutcomePanel() -> impl IntoView {
    let workbench = expect_context::<Workbench>();
    live(move || match workbench.outcome() {
        Some(Ok(analysis)) => lazily(result_card, analysis),
        _ => view! { <Steps /> }.into_any(),
    })
}

/// The way to a result, where there is room for it.
#[component]
fn Steps() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <ol class="steps" role="list">
            <li>{text!(i18n, home.first)}</li>
            <li>{text!(i18n, home.second)}</li>
            <li>{text!(i18n, home.third)}</li>
        </ol>
    }
}
