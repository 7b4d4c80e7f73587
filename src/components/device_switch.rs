//! Chooses where clips are heard: on the server, or on the reader's own device.

use leptos::prelude::*;

use super::{Action, When};
use crate::{
    fixed::fixed,
    i18n::{Locale, error_message, number, td_string, text, use_i18n},
    live::live,
    on_device::{OnDevice, Readiness},
};

/// Bytes.
const MEBIBYTE: f64 = 1_048_576.0;

/// A switch with what it costs, and how far it has come; nothing without script, or where the server has nothing for it.
#[component]
pub fn DeviceSwitch() -> impl IntoView {
    let i18n = use_i18n();
    let device = expect_context::<OnDevice>();
    let is_chosen = device.is_chosen;
    let label = live(move || {
        let locale = i18n.get_locale();
        let megabytes = number::decimal(locale, device.n_bytes() as f64 / MEBIBYTE, 1);
        td_string!(locale, on_device.choice, megabytes)
    });
    let share = move || match device.readiness.get() {
        Readiness::Fetching(share) => Some(share),
        _ => None,
    };
    let has_failed = move || matches!(device.readiness.get(), Readiness::Failed(_));
    let choose = move |event| device.choose(event_target_checked(&event));
    let told = live(move || {
        is_chosen
            .get()
            .then(|| words(i18n.get_locale(), &device.readiness.get()))
    });
    device.is_offered().then(|| {
        view! {
            <label class="switch needs-script">
                <input type="checkbox" role="switch" prop:checked=is_chosen on:change=choose />
                <span>{label}</span>
            </label>
            <When is=Signal::derive(move || is_chosen.get() && share().is_some())>
                <progress aria-label=text!(i18n, on_device.fetching) max="1" value=live(move || share().map(|share| fixed(share, 2)))></progress>
            </When>
            <div class="fine" role="status">
                {told}
            </div>
            <When is=Signal::derive(move || is_chosen.get() && has_failed())>
                <Action act=move |_| device.retry() label=text!(i18n, on_device.retry) />
            </When>
        }
        .into_any()
    })
}

fn words(locale: Locale, readiness: &Readiness) -> String {
    match readiness {
        Readiness::Fetching(_) => td_string!(locale, on_device.fetching).to_owned(),
        Readiness::Ready => td_string!(locale, on_device.ready).to_owned(),
        Readiness::Failed(error) => error_message(locale, error),
    }
}
