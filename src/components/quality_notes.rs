//! What of a recording may make its answer worse.

use leptos::prelude::*;
use vocabulary::{Note, Prediction};

use crate::{
    i18n::{emotion_words::note, text, use_i18n},
    live::live,
};

/// A list of what may make the answer worse and what to do about it; nothing where there is nothing.
#[component]
pub fn QualityNotes(prediction: StoredValue<Prediction>) -> impl IntoView {
    let i18n = use_i18n();
    // That an answer is unclear is said of each turn.
    let notes = prediction.with_value(|prediction| {
        let mut notes = prediction.notes.clone();
        notes.retain(|note| *note != Note::Unfamiliar || !prediction.is_of_several());
        notes
    });
    let speech_s = prediction.with_value(|prediction| prediction.speech_s);
    let items = notes.iter().map(|&said| {
        view! { <li>{live(move || note(i18n.get_locale(), said, speech_s))}</li> }
    });
    (!notes.is_empty()).then(|| {
        view! {
            <ul class="notes" role="list" aria-label=text!(i18n, result.notes)>
                {items.collect_view()}
            </ul>
        }
    })
}
