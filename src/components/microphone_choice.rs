//! Chooses among several microphones.

use leptos::prelude::*;

use crate::{
    i18n::{text, use_i18n},
    live::live,
    workbench::Workbench,
};

/// A list of the microphones; nothing where there is one, or where the browser does not tell yet.
#[component]
pub fn MicrophoneChoice() -> impl IntoView {
    let i18n = use_i18n();
    let recorder = expect_context::<Workbench>().recorder;
    let devices = recorder.devices();
    Effect::new(move |_| recorder.find_devices());
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
        <Show when=move || { devices.with(Vec::len) > 1 }>
            <label class="field">
                <span>{text!(i18n, recorder.microphone)}</span>
                <select on:change=move |event| recorder.choose(event_target_value(&event))>{options}</select>
            </label>
        </Show>
    }
}
