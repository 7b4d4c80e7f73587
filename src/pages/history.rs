//! Past results: they lie in the browser, so the server renders an empty shell and the browser fills it.

use leptos::prelude::*;

use crate::{
    browser::storage,
    components::PastResults,
    history::Entry,
    i18n::{td_string, text, use_i18n},
    live::{live, react},
};

/// The page of past results.
#[component]
pub fn HistoryPage() -> impl IntoView {
    let i18n = use_i18n();
    let entries = RwSignal::new(None::<Vec<Entry>>);
    let is_kept = RwSignal::new(true);
    react(move || {
        is_kept.set(storage::keeps_results());
        entries.set(Some(storage::results()));
        storage::watch_changes(move || {
            is_kept.set(storage::keeps_results());
            entries.set(Some(storage::results()));
        });
    });
    let keep = move |event| {
        is_kept.set(event_target_checked(&event));
        storage::keep_results(is_kept.get_untracked());
    };
    let no_script = live(move || {
        let sentence = td_string!(i18n.get_locale(), history.no_script);
        format!("<p>{sentence}</p>")
    });
    view! {
        <div class="intro">
            <h1>{text!(i18n, history.heading)}</h1>
            <p class="lead">{text!(i18n, history.lead)}</p>
            <label class="switch">
                <input
                    type="checkbox"
                    role="switch"
                    prop:checked=is_kept
                    disabled=live(move || entries.get().is_none())
                    on:change=keep
                />
                <span>{text!(i18n, history.keep)}</span>
            </label>
            // Where scripts run, a browser parses this element's content as text: nothing to hydrate.
            <noscript inner_html=no_script></noscript>
        </div>
        {view! { <PastResults entries is_kept /> }.into_any()}
    }
}
