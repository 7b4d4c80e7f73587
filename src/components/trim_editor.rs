//! Chooses the part of a clip that is sent.

use leptos::{ev, html, prelude::*};

use super::{PeakBars, SpanSlider};
use crate::{
    browser::{Decoded, Player, hold_pointer, pointer_share},
    fixed::css_percent,
    i18n::{td_string, text, time_words::length, use_i18n},
    live::live,
    trim::STEP_S,
    workbench::Workbench,
};

/// Bars of the waveform.
const N_BARS: usize = 120;

/// The clip's waveform, whose ends can be moved, and a slider for each end of the part that is sent.
#[component]
pub fn TrimEditor(decoded: Decoded, player: Player) -> impl IntoView {
    let i18n = use_i18n();
    let trim = expect_context::<Workbench>().trim;
    let duration_s = decoded.duration_s();
    let peaks = StoredValue::new(decoded.powers(N_BARS));
    let part = Signal::derive(move || {
        let (start_s, end_s) = trim.part_s();
        (start_s / duration_s, end_s / duration_s)
    });
    let spoken = move |at_s: f64| length(i18n.get_locale(), at_s);
    let sentence = live(move || {
        let (start_s, end_s) = trim.part_s();
        let (part, whole) = (spoken(end_s - start_s), spoken(duration_s));
        td_string!(i18n.get_locale(), review.part, part, whole)
    });
    let stage = NodeRef::<html::Div>::new();
    let at = move |end: fn((f64, f64)) -> f64| live(move || css_percent(end(part.get())));
    let place = live(move || css_percent(f64::from(player.position_s()) / duration_s));
    // Which end is being moved: the one that was nearer to the pointer when it came down.
    let is_start = StoredValue::new(true);
    let drag = move |event: ev::PointerEvent| {
        if let Some(stage) = stage.get_untracked().filter(|_| event.buttons() == 1) {
            let at_s = f64::from(pointer_share(&stage, &event)) * duration_s;
            match is_start.get_value() {
                true => trim.set_start((at_s / STEP_S).round() * STEP_S),
                false => trim.set_end((at_s / STEP_S).round() * STEP_S),
            }
        }
    };
    let grip = move |event: ev::PointerEvent| {
        if let Some(stage) = stage.get_untracked() {
            hold_pointer(&stage, &event);
            let (start, end) = part.get_untracked();
            let share = f64::from(pointer_share(&stage, &event));
            is_start.set_value((share - start).abs() < (share - end).abs());
        }
        drag(event);
    };
    view! {
        <fieldset class="trim">
            <legend class="visually-hidden">{text!(i18n, review.trim)}</legend>
            <div class="handles">
                <PeakBars peaks=Signal::derive(move || peaks.get_value()) n_bars=N_BARS part />
                <div class="playground" node_ref=stage on:pointerdown=grip on:pointermove=drag>
                    <span class="playhead" style:inset-inline-start=place></span>
                    <span class="handle" style:inset-inline-start=at(|part| part.0)></span>
                    <span class="handle" style:inset-inline-start=at(|part| part.1)></span>
                </div>
            </div>
            <SpanSlider
                label=Signal::derive(move || td_string!(i18n.get_locale(), review.start))
                duration_s
                at_s=Signal::derive(move || trim.part_s().0)
                set=move |at_s: f64| trim.set_start(at_s)
            />
            <SpanSlider
                label=Signal::derive(move || td_string!(i18n.get_locale(), review.end))
                duration_s
                at_s=Signal::derive(move || trim.part_s().1)
                set=move |at_s: f64| trim.set_end(at_s)
            />
            <p class="fine">{sentence}</p>
        </fieldset>
    }
}
