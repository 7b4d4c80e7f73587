//! The page's frame: document, providers and routes.

use leptos::prelude::*;
use leptos_i18n::context::CookieOptions;
use leptos_meta::{Meta, MetaTags, Title, provide_meta_context};
use leptos_router::{
    components::{Route, Router, Routes},
    path,
};

use crate::{
    api::PageFacts,
    components::{SiteFooter, SiteHeader},
    i18n::{I18nContextProvider, Locale, emotion_words::how_many, td_string, use_i18n},
    pages::{AboutPage, HomePage, ModelPage, NotFoundPage},
};

/// Remembers the language; `GET /language/...` sets the same cookie where there is no WASM.
pub const LOCALE_COOKIE: &str = "locale";

/// A year.
pub const LOCALE_COOKIE_MAX_AGE_MS: i64 = 365 * 24 * 60 * 60 * 1000;

/// The document that the server sends.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let style_sheet = format!("/{}/{}.css", options.site_pkg_dir, options.output_name);
    view! {
        <!DOCTYPE html>
        <html>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" type="image/svg+xml" href="/icon.svg" />
                <link rel="stylesheet" id="leptos" href=style_sheet />
                <AutoReload options=options.clone() />
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Providers and routes.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_context(SharedValue::new(expect_context::<PageFacts>).into_inner());
    let cookie_options = CookieOptions::<Locale>::default()
        .path("/")
        .max_age(LOCALE_COOKIE_MAX_AGE_MS);
    view! {
        <I18nContextProvider cookie_name=LOCALE_COOKIE cookie_options>
            <Site />
        </I18nContextProvider>
    }
}

/// What every page shows, around the one that the path names.
#[component]
fn Site() -> impl IntoView {
    let i18n = use_i18n();
    let n_emotions = expect_context::<PageFacts>().n_emotions;
    let description = move || {
        let locale = i18n.get_locale();
        td_string!(
            locale,
            site.description,
            count = how_many(locale, n_emotions)
        )
    };
    // The title is read outside of the render, where a signal of another request may answer.
    let locale = ArcMemo::new(move |_| i18n.get_locale());
    locale.with_untracked(|_| ());
    let title = move || td_string!(locale.get(), site.title);
    view! {
        <Title text=title />
        <Meta name="description" content=description />
        <Router>
            <SiteHeader />
            <main id="content" tabindex="-1">
                <Routes fallback=NotFoundPage>
                    <Route path=path!("/") view=HomePage />
                    <Route path=path!("/about") view=AboutPage />
                    <Route path=path!("/model") view=ModelPage />
                </Routes>
            </main>
            <SiteFooter />
        </Router>
    }
}
