//! Chooses the part of a clip that is sent.

use leptos::prelude::*;

use super::PeakBars;
use crate::{
    browser::{Decoded, move_slider},
    i18n::{number, td_string, text, use_i18n},
    live::live,
    trim::STEP_S,
    workbench::Workbench,
};

/// Bars of the waveform.
const N_BARS: usize = 120;

/// The clip's waveform, and a slider for each end of the part that is sent.
#[component]
pub fn TrimEditor(decoded: Decoded) -> impl IntoView {
    let i18n = use_i18n();
    let trim = expect_context::<Workbench>().trim;
    let duration_s = decoded.duration_s();
    let peaks = StoredValue::new(decoded.peaks(N_BARS));
    let part = Signal::derive(move || {
        let (start_s, end_s) = trim.part_s();
        (start_s / duration_s, end_s / duration_s)
    });
    let seconds = move |at_s: f64| number::decimal(i18n.get_locale(), at_s, 1);
    let length = live(move || {
        let (start_s, end_s) = trim.part_s();
        let (part, whole) = (seconds(end_s - start_s), seconds(duration_s));
        td_string!(i18n.get_locale(), review.part, part, whole)
    });
    let spoken = move |at_s: f64| {
        let seconds = seconds(at_s);
        td_string!(i18n.get_locale(), review.seconds, seconds)
    };
    view! {
        <fieldset class="trim">
            <legend class="visually-hidden">{text!(i18n, review.trim)}</legend>
            <PeakBars peaks=Signal::derive(move || peaks.get_value()) n_bars=N_BARS part />
            <TrimSlider
                label=Signal::derive(move || td_string!(i18n.get_locale(), review.start))
                duration_s
                at_s=Signal::derive(move || trim.part_s().0)
                spoken
                set=move |at_s: f64| trim.set_start(at_s)
            />
            <TrimSlider
                label=Signal::derive(move || td_string!(i18n.get_locale(), review.end))
                duration_s
                at_s=Signal::derive(move || trim.part_s().1)
                spoken
                set=move |at_s: f64| trim.set_end(at_s)
            />
            <p class="fine">{length}</p>
        </fieldset>
    }
}

/// One end of the part.
#[component]
fn TrimSlider(
    label: Signal<&'static str>,
    duration_s: f64,
    at_s: Signal<f64>,
    spoken: impl Fn(f64) -> String + Copy + Send + Sync + 'static,
    set: impl Fn(f64) + 'static,
) -> impl IntoView {
    let on_input = move |event: leptos::ev::Event| {
        move_slider(&event, |wanted_s| {
            set(wanted_s);
            at_s.get_untracked()
        });
    };
    view! {
        <label class="trim-slider">
            <span>{label}</span>
            <input
                type="range"
                min="0"
                max=(duration_s / STEP_S).ceil() * STEP_S
                step=STEP_S
                prop:value=live(move || at_s.get())
                aria-valuetext=live(move || spoken(at_s.get()))
                on:input=on_input
            />
            <span class="trim-time" aria-hidden="true">
                {live(move || spoken(at_s.get()))}
            </span>
        </label>
    }
}
