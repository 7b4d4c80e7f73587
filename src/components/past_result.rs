//! One past result in the list.

use leptos::prelude::*;

use super::{Action, EmotionFace, PastDetails, past_results::N_COMPARED, queue_row::found};
use crate::{
    browser::{ask_text, storage},
    history::Entry,
    i18n::{
        emotion_words::{answer, label, tone},
        td_string, text, use_i18n,
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

/// Sentence, confidence, source and time of a result; opening it, choosing it for a comparison, and removing it.
#[component]
pub fn PastResult(
    entry: Entry,
    compared: RwSignal<Vec<f64>>,
    #[prop(into)] remove: Callback<f64>,
    #[prop(into)] rename: Callback<(f64, String)>,
) -> impl IntoView {
    let i18n = use_i18n();
    let is_open = RwSignal::new(false);
    let (at_ms, source, heard_as) = (entry.at_ms, entry.source.clone(), entry.heard_as);
    let emotion = answer(&entry.prediction);
    let entry = StoredValue::new(entry);
    let title = live(move || entry.with_value(|entry| found(i18n.get_locale(), &entry.prediction)));
    let time = live(move || storage::local_time(at_ms, i18n.get_locale()));
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
    let ask_name = move |_| {
        let question = td_string!(i18n.get_locale_untracked(), history.rename);
        let name = entry.with_value(|entry| entry.source.clone().unwrap_or_default());
        if let Some(name) = ask_text(question, &name).filter(|name| !name.trim().is_empty()) {
            rename.run((at_ms, name.trim().to_owned()));
        }
    };
    view! {
        <li class="past-result" data-emotion=tone(emotion)>
            <EmotionFace emotion />
            <div class="past-result-words">
                <p class="past-result-title">{title}</p>
                <p class="fine"><ResultSource source /> " · " {time}</p>
                <p class="fine">{said}</p>
            </div>
            <div class="past-result-actions">
                <button
                    type="button"
                    class="button"
                    aria-expanded=live(move || is_open.get().to_string())
                    on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
                >
                    {text!(i18n, history.open)}
                </button>
                <button type="button" class="button" aria-pressed=live(move || is_compared.get().to_string()) on:click=toggle>
                    {text!(i18n, history.compare)}
                </button>
                <Action act=ask_name label=text!(i18n, history.rename) />
                <Action act=move |_| remove.run(at_ms) label=text!(i18n, history.remove) />
            </div>
            {live(move || is_open.get().then(|| view! { <PastDetails entry /> }.into_any()))}
        </li>
    }
}
