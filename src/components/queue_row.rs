//! One of several clips: its name, how far it has come, and what can be done with it.

use leptos::prelude::*;
use vocabulary::{Analysis, Prediction};

use super::{Action, EmotionFace, PlayButton};
use crate::{
    browser::{Player, pause_others},
    i18n::{
        Locale,
        emotion_words::{answer, sentence, tone},
        error_message, number, td_string, text, use_i18n,
    },
    live::live,
    queue::{ClipId, Progress, QueuedClip},
    workbench::Workbench,
};

/// How far a clip has come, in words.
fn state(locale: Locale, progress: &Progress) -> String {
    match progress {
        Progress::Chosen => td_string!(locale, queue.chosen).to_owned(),
        Progress::Waiting => td_string!(locale, queue.waiting).to_owned(),
        Progress::Sending { share } => {
            let percent = number::percent(locale, *share as f32);
            td_string!(locale, review.sending, percent)
        }
        Progress::Hearing { share } => {
            let percent = number::percent(locale, *share as f32);
            td_string!(locale, review.hearing, percent)
        }
        Progress::Analysing => td_string!(locale, review.busy).to_owned(),
        Progress::Ended(Err(error)) => error_message(locale, error),
        Progress::Ended(Ok(Analysis { prediction, .. })) => found(locale, prediction),
    }
}

/// What was found, in a line: "Sounds angry · 62%".
pub fn found(locale: Locale, prediction: &Prediction) -> String {
    if prediction.is_of_several() {
        return sentence(locale, prediction).to_owned();
    }
    let percent = number::percent(locale, prediction.confidence());
    format!("{} · {percent}", sentence(locale, prediction))
}

/// The place of a recording among the recordings.
fn n_recordings_to(queue: &[QueuedClip], id: ClipId) -> f64 {
    let mut recordings = queue.iter().filter(|one| one.clip.file_name.is_none());
    recordings
        .position(|one| one.id == id)
        .map_or(1.0, |idx| idx as f64 + 1.0)
}

/// A row of the queue.
#[component]
pub fn QueueRow(id: ClipId) -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let queue = workbench.queue();
    let one =
        Memo::new(move |_| queue.with(|queue| queue.iter().find(|one| one.id == id).cloned()));
    let name = live(move || {
        let file_name = one.get().and_then(|one| one.clip.file_name);
        file_name.unwrap_or_else(|| {
            let locale = i18n.get_locale();
            let number = number::decimal(locale, queue.with(|queue| n_recordings_to(queue, id)), 0);
            format!("{} {number}", td_string!(locale, review.recorded))
        })
    });
    let progress = Memo::new(move |_| one.get().map(|one| one.progress).unwrap_or_default());
    let words = live(move || progress.with(|progress| state(i18n.get_locale(), progress)));
    let has_failed = move || matches!(progress.get(), Progress::Ended(Err(_)));
    let action = live(move || {
        match progress.get() {
        Progress::Ended(Ok(_)) => view! {
            <button
                type="button"
                class="button button-small"
                aria-pressed=live(move || (workbench.shown() == Some(id)).to_string())
                on:click=move |_| workbench.show(id)
            >
                {text!(i18n, queue.show)}
            </button>
        }
        .into_any(),
        failed if !failed.is_under_way() && !failed.can_start() => ().into_any(),
        Progress::Ended(Err(_)) | Progress::Chosen => view! {
            <Action class="button button-small" act=move |_| workbench.retry(id) label=live(move || match has_failed() {
                    true => td_string!(i18n.get_locale(), queue.retry),
                    false => td_string!(i18n.get_locale(), review.analyse),
                }) />
        }
        .into_any(),
        _ => view! {
            <Action class="button button-small" act=move |_| workbench.cancel(id) label=text!(i18n, review.cancel) />
        }
        .into_any(),
    }
    });
    let face = Memo::new(move |_| match progress.get() {
        Progress::Ended(Ok(analysis)) => Some(answer(&analysis.prediction)),
        _ => None,
    });
    let tone = live(move || face.get().map(tone));
    let face = live(move || {
        face.get()
            .map(|emotion| view! { <EmotionFace emotion /> }.into_any())
    });
    let player = Player::new();
    let url = live(move || one.get().and_then(|one| one.clip.url()));
    let start = move |event: leptos::ev::Event| {
        pause_others(&event);
        player.follow();
    };
    let play = Signal::derive(move || td_string!(i18n.get_locale(), queue.play));
    let row = format!("clip-{id}");
    let named_by = row.clone();
    view! {
        <li>
            <div class="queue-row" class:has-failed=live(has_failed) role="group" aria-labelledby=named_by data-emotion=tone>
                <span class="queue-face">{face}</span>
                <bdi class="queue-name" id=row lang="">
                    {name}
                </bdi>
                <span class="queue-state">{words}</span>
                <div class="queue-actions">
                    {action}
                    <audio
                        preload="none"
                        src=url
                        node_ref=player.audio
                        on:play=start
                        on:pause=move |_| player.follow()
                        on:ended=move |_| player.follow()
                    ></audio>
                    <PlayButton player label=play />
                    <Action class="button button-small button-quiet" act=move |_| workbench.remove(id) label=text!(i18n, queue.remove) />
                </div>
            </div>
        </li>
    }
}
