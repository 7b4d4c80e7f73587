//! The page's frame: document, providers and routes.

use leptos::{html, prelude::*};
use leptos_meta::{HashedStylesheet, Html, Link, Meta, MetaTags, Title, provide_meta_context};
use leptos_router::{
    NavigateOptions,
    components::{FlatRoutes, Route, Router},
    hooks::use_navigate,
};

use crate::{
    api::{PageFacts, SubmittedOutcome},
    browser::{
        keep_offline,
        storage::{cookies, set_cookie},
        take_drops,
    },
    components::{SiteFooter, SiteHeader},
    enrolment::Enrolment,
    i18n::{I18n, I18nLocaleTrait, Locale, emotion_words::how_many, path, td_string, use_i18n},
    lazy::lazily,
    live::react,
    model_choice::ModelChoice,
    on_device::OnDevice,
    pages::{HomePage, NotFoundPage, further_page},
    preferences::{LOCALE_COOKIE, Preferences, remembered_locale},
    routes::{Links, Localized, PAGES},
    theme::Theme,
    voices::Voices,
    workbench::Workbench,
};

/// What an installed page starts on; `--paper` in style/tokens.css.
pub const PAPER_COLOR: &str = "#f6f4ef";

/// What colours the frame of an installed page; `--accent`.
pub const THEME_COLOR: &str = "#0b6b5d";

/// The document that the server sends.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" type="image/svg+xml" href="/icon.svg" />
                <link rel="apple-touch-icon" href="/icons/icon-192.png" />
                <meta name="theme-color" content=THEME_COLOR />
                <HashedStylesheet id="leptos" options=options.clone() />
                {language_links()}
                {share_card()}
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

/// Where search engines find the page that is asked for, and its other languages.
fn language_links() -> Option<impl IntoView> {
    let Preferences {
        site, page, locale, ..
    } = use_context()?;
    let is_known = PAGES.contains(&page.as_str());
    is_known.then(|| {
        let address = |locale| site.clone() + &path::localized(locale, &page);
        let alternates = Locale::get_all().iter().map(|&locale| {
            let href = address(Some(locale));
            view! { <link rel="alternate" hreflang=locale.as_str() href=href /> }
        });
        view! {
            <link rel="canonical" href=address(Some(locale)) />
            {alternates.collect_view()}
            <link rel="alternate" hreflang="x-default" href=address(None) />
        }
    })
}

/// What a page, a path without its language, is called: its own name first, so that tabs can be told apart.
fn title(locale: Locale, page: &str) -> String {
    let own = match page {
        "" => return td_string!(locale, site.title).to_owned(),
        "/about" => td_string!(locale, about.heading),
        "/model" => td_string!(locale, site.model),
        "/history" => td_string!(locale, site.history),
        "/voice" => td_string!(locale, voice.heading),
        _ => td_string!(locale, not_found.heading),
    };
    format!("{own} – BanglaSER")
}

/// What other sites show of a link to the page that is asked for; nothing where the server does not know its own
/// address.
fn share_card() -> Option<impl IntoView> {
    let Preferences {
        site, page, locale, ..
    } = use_context()?;
    let is_known = PAGES.contains(&page.as_str()) && !site.is_empty();
    is_known.then(|| {
        let count = how_many(locale, expect_context::<PageFacts>().model.n_emotions);
        let facts = [
            ("og:type", "website".to_owned()),
            ("og:site_name", "BanglaSER".to_owned()),
            ("og:title", title(locale, page.trim_end_matches('/'))),
            (
                "og:description",
                td_string!(locale, site.description, count),
            ),
            (
                "og:url",
                site.clone() + &path::localized(Some(locale), &page),
            ),
            ("og:image", site + "/icons/icon-512.png"),
            (
                "og:locale",
                td_string!(locale, language.tag).replace('-', "_"),
            ),
        ];
        let facts = facts
            .into_iter()
            .map(|(property, content)| html::meta().attr("property", property).content(content));
        view! {
            {facts.collect_view()}
            <meta name="twitter:card" content="summary" />
        }
    })
}

