//! Says when there is no connection, and what works without.

use leptos::prelude::*;

use super::When;
use crate::{
    browser::watch_connection,
    i18n::{text, use_i18n},
    live::react,
};

/// A line while the browser is offline.
#[component]
pub fn OfflineNote() -> impl IntoView {
    let i18n = use_i18n();
    let is_online = RwSignal::new(true);
    react(move || watch_connection(is_online));
    view! {
        <div role="status">
            <When is=Signal::derive(move || !is_online.get())>
                <p class="offline-note">{text!(i18n, home.offline)}</p>
            </When>
        </div>
    }
}
