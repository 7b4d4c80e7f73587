//! Installs the page, where the browser offers that.

use leptos::prelude::*;

use super::{Action, When};
use crate::{
    browser::InstallOffer,
    i18n::{text, use_i18n},
    live::react,
};

/// A button that lets the browser install the page; nothing where it does not offer to.
#[component]
pub fn InstallButton() -> impl IntoView {
    let i18n = use_i18n();
    let offer = InstallOffer::default();
    react(move || offer.watch());
    view! {
        <When is=Signal::derive(move || offer.is_made())>
            <Action class="button button-small" act=move |_| offer.take() label=text!(i18n, site.install) />
        </When>
    }
}
