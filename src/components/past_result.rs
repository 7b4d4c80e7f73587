//! One past result in the list.

use leptos::prelude::*;

use super::{EmotionFace, past_results::N_COMPARED};
use crate::{
    browser::storage,
    history::Entry,
    i18n::{
        emotion_words::{label, sentence},
        number, td_string, text, use_i18n,
    },
    live::live,
};

/// Where a result comes from: its file's name, in whatever language its owner speaks, or a recording.
#[component]
pub fn ResultSource(source: Option<String>) -> impl IntoView {
    let i18n = use_i18n();
    match source {
        Some(name) => view! { <bdi lang="">{name}</bdi> }.into_any(),
        None => view! { <span>{text!(i18n, history.recorded)}</span> }.into_any(),
    }
}

/// Sentence, confidence, source and time of a result; choosing it for a comparison, and removing it.
#[component]
pub fn PastResult(
    entry: Entry,
    compared: RwSignal<Vec<f64>>,
    #[prop(into)] remove: Callback<f64>,
) -> impl IntoView {
    let i18n = use_i18n();
    let Entry {
        at_ms,
        source,
        prediction,
        heard_as,
    } = entry;
    let emotion = prediction.emotion();
    let title = live(move || {
        let locale = i18n.get_locale();
        let percent = number::percent(locale, prediction.confidence());
        format!("{} · {percent}", sentence(locale, &prediction))
    });
    let time =
        live(move || storage::local_time(at_ms, td_string!(i18n.get_locale(), language.tag)));
    let said = live(move || {
        heard_as.map(|heard_as| {
            let locale = i18n.get_locale();
            td_string!(locale, history.said, emotion = label(locale, heard_as))
        })
    });
    let is_compared = Memo::new(move |_| compared.with(|compared| compared.contains(&at_ms)));
    let toggle = move |_| {
        let was_compared = is_compared.get_untracked();
        compared.update(|compared| {
            if was_compared {
                compared.retain(|chosen| *chosen != at_ms);
            } else {
                compared.push(at_ms);
                // The one that was chosen first makes room.
                let excess = compared.len().saturating_sub(N_COMPARED);
                compared.drain(..excess);
            }
        });
    };
    view! {
        <li class="past-result" data-emotion=emotion.code()>
            <EmotionFace emotion />
            <div class="past-result-words">
                <p class="past-result-title">{title}</p>
                <p class="fine"><ResultSource source /> " · " {time}</p>
                <p class="fine">{said}</p>
            </div>
            <div class="past-result-actions">
                <button type="button" class="button" aria-pressed=live(move || is_compared.get().to_string()) on:click=toggle>
                    {text!(i18n, history.compare)}
                </button>
                <button type="button" class="button" on:click=move |_| remove.run(at_ms)>
                    {text!(i18n, history.remove)}
                </button>
            </div>
        </li>
    }
}
