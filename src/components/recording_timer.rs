//! How long the recording is, and how long it may become.

use leptos::prelude::*;

use super::Meter;
use crate::{
    fixed::css_percent,
    i18n::{number, td_string, use_i18n},
    live::live,
    workbench::Workbench,
};

/// Elapsed and maximum time. Screen readers are told at the start, the end and near the limit by
/// the status line, not every second.
#[component]
pub fn RecordingTimer() -> AnyView {
    let i18n = use_i18n();
    let recorder = expect_context::<Workbench>().recorder;
    let (state, max_s) = (recorder.state(), recorder.max_s());
    let elapsed_s = move || state.get().elapsed_s().unwrap_or(max_s);
    let clock = Memo::new(move |_| number::clock(i18n.get_locale(), elapsed_s()));
    let maximum = live(move || {
        let maximum = number::clock(i18n.get_locale(), max_s);
        td_string!(i18n.get_locale(), recorder.maximum, maximum)
    });
    let share = live(move || css_percent(elapsed_s() / max_s));
    view! {
        <p class="timer" role="timer" aria-live="off">
            <span class="timer-clock">{clock}</span>
            <span class="timer-maximum">{maximum}</span>
        </p>
        <Meter share />
    }
    .into_any()
}
