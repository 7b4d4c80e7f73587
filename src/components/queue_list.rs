//! Several clips, and how far each has come.

use leptos::{html, prelude::*};

use super::{Action, QueueRow, When};
use crate::{
    browser::{focus, save_text, storage},
    fixed::css_percent,
    history::to_csv,
    i18n::{number, td_string, text, use_i18n},
    live::{live, react},
    queue::QueuedClip,
    workbench::Workbench,
};

/// A row for each clip.
#[component]
pub fn QueueList() -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let queue = workbench.queue();
    let heading = NodeRef::<html::H3>::new();
    react(move || heading.get().map(|heading| focus(&heading)));
    let title = live(move || {
        let count = number::decimal(i18n.get_locale(), queue.with(Vec::len) as f64, 0);
        td_string!(i18n.get_locale(), queue.heading, count)
    });
    let ids =
        Memo::new(move |_| queue.with(|queue| queue.iter().map(|one| one.id).collect::<Vec<_>>()));
    let rows = live(move || {
        let rows = ids.get().into_iter();
        rows.map(|id| view! { <QueueRow id /> }).collect_view()
    });
    let n_ended = move || {
        let is_ended = |one: &&QueuedClip| one.progress.outcome().is_some();
        queue.with(|queue| queue.iter().filter(is_ended).count())
    };
    let said = live(move || {
        let locale = i18n.get_locale();
        let number = |n_clips: usize| number::decimal(locale, n_clips as f64, 0);
        let (done, count) = (number(n_ended()), number(queue.with(Vec::len)));
        td_string!(locale, queue.done, done, count)
    });
    let share = live(move || {
        let n_clips = queue.with(Vec::len).max(1);
        css_percent(n_ended() as f32 / n_clips as f32)
    });
    let as_csv = move |_| {
        let csv = to_csv(&workbench.entries(), storage::iso_time);
        save_text("banglaser.csv", "text/csv", &csv);
    };
    view! {
        <h3 id="queue-heading" tabindex="-1" node_ref=heading>
            {title}
        </h3>
        <p class="fine">{said}</p>
        <svg class="meter" aria-hidden="true">
            <rect class="meter-track" width="100%" height="100%" rx="3" />
            <rect class="meter-fill" width=share height="100%" rx="3" />
        </svg>
        <ol class="queue" aria-labelledby="queue-heading">
            {rows}
        </ol>
        <When is=Signal::derive(move || n_ended() > 0)>
            <Action class="button button-small" act=as_csv label=text!(i18n, queue.csv) />
        </When>
    }
}
