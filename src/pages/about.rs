//! What BanglaSER does, how well, and what it must not be used for.

use leptos::prelude::*;

use crate::{
    api::PageFacts,
    components::AccuracyNote,
    i18n::{emotion_words::how_many, td_string, text, use_i18n},
    live::live,
    routes::Links,
};

/// The about page.
#[component]
pub fn AboutPage() -> impl IntoView {
    let i18n = use_i18n();
    let links = expect_context::<Links>();
    let model = expect_context::<PageFacts>().model;
    let model_id = model.id.clone();
    let how = live(move || {
        let locale = i18n.get_locale();
        td_string!(
            locale,
            about.how,
            count = how_many(locale, model.n_emotions)
        )
    });
    view! {
        <article class="prose">
            <h1>{text!(i18n, about.heading)}</h1>
            <h2>{text!(i18n, about.how_heading)}</h2>
            <p>{how}</p>
            <h2>{text!(i18n, about.meaning_heading)}</h2>
            <p>{text!(i18n, about.meaning)}</p>
            <AccuracyNote model=model_id />
            <p>
                <a href=links.to("/model")>{text!(i18n, site.model)}</a>
            </p>
            <h2>{text!(i18n, about.privacy_heading)}</h2>
            <p>{text!(i18n, about.privacy)}</p>
            <h2>{text!(i18n, about.use_heading)}</h2>
            <p>{text!(i18n, about.use_)}</p>
            <p>
                <a class="button" href=links.to("/")>
                    {text!(i18n, about.back)}
                </a>
            </p>
        </article>
    }
}
