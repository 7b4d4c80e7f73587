//! One end of a part of a clip.

use leptos::prelude::*;

use crate::{
    browser::move_slider,
    fixed::fixed,
    i18n::{time_words::length, use_i18n},
    live::live,
    trim::STEP_S,
};

/// A slider over a clip's seconds, which says where it stands.
#[component]
pub fn SpanSlider(
    /// Which end it is.
    label: Signal<&'static str>,
    duration_s: f64,
    /// Where the end is, seconds.
    at_s: Signal<f64>,
    /// Moves it, as far as it may.
    #[prop(into)]
    set: Callback<f64>,
) -> AnyView {
    let i18n = use_i18n();
    let spoken = move || length(i18n.get_locale(), at_s.get());
    let on_input = move |event: leptos::ev::Event| {
        move_slider(&event, |wanted_s| {
            set.run(wanted_s);
            at_s.get_untracked()
        });
    };
    view! {
        <label class="trim-slider">
            <span>{label}</span>
            <input
                type="range"
                min="0"
                max=fixed((duration_s / STEP_S).ceil() * STEP_S, 1)
                step=fixed(STEP_S, 1)
                prop:value=live(move || at_s.get())
                aria-valuetext=live(spoken)
                on:input=on_input
            />
            <span class="trim-time" aria-hidden="true">
                {live(spoken)}
            </span>
        </label>
    }
    .into_any()
}
