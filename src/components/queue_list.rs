//! Several clips, and how far each has come.

use leptos::{html, prelude::*};

use super::QueueRow;
use crate::{
    browser::focus,
    i18n::{number, td_string, use_i18n},
    live::live,
    workbench::Workbench,
};

/// A row for each clip.
#[component]
pub fn QueueList() -> impl IntoView {
    let i18n = use_i18n();
    let queue = expect_context::<Workbench>().queue();
    let heading = NodeRef::<html::H3>::new();
    Effect::new(move |_| heading.get().map(|heading| focus(&heading)));
    let title = live(move || {
        let count = number::decimal(i18n.get_locale(), queue.with(Vec::len) as f64, 0);
        td_string!(i18n.get_locale(), queue.heading, count)
    });
    let ids = move || queue.with(|queue| queue.iter().map(|one| one.id).collect::<Vec<_>>());
    view! {
        <h3 id="queue-heading" tabindex="-1" node_ref=heading>
            {title}
        </h3>
        <ol class="queue" aria-labelledby="queue-heading">
            <For each=ids key=|id| *id let:id>
                <QueueRow id />
            </For>
        </ol>
    }
}
