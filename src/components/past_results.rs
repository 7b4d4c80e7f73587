//! The list of past results and what can be done with it.

use leptos::prelude::*;

use super::{Comparison, OverTime, PastResult, PastResultsBar};
use crate::{
    browser::storage,
    history::Entry,
    i18n::{I18nLocaleTrait, Locale, emotion_words::outcome_label, td_string, text, use_i18n},
    live::live,
    routes::Links,
};

/// Results side by side.
pub const N_COMPARED: usize = 2;

/// Those whose name, or whose emotion in either language, has `query` in it.
fn matching(entries: Vec<Entry>, query: &str) -> Vec<Entry> {
    let query = query.trim().to_ascii_lowercase();
    let has = |text: &str| text.to_ascii_lowercase().contains(&query);
    let is_found = |entry: &Entry| {
        let is_named = |locale: &Locale| has(outcome_label(*locale, &entry.prediction));
        has(entry.source.as_deref().unwrap_or_default()) || Locale::get_all().iter().any(is_named)
    };
    entries.into_iter().filter(is_found).collect()
}

/// Past results, newest first; nothing while they are `None`.
#[component]
pub fn PastResults(
    entries: RwSignal<Option<Vec<Entry>>>,
    is_kept: RwSignal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let links = expect_context::<Links>();
    // Times of the results that are compared.
    let compared = RwSignal::new(Vec::<f64>::new());
    let has_removed = RwSignal::new(false);
    let change = move |change: &dyn Fn(Vec<Entry>) -> Vec<Entry>| {
        let remaining = storage::change_results(change);
        compared.update(|compared| {
            compared.retain(|at_ms| remaining.iter().any(|entry| entry.at_ms == *at_ms))
        });
        entries.set(Some(remaining));
    };
    let remove = move |at_ms: f64| {
        change(&|mut known| {
            known.retain(|entry| entry.at_ms != at_ms);
            known
        });
        has_removed.set(true);
    };
    let rename = move |(at_ms, name): (f64, String)| {
        change(&|mut known| {
            if let Some(entry) = known.iter_mut().find(|entry| entry.at_ms == at_ms) {
                entry.source = Some(name.clone());
            }
            known
        });
    };
    let query = RwSignal::new(String::new());
    let said = live(move || match has_removed.get() {
        true => td_string!(i18n.get_locale(), history.removed),
        false => "",
    });
    let list = live(move || {
        match entries.get() {
        None => ().into_any(),
        Some(entries) if entries.is_empty() => view! {
            <div class="empty">
                <p>{text!(i18n, history.empty)}</p>
                <a class="button button-primary" href=links.to("/")>{text!(i18n, history.to_start)}</a>
            </div>
        }
        .into_any(),
        Some(entries) => {
            let (exported, all) = (entries.clone(), entries.clone());
            let found = query.with(|query| matching(entries, query));
            let day = |entry: &Entry| storage::local_date(entry.at_ms, Locale::default());
            let rows = found.chunk_by(|left, right| day(left) == day(right)).map(|of_day| {
                let at_ms = of_day[0].at_ms;
                let rows = of_day
                    .iter()
                    .map(|entry| view! { <PastResult entry=entry.clone() compared remove rename /> });
                view! {
                    <li class="day">
                        <h3>{live(move || storage::local_date(at_ms, i18n.get_locale()))}</h3>
                        <ol role="list">{rows.collect_view()}</ol>
                    </li>
                }
            });
            let rows = rows.collect_view();
            view! {
                <PastResultsBar entries=exported clear=move |()| {
                    change(&|_| Vec::new());
                    has_removed.set(true);
                } />
                {view! { <OverTime entries=all /> }.into_any()}
                <ol class="past-results" role="list" aria-labelledby="past-results-count">{rows}</ol>
            }
            .into_any()
        }
    }
    });
    view! {
        <p class="fine" hidden=live(move || is_kept.get())>{text!(i18n, history.off)}</p>
        {view! { <Comparison entries compared /> }.into_any()}
        <label class="field search" hidden=live(move || entries.with(|entries| entries.as_ref().is_none_or(Vec::is_empty)))>
            <span>{text!(i18n, history.search)}</span>
            <input type="search" on:input=move |event| query.set(event_target_value(&event)) />
        </label>
        {list}
        <p class="visually-hidden" aria-live="polite">{said}</p>
    }
}
