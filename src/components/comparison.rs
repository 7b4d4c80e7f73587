//! Two past results side by side.

use leptos::{html, prelude::*};

use super::{EmotionFace, ProbabilityBars, ResultSource, past_results::N_COMPARED};
use crate::{
    browser::focus_at_top,
    history::Entry,
    i18n::{
        emotion_words::{answer, sentence, tone},
        text, use_i18n,
    },
    live::{live, react},
};

/// The results that are chosen, side by side; while only one is, what to do.
#[component]
pub fn Comparison(
    entries: RwSignal<Option<Vec<Entry>>>,
    compared: RwSignal<Vec<f64>>,
) -> impl IntoView {
    let i18n = use_i18n();
    // The list is long, and the second result may be chosen at its end.
    let heading = NodeRef::<html::H2>::new();
    react(move || heading.get().map(|heading| focus_at_top(&heading)));
    let one = move |(place, entry): (usize, Entry)| {
        let Entry {
            source, prediction, ..
        } = entry;
        let (emotion, probabilities) = (answer(&prediction), prediction.probabilities.clone());
        view! {
            <section class="card" data-emotion=tone(emotion) aria-labelledby=format!("compared-{place}")>
                <h3 id=format!("compared-{place}") class="result-heading">
                    <EmotionFace emotion />
                    <span>{live(move || sentence(i18n.get_locale(), &prediction))}</span>
                </h3>
                <p class="fine"><ResultSource source /></p>
                <ProbabilityBars probabilities place=place + 1 />
            </section>
        }
    };
    move || {
        let chosen = compared.get();
        if chosen.is_empty() {
            return ().into_any();
        }
        if chosen.len() < N_COMPARED {
            return view! { <p class="fine">{text!(i18n, history.hint)}</p> }.into_any();
        }
        let entries = entries.get().unwrap_or_default();
        let found = chosen
            .iter()
            .filter_map(|at_ms| entries.iter().find(|entry| entry.at_ms == *at_ms));
        let sides = found.cloned().enumerate().map(one).collect_view();
        view! {
            <section class="comparison" aria-labelledby="comparison-heading">
                <h2 id="comparison-heading" tabindex="-1" node_ref=heading>{text!(i18n, history.comparison)}</h2>
                <div class="comparison-sides">{sides}</div>
            </section>
        }
        .into_any()
    }
}
