//! Chooses where clips are heard: on the server, or on the reader's own device.

use leptos::prelude::*;

use super::{Action, Meter, Switch, When};
use crate::{
    fixed::css_percent,
    i18n::{Locale, error_message, number, td_string, text, use_i18n},
    live::live,
    on_device::OnDevice,
};

/// Bytes.
const MEBIBYTE: f64 = 1_048_576.0;

/// A switch with what it costs, and how far it has come; nothing without script, or where the server has nothing for
/// it.
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
    let is_fetching =
        move || is_chosen.get() && device.fault.with(Option::is_none) && device.share.get() < 1.0;
    let has_failed = move || is_chosen.get() && device.fault.with(Option::is_some);
    let told = live(move || match is_chosen.get() {
        true => words(i18n.get_locale(), device),
        false => String::new(),
    });
    device.is_offered().then(|| {
        view! {
            <Switch
                class="switch needs-script"
                label
                is_on=is_chosen
                change=move |is_chosen| device.choose(is_chosen)
            />
            <When is=Signal::derive(is_fetching)>
                <Meter share=live(move || css_percent(device.share.get())) />
            </When>
            <div class="fine" role="status">
                {told}
            </div>
            <When is=Signal::derive(has_failed)>
                <Action act=move |_| device.retry() label=text!(i18n, on_device.retry) />
            </When>
        }
        .into_any()
    })
}

fn words(locale: Locale, device: OnDevice) -> String {
    match device.fault.get() {
        Some(error) => error_message(locale, &error),
        None if device.is_ready() && device.is_kept.get() => {
            td_string!(locale, on_device.ready).to_owned()
        }
        None if device.is_ready() => td_string!(locale, on_device.not_kept).to_owned(),
        None => td_string!(locale, on_device.fetching).to_owned(),
    }
}
