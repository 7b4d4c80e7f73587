//! How many past results there are, and what can be done with all of them.

use leptos::prelude::*;

use super::{Action, When};
use crate::{
    browser::{save_text, storage},
    history::{Entry, MAX_ENTRIES, to_csv, to_json},
    i18n::{number, td_string, text, use_i18n},
    live::live,
};

/// The number of results, their export, and their removal after a question.
#[component]
pub fn PastResultsBar(entries: Vec<Entry>, #[prop(into)] clear: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let is_asked = RwSignal::new(false);
    let n_entries = entries.len();
    let count = live(move || match n_entries {
        1 => td_string!(i18n.get_locale(), history.one).to_owned(),
        _ => {
            let count = number::decimal(i18n.get_locale(), n_entries as f64, 0);
            td_string!(i18n.get_locale(), history.many, count)
        }
    });
    let entries = StoredValue::new(entries);
    let as_json = move |_| {
        let json = entries.with_value(|entries| {
            let all = entries
                .iter()
                .map(|entry| to_json(entry, storage::iso_time));
            format!("[{}]", all.collect::<Vec<_>>().join(","))
        });
        save_text("banglaser.json", "application/json", &json);
    };
    let as_csv = move |_| {
        save_text(
            "banglaser.csv",
            "text/csv",
            &entries.with_value(|entries| to_csv(entries, storage::iso_time)),
        )
    };
    let removal = live(move || {
        match is_asked.get() {
        false => view! {
            <Action act=move |_| is_asked.set(true) label=text!(i18n, history.remove_all) />
        }
        .into_any(),
        true => view! {
            <span role="alert">{text!(i18n, history.really)}</span>
            <Action class="button button-danger" act=move |_| clear.run(()) label=text!(i18n, history.yes) />
            <Action act=move |_| is_asked.set(false) label=text!(i18n, history.no) />
        }
        .into_any(),
    }
    });
    view! {
        <div class="past-results-bar">
            <h2 id="past-results-count">{count}</h2>
            <Action act=as_json label=text!(i18n, export.json) />
            <Action act=as_csv label=text!(i18n, export.csv) />
            {removal}
            <When is=Signal::derive(move || n_entries >= MAX_ENTRIES)>
                <p class="fine">{text!(i18n, history.full)}</p>
            </When>
        </div>
    }
}
