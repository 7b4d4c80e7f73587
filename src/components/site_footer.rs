//! Purpose, further reading and appearance, below every page.

use leptos::prelude::*;

use super::{InstallButton, ThemeSwitch};
use crate::{
    i18n::{text, use_i18n},
    routes::Links,
};

/// Purpose, further reading and appearance.
#[component]
pub fn SiteFooter() -> impl IntoView {
    let i18n = use_i18n();
    let links = expect_context::<Links>();
    view! {
        <footer class="site-footer">
            <p>{text!(i18n, site.footer)}</p>
            <div class="site-links">
                <a href=links.to("/about")>{text!(i18n, site.about)}</a>
                <a href=links.to("/model")>{text!(i18n, site.model)}</a>
                <a href=links.to("/history")>{text!(i18n, site.history)}</a>
                <a href=links.to("/voice")>{text!(i18n, voice.heading)}</a>
            </div>
            <InstallButton />
            <ThemeSwitch />
        </footer>
    }
}
