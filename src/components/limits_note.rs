//! What a result cannot tell.

use leptos::prelude::*;

use crate::{
    i18n::{t, use_i18n},
    routes::Links,
};

/// What a result cannot tell, and what it must not be used for.
#[component]
pub fn LimitsNote() -> impl IntoView {
    let i18n = use_i18n();
    let links = expect_context::<Links>();
    view! {
        <section class="limits" aria-labelledby="limits-heading">
            <h2 id="limits-heading">{t!(i18n, limits.heading)}</h2>
            <ul>
                <li>{t!(i18n, limits.expression)}</li>
                <li>{t!(i18n, limits.acted)}</li>
                <li>{t!(i18n, limits.decisions)}</li>
            </ul>
            <a href=move || links.to("/about")>{t!(i18n, limits.more)}</a>
        </section>
    }
}
