//! Sends what there is, or stops waiting for the answer.

use leptos::prelude::*;

use super::{Action, When};
use crate::{
    i18n::{Locale, number, td_string, text, use_i18n},
    live::live,
    queue::Progress,
    workbench::Workbench,
};

/// What the submit button says.
fn label(locale: Locale, workbench: Workbench) -> String {
    let progress = workbench.queue().with(|queue| match &queue[..] {
        [one] => Some(one.progress.clone()),
        _ => None,
    });
    let n_clips = workbench.queue().with(Vec::len);
    match progress {
        Some(Progress::Sending { share }) if share < 1.0 => {
            let percent = number::percent(locale, share as f32);
            td_string!(locale, review.sending, percent)
        }
        Some(Progress::Hearing { share }) if share > 0.0 => {
            let percent = number::percent(locale, share as f32);
            td_string!(locale, review.hearing, percent)
        }
        _ if workbench.is_busy() => td_string!(locale, review.busy).to_owned(),
        _ if n_clips > 1 => td_string!(locale, queue.analyse).to_owned(),
        _ => td_string!(locale, review.analyse).to_owned(),
    }
}

/// The form's submit button; beside it what else can be done with the clip.
#[component]
pub fn AnalyseBar() -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let is_busy = move || workbench.is_busy();
    let submit = Memo::new(move |_| label(i18n.get_locale(), workbench));
    let has_clip = move || workbench.queue().with(|queue| !queue.is_empty());
    let is_recorded = move || {
        workbench
            .clip()
            .is_some_and(|clip| clip.file_name.is_none())
    };
    let is_done = move || {
        let queue = workbench.queue().read();
        queue.len() > 1 && !queue.iter().any(|one| one.progress.can_start())
    };
    view! {
        <div class="buttons" class:needed-without-script=live(move || !has_clip())>
            <button
                type="submit"
                class="button"
                class:button-primary=live(has_clip)
                class:is-busy=live(is_busy)
                disabled=live(move || is_busy() || is_done())
            >
                {live(move || submit.get())}
            </button>
            <When is=Signal::derive(is_busy)>
                <Action act=move |_| workbench.cancel_all() label=text!(i18n, review.cancel) />
            </When>
            <When is=Signal::derive(move || is_recorded() && !is_busy())>
                <Action act=move |_| workbench.record() label=text!(i18n, review.again) />
            </When>
            <When is=Signal::derive(move || has_clip() && !is_busy())>
                <Action class="button button-quiet" act=move |_| workbench.reset() label=text!(i18n, review.discard) />
            </When>
        </div>
    }
}
