//! What a result cannot tell.

use leptos::prelude::*;

use crate::{
    i18n::{text, use_i18n},
    live::live,
    routes::Links,
    workbench::{Wish, Workbench},
};

/// What a result cannot tell, and what it must not be used for.
#[component]
pub fn LimitsNote() -> impl IntoView {
    let i18n = use_i18n();
    let links = expect_context::<Links>();
    let workbench = expect_context::<Workbench>();
    view! {
        <section class="limits" aria-labelledby="limits-heading">
            <h2 id="limits-heading">{text!(i18n, limits.heading)}</h2>
            <ul>
                <li>{text!(i18n, limits.expression)}</li>
                <li>{text!(i18n, limits.acted)}</li>
                <li>{text!(i18n, limits.decisions)}</li>
            </ul>
            <button
                type="button"
                class="link"
                disabled=live(move || !workbench.is_live.get())
                on:click=move |_| workbench.notice.set(Some(Wish::Read))
            >
                {text!(i18n, notice.reopen)}
            </button>
            <a href=links.to("/about")>{text!(i18n, limits.more)}</a>
        </section>
    }
}
