//! What the voice expresses while it is recorded: a word, how sure it is, and the last minute as a ribbon.

use leptos::{html, prelude::*};
use vocabulary::{ConfidenceBand, Emotion};

use crate::{
    browser::{Now, Ribbon},
    error::AppError,
    i18n::{
        Locale,
        emotion_words::{how_sure, label, sounds},
        error_message, number, td_string, text, use_i18n,
    },
    live::{live, react},
    palette,
    workbench::Workbench,
};

/// The word of now above the last minute. Screen readers are told a change at most every five seconds.
#[component]
pub fn LiveView() -> AnyView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let recorder = workbench.recorder;
    let place = NodeRef::<html::Div>::new();
    let waiting = td_string!(i18n.get_locale_untracked(), on_device.fetching);
    let (word, sure) = (
        RwSignal::new(waiting.to_owned()),
        RwSignal::new(String::new()),
    );
    let said = RwSignal::new(String::new());
    let told_s = StoredValue::new(f64::MIN);
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
        if let Some(place) = place.get() {
            let locale = i18n.get_locale_untracked();
            let ribbon = Ribbon {
                place: (*place).clone().into(),
                colors: Emotion::ALL.map(palette::color).join(" "),
                names: Emotion::ALL.map(|emotion| label(locale, emotion)).join("|"),
            };
            workbench.hear_now(ribbon, change);
        }
    });
    view! {
        <div class="live">
            <p class="live-word">{live(move || word.get())}</p>
            <p class="fine">{live(move || sure.get())}</p>
            <div node_ref=place aria-hidden="true"></div>
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
