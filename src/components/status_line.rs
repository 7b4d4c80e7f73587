//! Tells screen readers what has changed, and no more than that.

use leptos::prelude::*;

use crate::{
    browser::{LevelHint, LevelHistory, NEARLY_FULL_S, RecorderState},
    i18n::{Locale, number, td_string, use_i18n},
    live::live,
    workbench::Workbench,
};

/// What there is to say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Nothing,
    Asking,
    Recording,
    NearlyFull,
    TooQuiet,
    Clipping,
    Muted,
    Paused,
    Recorded,
    Chosen,
    Busy,
}

fn status(workbench: Workbench) -> Status {
    let state = workbench.recorder.state().get();
    match state {
        RecorderState::Asking => Status::Asking,
        RecorderState::Recording { .. } if state.is_nearly_full(workbench.recorder.max_s()) => {
            Status::NearlyFull
        }
        RecorderState::Recording { .. } => {
            match workbench.recorder.levels().with(LevelHistory::hint) {
                Some(LevelHint::TooQuiet) => Status::TooQuiet,
                Some(LevelHint::Clipping) => Status::Clipping,
                Some(LevelHint::Muted) => Status::Muted,
                None => Status::Recording,
            }
        }
        RecorderState::Paused { .. } => Status::Paused,
        _ if workbench.is_busy() => Status::Busy,
        _ if workbench.outcome().is_some() => Status::Nothing,
        _ => match workbench.clip().map(|clip| clip.file_name) {
            Some(None) => Status::Recorded,
            Some(Some(_)) => Status::Chosen,
            None => Status::Nothing,
        },
    }
}

fn sentence(locale: Locale, status: Status) -> String {
    match status {
        Status::Nothing => String::new(),
        Status::Asking => td_string!(locale, recorder.asking).to_owned(),
        Status::Recording => td_string!(locale, recorder.said_recording).to_owned(),
        Status::NearlyFull => {
            let left = number::decimal(locale, NEARLY_FULL_S, 0);
            td_string!(locale, recorder.said_nearly_full, left)
        }
        Status::TooQuiet => td_string!(locale, recorder.too_quiet).to_owned(),
        Status::Clipping => td_string!(locale, recorder.clipping).to_owned(),
        Status::Muted => td_string!(locale, recorder.muted).to_owned(),
        Status::Paused => td_string!(locale, recorder.said_paused).to_owned(),
        Status::Recorded => td_string!(locale, recorder.said_stopped).to_owned(),
        Status::Chosen => td_string!(locale, upload.said_chosen).to_owned(),
        Status::Busy => td_string!(locale, review.busy).to_owned(),
    }
}

/// A polite live region.
#[component]
pub fn StatusLine() -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let status = Memo::new(move |_| status(workbench));
    view! {
        <p class="visually-hidden" role="status">
            {live(move || sentence(i18n.get_locale(), status.get()))}
        </p>
    }
}
