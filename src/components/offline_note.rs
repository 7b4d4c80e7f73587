//! Says when there is no connection, and what works without.

use leptos::prelude::*;

use super::When;
use crate::{
    browser::watch_connection,
    i18n::{td_string, use_i18n},
    live::{live, react},
    on_device::OnDevice,
};

/// A line while the browser is offline.
#[component]
pub fn OfflineNote() -> impl IntoView {
    let i18n = use_i18n();
    let is_online = RwSignal::new(true);
    let device = expect_context::<OnDevice>();
    let told = move || {
        let locale = i18n.get_locale();
        match device.is_chosen.get() && device.is_ready() {
            true => td_string!(locale, on_device.offline),
            false => td_string!(locale, home.offline),
        }
    };
    react(move || watch_connection(is_online));
    view! {
        <div role="status">
            <When is=Signal::derive(move || !is_online.get())>
                <p class="offline-note">{live(told)}</p>
            </When>
        </div>
    }
}
