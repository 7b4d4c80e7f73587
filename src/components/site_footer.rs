//! Purpose and further reading, below every page.

use leptos::prelude::*;

use crate::i18n::{t, use_i18n};

/// Purpose and further reading.
#[component]
pub fn SiteFooter() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <footer class="site-footer">
            <p>{t!(i18n, site.footer)}</p>
            <div class="site-links">
                <a href="/about">{t!(i18n, site.about)}</a>
                <a href="/model">{t!(i18n, site.model)}</a>
            </div>
        </footer>
    }
}
