//! Switches the language: a link to the same page in it, which keeps what the page holds while it is alive.

use leptos::prelude::*;

use crate::{
    i18n::{I18nLocaleTrait, Locale, td_string, text, use_i18n},
    live::live,
    routes::Links,
};

/// Links to every language.
#[component]
pub fn LanguageSwitch() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <nav class="segments" aria-label=text!(i18n, site.language)>
            {Locale::get_all()
                .iter()
                .rev()
                .map(|&locale| view! { <LanguageLink locale /> })
                .collect_view()}
        </nav>
    }
}

/// A language by its own name.
#[component]
fn LanguageLink(locale: Locale) -> impl IntoView {
    let i18n = use_i18n();
    let links = expect_context::<Links>();
    let code = locale.as_str();
    view! {
        <a
            href=links.in_language(locale)
            data-noscroll=""
            lang=code
            hreflang=code
            aria-current=live(move || (i18n.get_locale() == locale).then_some("true"))
        >
            {td_string!(locale, language.name)}
        </a>
    }
}
