//! What the voice expresses while it is recorded: a word, how sure it is, and the last minute as a ribbon.

use leptos::{html, prelude::*};
use send_wrapper::SendWrapper;
use vocabulary::{ConfidenceBand, Emotion};

use crate::{
    browser::Now,
    error::AppError,
    i18n::{
        Locale,
        emotion_words::{how_sure, sounds},
        error_message, number, td_string, text, use_i18n,
    },
    live::{live, react},
    on_device::OnDevice,
    palette,
    workbench::Workbench,
};

/// The word of now above the last minute. Screen readers are told a change at most every five seconds.
#[component]
pub fn LiveView() -> AnyView {
    let i18n = use_i18n();
    let recorder = expect_context::<Workbench>().recorder;
    let device = expect_context::<OnDevice>();
    let canvas = NodeRef::<html::Canvas>::new();
    let waiting = td_string!(i18n.get_locale_untracked(), on_device.fetching);
    let (word, sure) = (
        RwSignal::new(waiting.to_owned()),
        RwSignal::new(String::new()),
    );
    let said = RwSignal::new(String::new());
    let told_s = StoredValue::new(f64::MIN);
    let hearing = StoredValue::new(None);
    let change = move |now| {
        let locale = i18n.get_locale_untracked();
        let (sentence, certainty) = words(locale, now);
        let elapsed_s = recorder
            .state()
            .try_get_untracked()
            .and_then(|state| state.elapsed_s());
        let elapsed_s = elapsed_s.unwrap_or_default();
        if elapsed_s - told_s.try_get_value().unwrap_or_default() >= MIN_SAID_S {
            told_s.try_set_value(elapsed_s);
            said.try_set(sentence.clone());
        }
        word.try_set(sentence);
        sure.try_set(certainty);
    };
    react(move || {
        if let Some(canvas) = canvas.get() {
            let begun = device.listen(recorder, (*canvas).clone().into(), change);
            hearing.set_value(begun.map(SendWrapper::new));
        }
    });
    let colors = Emotion::ALL.map(palette::color).join(" ");
    let labels = Emotion::ALL.map(Emotion::code).join(" ");
    view! {
        <div class="live">
            <p class="live-word">{live(move || word.get())}</p>
            <p class="fine">{live(move || sure.get())}</p>
            <canvas node_ref=canvas aria-hidden="true" data-colors=colors data-labels=labels></canvas>
            <p class="fine">{text!(i18n, on_device.minute)}</p>
            <div class="visually-hidden" role="status">
                {live(move || said.get())}
            </div>
        </div>
    }
    .into_any()
}

/// From one word to the next that a screen reader is told, seconds.
const MIN_SAID_S: f64 = 5.0;

fn words(locale: Locale, now: Now) -> (String, String) {
    match now {
        Now::Pause => (
            td_string!(locale, on_device.listening).to_owned(),
            String::new(),
        ),
        Now::Failed => (
            error_message(locale, &AppError::DeviceFailed),
            String::new(),
        ),
        Now::Emotion(_, _, ConfidenceBand::Unclear) => {
            (td_string!(locale, result.unclear).to_owned(), String::new())
        }
        Now::Emotion(emotion, confidence, band) => {
            let percent = number::percent(locale, confidence);
            let sure = how_sure(locale, band).unwrap_or_default();
            (
                sounds(locale, emotion).to_owned(),
                format!("{percent} · {sure}"),
            )
        }
    }
}
