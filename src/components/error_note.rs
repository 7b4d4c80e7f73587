//! Says what went wrong and what to do.

use leptos::prelude::*;

use crate::{
    error::AppError,
    i18n::{error_message, text, use_i18n},
    live::live,
};

/// What went wrong and what to do, told at once to screen readers too.
#[component]
pub fn ErrorNote(error: AppError) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="card error-note" role="alert">
            <h2>{text!(i18n, error.heading)}</h2>
            <p>{live(move || error_message(i18n.get_locale(), &error))}</p>
        </div>
    }
}
