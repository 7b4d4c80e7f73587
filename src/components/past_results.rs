//! The list of past results and what can be done with it.

use leptos::prelude::*;

use super::{Comparison, PastResult, PastResultsBar};
use crate::{
    browser::storage,
    history::Entry,
    i18n::{td_string, text, use_i18n},
    live::live,
    routes::Links,
};

/// Results side by side.
pub const N_COMPARED: usize = 2;

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
    let change = move |remaining: Vec<Entry>| {
        storage::store_results(&remaining);
        compared.update(|compared| {
            compared.retain(|at_ms| remaining.iter().any(|entry| entry.at_ms == *at_ms))
        });
        has_removed.set(true);
        entries.set(Some(remaining));
    };
    let remove = move |at_ms: f64| {
        let mut remaining = entries.get_untracked().unwrap_or_default();
        remaining.retain(|entry| entry.at_ms != at_ms);
        change(remaining);
    };
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
            let exported = entries.clone();
            let rows = entries
                .into_iter()
                .map(|entry| view! { <PastResult entry compared remove /> });
            let rows = rows.collect_view();
            view! {
                <PastResultsBar entries=exported clear=move |()| change(Vec::new()) />
                <ol class="past-results" role="list" aria-labelledby="past-results-count">{rows}</ol>
            }
            .into_any()
        }
    }
    });
    view! {
        <p class="fine" hidden=live(move || is_kept.get())>{text!(i18n, history.off)}</p>
        {view! { <Comparison entries compared /> }.into_any()}
        {list}
        <p class="visually-hidden" aria-live="polite">{said}</p>
    }
}
