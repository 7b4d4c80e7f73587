//! Chooses among several microphones.

use leptos::prelude::*;

use super::{Switch, When};
use crate::{
    browser::storage,
    i18n::{td_string, text, use_i18n},
    live::{live, react},
    workbench::Workbench,
};

/// A list of the microphones, where there are several and the browser tells, and whether the browser may change what
/// they hear.
#[component]
pub fn MicrophoneChoice() -> AnyView {
    let i18n = use_i18n();
    let recorder = expect_context::<Workbench>().recorder;
    let devices = recorder.devices();
    let is_cleaned = RwSignal::new(false);
    react(move || {
        recorder.find_devices();
        is_cleaned.set(storage::is_cleaned());
    });
    let label = live(move || td_string!(i18n.get_locale(), recorder.clean).to_owned());
    let options = move || {
        let options = devices.get().into_iter().map(|device| {
            let id = device.id.clone();
            let is_chosen = live(move || recorder.device_id().as_ref() == Some(&id));
            view! {
                <option value=device.id lang="" selected=is_chosen>
                    {device.label}
                </option>
            }
        });
        options.collect_view()
    };
    view! {
        <When is=Signal::derive(move || devices.with(Vec::len) > 1)>
            <label class="field">
                <span>{text!(i18n, recorder.microphone)}</span>
                <select on:change=move |event| recorder.choose(event_target_value(&event))>{options}</select>
            </label>
        </When>
        <Switch class="switch fine needs-script" label is_on=is_cleaned change=storage::clean />
    }
    .into_any()
}
