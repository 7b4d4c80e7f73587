//! Starts a recording.

use leptos::prelude::*;

use super::{Action, MicrophoneChoice};
use crate::{
    browser::{MAX_RECORDING_S, RecorderState},
    i18n::{number, td_string, text, use_i18n},
    live::live,
    on_device::OnDevice,
    workbench::Workbench,
};

/// Starts a recording; enabled once the page is alive.
#[component]
pub fn RecordButton() -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let device = expect_context::<OnDevice>();
    let is_asking = move || workbench.recorder.state().get() == RecorderState::Asking;
    let label = live(move || match is_asking() {
        true => td_string!(i18n.get_locale(), recorder.asking),
        false => td_string!(i18n.get_locale(), recorder.start),
    });
    let hint = live(move || {
        let maximum = number::decimal(i18n.get_locale(), MAX_RECORDING_S, 0);
        td_string!(i18n.get_locale(), recorder.hint, maximum)
    });
    let no_script = live(move || {
        let sentence = td_string!(i18n.get_locale(), recorder.no_script);
        format!("<p class=\"fine\">{sentence}</p>")
    });
    view! {
        <div class="record">
            <button
                type="button"
                class="record-button"
                disabled=live(move || !workbench.is_live.get() || is_asking())
                aria-describedby="record-hint"
                on:click=move |_| workbench.record()
            >
                <svg viewBox="0 0 24 24" aria-hidden="true">
                    <rect x="9" y="3" width="6" height="11" rx="3" />
                    <path d="M6 11v1a6 6 0 0 0 12 0v-1M12 18v3M9 21h6" />
                </svg>
                <span>{label}</span>
            </button>
            <p id="record-hint" class="fine">
                {hint}
            </p>
            {device.is_offered().then(|| {
                view! {
                    <Action class="button needs-script" act=move |_| workbench.listen() label=text!(i18n, on_device.live) />
                }
                .into_any()
            })}
            <MicrophoneChoice />
            // Where scripts run, a browser parses this element's content as text: nothing to hydrate.
            <noscript inner_html=no_script></noscript>
        </div>
    }
}
