//! What BanglaSER does, how well, and what it must not be used for.

use leptos::prelude::*;

use crate::{
    components::AccuracyNote,
    i18n::{t, use_i18n},
};

/// The about page.
#[component]
pub fn AboutPage() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <article class="prose">
            <h1>{t!(i18n, about.heading)}</h1>
            <h2>{t!(i18n, about.how_heading)}</h2>
            <p>{t!(i18n, about.how)}</p>
            <h2>{t!(i18n, about.meaning_heading)}</h2>
            <p>{t!(i18n, about.meaning)}</p>
            <AccuracyNote />
            <h2>{t!(i18n, about.privacy_heading)}</h2>
            <p>{t!(i18n, about.privacy)}</p>
            <h2>{t!(i18n, about.use_heading)}</h2>
            <p>{t!(i18n, about.use_)}</p>
            <p>
                <a class="button" href="/">
                    {t!(i18n, about.back)}
                </a>
            </p>
        </article>
    }
}
