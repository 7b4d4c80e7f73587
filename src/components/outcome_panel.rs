//! What became of the clip: a result, or what went wrong.

use leptos::prelude::*;

use super::{ErrorNote, ResultCard};
use crate::{browser::RecorderState, workbench::Workbench};

/// The result, or what went wrong; empty before.
#[component]
pub fn OutcomePanel() -> impl IntoView {
    let workbench = expect_context::<Workbench>();
    let recorder_fault = Memo::new(move |_| match workbench.recorder.state().get() {
        RecorderState::Failed(error) => Some(error),
        _ => None,
    });
    move || match (recorder_fault.get(), workbench.outcome()) {
        (Some(error), _) | (None, Some(Err(error))) => view! { <ErrorNote error /> }.into_any(),
        (None, Some(Ok(analysis))) => view! { <ResultCard analysis /> }.into_any(),
        (None, None) => ().into_any(),
    }
}