/// Providers and routes.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_context(SharedValue::new(expect_context::<PageFacts>).into_inner());
    let wanted = || use_context::<Preferences>().map(|wanted| (wanted.locale, wanted.theme));
    let (locale, theme) = SharedValue::new(wanted).into_inner().unwrap_or_default();
    let i18n = I18n::new(locale);
    provide_context(i18n);
    let theme = RwSignal::new(theme);
    provide_context(theme);
    view! {
        <Html
            attr:lang=move || i18n.get_locale().as_str()
            attr:data-theme=move || theme.get().map(Theme::code)
        />
        <Router>
            <Site />
        </Router>
    }
}

/// What every page shows, around the one that the path names.
#[component]
fn Site() -> impl IntoView {
    let i18n = use_i18n();
    let links = Links::new();
    provide_context(links);
    // The path says the language, and is remembered for paths that do not. A page that was kept for when there is no
    // connection speaks the language that was remembered when it was kept.
    react(move || {
        let remembered = || remembered_locale(&cookies());
        if let Some(locale) = links.locale().or_else(remembered) {
            if locale != i18n.get_locale_untracked() {
                i18n.set_locale(locale);
            }
            set_cookie(LOCALE_COOKIE, locale.as_str());
        }
    });
    // A page that the browser has kept whole comes back without that.
    react(move || {
        let shown = window_event_listener_untyped("pageshow", move |_| {
            let locale = i18n.get_locale_untracked();
            set_cookie(LOCALE_COOKIE, locale.as_str());
        });
        on_cleanup(move || shown.remove());
    });
    let facts = expect_context::<PageFacts>();
    let submitted = SharedValue::new(|| use_context::<SubmittedOutcome>().and_then(|form| form.0));
    let models = ModelChoice::new(&facts);
    provide_context(models);
    let voices = Voices::new(models, facts.max_upload_bytes);
    provide_context(voices);
    let device = OnDevice::new(&facts, models);
    provide_context(device);
    let workbench = Workbench::new(
        facts.clone(),
        submitted.into_inner(),
        models,
        voices,
        device,
    );
    provide_context(workbench);
    provide_context(Enrolment::new(workbench.recorder, voices));
    let navigate = use_navigate();
    react(move || {
        let navigate = navigate.clone();
        take_drops(
            move |is_over| workbench.is_held_over.set(is_over),
            move |clips| {
                workbench.take_dropped(clips);
                if !untrack(|| links.with_page(str::is_empty)) {
                    navigate(&untrack(|| links.start()), NavigateOptions::default());
                }
            },
        );
    });
    let n_emotions = facts.model.n_emotions;
    let description = move || {
        let locale = i18n.get_locale();
        td_string!(
            locale,
            site.description,
            count = how_many(locale, n_emotions)
        )
    };
    // The title is read outside of the render, where a signal of another request may answer.
    let title = ArcMemo::new(move |_| links.with_page(|page| title(i18n.get_locale(), page)));
    title.with_untracked(|_| ());
    let manifest = format!("/manifest/{}", i18n.get_locale_untracked());
    react(keep_offline);
    view! {
        <Title text=move || title.get() />
        <Meta name="description" content=description />
        <Link rel="manifest" href=manifest />
        <SiteHeader />
        <main id="content" tabindex="-1">
            <FlatRoutes fallback=NotFoundPage>
                <Route path=Localized("/") view=HomePage />
                <Route path=Localized("/about") view=|| lazily(further_page, "/about") />
                <Route path=Localized("/model") view=|| lazily(further_page, "/model") />
                <Route path=Localized("/history") view=|| lazily(further_page, "/history") />
                <Route path=Localized("/voice") view=|| lazily(further_page, "/voice") />
            </FlatRoutes>
        </main>
        <SiteFooter />
    }
}
