//! All that is known of a past result: what it was worth, its notes, every emotion, its parts. Its audio is gone.

use export::parts;
use leptos::prelude::*;

use super::{ProbabilityBars, QualityNotes, ResultExports, TimelineParts};
use crate::{
    browser::Player,
    history::Entry,
    i18n::{
        emotion_words::{confidence, how_sure, worth},
        use_i18n,
    },
    live::live,
};

/// A past result, opened again.
#[component]
pub fn PastDetails(entry: StoredValue<Entry>) -> impl IntoView {
    let i18n = use_i18n();
    let prediction = StoredValue::new(entry.with_value(|entry| entry.prediction.clone()));
    let sure = live(move || {
        prediction.with_value(|prediction| how_sure(i18n.get_locale(), prediction.certainty.band))
    });
    let confidence =
        live(move || prediction.with_value(|prediction| confidence(i18n.get_locale(), prediction)));
    let worth =
        live(move || prediction.with_value(|prediction| worth(i18n.get_locale(), prediction)));
    let probabilities = prediction.with_value(|prediction| prediction.probabilities.clone());
    let parts = StoredValue::new(prediction.with_value(|prediction| parts(&prediction.windows)));
    // Tells the lists of several open results apart.
    let place = entry.with_value(|entry| entry.at_ms) as usize;
    view! {
        <div class="past-details">
            <p class="result-confidence">
                <span class="chip">{sure}</span>
                <span>{confidence}</span>
            </p>
            <p>{worth}</p>
            {view! { <QualityNotes prediction /> }.into_any()}
            <ProbabilityBars probabilities place />
            {view! { <TimelineParts parts player=Player::new() is_playable=Memo::new(|_| false) /> }.into_any()}
            {view! { <ResultExports entry waveform=String::new() /> }.into_any()}
        </div>
    }
}
