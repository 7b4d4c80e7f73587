//! All that is known of a past result: what it was worth, its notes, every emotion, its parts. Its audio is gone.

use leptos::prelude::*;
use vocabulary::Prediction;

use super::{
    ProbabilityBars, QualityNotes, ResultExports, Talk, TimelineParts, talk, timeline::parts_of,
};
use crate::{
    browser::Player,
    conversation::Conversation,
    history::Entry,
    i18n::{
        emotion_words::{confidence, how_strong, how_sure_of, worth},
        use_i18n,
    },
    lazy::lazily,
    live::live,
};

/// A past result, opened again.
#[component]
pub fn PastDetails(entry: StoredValue<Entry>) -> impl IntoView {
    let i18n = use_i18n();
    let prediction = StoredValue::new(entry.with_value(|entry| entry.prediction.clone()));
    let sure = live(move || {
        prediction.with_value(|prediction| how_sure_of(i18n.get_locale(), prediction))
    });
    let confidence =
        live(move || prediction.with_value(|prediction| confidence(i18n.get_locale(), prediction)));
    let worth =
        live(move || prediction.with_value(|prediction| worth(i18n.get_locale(), prediction)));
    let probabilities = prediction.with_value(|prediction| prediction.probabilities.clone());
    let (parts, conversation) = prediction.with_value(|prediction| {
        let turns = prediction.turns.clone();
        (
            StoredValue::new(parts_of(prediction)),
            Conversation::new(turns, prediction.duration_s),
        )
    });
    let is_of_several = prediction.with_value(Prediction::is_of_several);
    let intensity = prediction.with_value(|prediction| prediction.intensity);
    let strength = intensity.filter(|_| !is_of_several).map(|intensity| {
        let words = live(move || how_strong(i18n.get_locale(), intensity));
        view! { <p>{words}</p> }
    });
    let has_turns = !conversation.turns().is_empty();
    let conversation = RwSignal::new(conversation);
    let (player, is_playable) = (Player::new(), Memo::new(|_| false));
    // Tells the lists of several open results apart.
    let place = entry.with_value(|entry| entry.at_ms) as usize;
    view! {
        <div class="past-details">
            {strength}
            <p class="result-confidence">
                <span class="chip">{sure}</span>
                <span>{confidence}</span>
            </p>
            <p>{worth}</p>
            {view! { <QualityNotes prediction /> }.into_any()}
            {(!is_of_several).then(|| view! { <ProbabilityBars probabilities place /> }.into_any())}
            {has_turns.then(|| lazily(talk, Talk { conversation, entry, player, is_playable, is_shown: false }))}
            {view! { <TimelineParts parts player is_playable /> }.into_any()}
            {view! { <ResultExports entry waveform=String::new() /> }.into_any()}
        </div>
    }
}
