//! Name, way to past results and language switch, above every page.

use leptos::prelude::*;

use super::LanguageSwitch;
use crate::{
    i18n::{text, use_i18n},
    routes::Links,
};

/// Name, way to past results and language switch.
#[component]
pub fn SiteHeader() -> impl IntoView {
    let i18n = use_i18n();
    let links = expect_context::<Links>();
    view! {
        <a class="skip-link" href="#content" rel="external">
            {text!(i18n, site.skip)}
        </a>
        <header class="site-header">
            <a class="brand" href=links.to("/") aria-label=text!(i18n, site.home)>
                <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
                    <path d="M4 13v6M10 8v16M16 4v24M22 10v12M28 14v4" />
                </svg>
                <span lang="en">"BanglaSER"</span>
            </a>
            <a class="header-link" href=links.to("/history")>
                {text!(i18n, site.history)}
            </a>
            <LanguageSwitch />
        </header>
    }
}
