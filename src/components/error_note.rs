//! Says what went wrong and what to do.

use leptos::{html, prelude::*};

use crate::{
    browser::focus,
    error::AppError,
    i18n::{error_message, text, use_i18n},
    live::{live, react},
};

/// What went wrong and what to do, told at once to screen readers too; it takes the focus, so that nobody looks
/// elsewhere.
#[component]
pub fn ErrorNote(error: AppError) -> AnyView {
    let i18n = use_i18n();
    let note = NodeRef::<html::Div>::new();
    react(move || note.get().map(|note| focus(&note)));
    view! {
        <div class="card error-note" role="alert" tabindex="-1" node_ref=note>
            <h2>{text!(i18n, error.heading)}</h2>
            <p>{live(move || error_message(i18n.get_locale(), &error))}</p>
        </div>
    }
    .into_any()
}
