//! What an unknown address shows; the server answers 404 with it.

use leptos::prelude::*;

use crate::{
    i18n::{text, use_i18n},
    routes::Links,
};

/// The page for addresses that do not exist.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    let i18n = use_i18n();
    let links = expect_context::<Links>();
    view! {
        <div class="intro">
            <h1>{text!(i18n, not_found.heading)}</h1>
            <p class="lead">{text!(i18n, not_found.advice)}</p>
            <p>
                <a class="button" href=links.to("/")>
                    {text!(i18n, not_found.home)}
                </a>
            </p>
        </div>
    }
}
