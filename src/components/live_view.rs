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
    let now = RwSignal::new(None);
    let told = move || words(i18n.get_locale(), now.get());
    let said = RwSignal::new(String::new());
    let said_s = StoredValue::new(f64::MIN);
    let change = move |newest| {
        now.try_set(Some(newest));
        let (sentence, _) = words(i18n.get_locale_untracked(), Some(newest));
        let elapsed_s = recorder
            .state()
            .try_get_untracked()
            .and_then(|state| state.elapsed_s());
        let elapsed_s = elapsed_s.unwrap_or_default();
        let is_new = said.try_with_untracked(|said| *said != sentence) == Some(true);
        if is_new && elapsed_s - said_s.try_get_value().unwrap_or_default() >= MIN_SAID_S {
            // That nobody speaks yet keeps nobody waiting for the first word.
            if newest != Now::Pause {
                said_s.try_set_value(elapsed_s);
            }
            said.try_set(sentence);
        }
    };
    react(move || {
        if let Some(place) = place.get() {
            let ribbon = Ribbon {
                place: (*place).clone().into(),
                colors: Emotion::ALL.map(palette::color).join(" "),
            };
            workbench.hear_now(ribbon, change);
        }
    });
    let names = live(move || {
        let locale = i18n.get_locale();
        Emotion::ALL.map(|emotion| label(locale, emotion)).join("|")
    });
    view! {
        <div class="live">
            <p class="live-word">{live(move || told().0)}</p>
            <p class="fine">{live(move || told().1)}</p>
            <div node_ref=place aria-hidden="true" data-names=names></div>
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

/// The sentence, and how sure it is.
fn words(locale: Locale, now: Option<Now>) -> (String, String) {
    let alone = |sentence: &str| (sentence.to_owned(), String::new());
    let Some(now) = now else {
        return alone(td_string!(locale, on_device.fetching));
    };
    match now {
        Now::Pause => alone(td_string!(locale, on_device.listening)),
        Now::NotFetched => alone(&error_message(locale, &AppError::Unreachable)),
        Now::Failed => alone(&error_message(locale, &AppError::DeviceFailed)),
        Now::Emotion(_, _, ConfidenceBand::Unclear) => alone(td_string!(locale, result.unclear)),
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
