//! Switches the language, in place where the page is alive, else by a reload.

use leptos::prelude::*;

use crate::i18n::{I18nLocaleTrait, Locale, t_string, use_i18n};

/// Links to both languages.
#[component]
pub fn LanguageSwitch() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <nav class="language-switch" aria-label=move || t_string!(i18n, site.language)>
            <LanguageLink locale=Locale::bn own_name="বাংলা" />
            <LanguageLink locale=Locale::en own_name="English" />
        </nav>
    }
}

/// A language by its own name. `rel="external"` keeps the page's router off the link.
#[component]
fn LanguageLink(locale: Locale, own_name: &'static str) -> impl IntoView {
    let i18n = use_i18n();
    let code = locale.as_str();
    view! {
        <a
            href=format!("/language/{code}")
            rel="external"
            lang=code
            hreflang=code
            aria-current=move || (i18n.get_locale() == locale).then_some("true")
            on:click=move |event| {
                event.prevent_default();
                i18n.set_locale(locale);
            }
        >
            {own_name}
        </a>
    }
}
