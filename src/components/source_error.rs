//! Why a clip could not be recorded, taken or analysed, above the button that tries again.

use leptos::prelude::*;

use super::ErrorNote;
use crate::{browser::RecorderState, live::live, workbench::Workbench};

/// What went wrong; empty while nothing did.
#[component]
pub fn SourceError() -> impl IntoView {
    let workbench = expect_context::<Workbench>();
    let recorder_fault = Memo::new(move |_| match workbench.recorder.state().get() {
        RecorderState::Failed(error) => Some(error),
        _ => None,
    });
    live(move || {
        let of_clip = || workbench.outcome().and_then(Result::err);
        let error = recorder_fault.get().or_else(of_clip);
        error.map(|error| view! { <ErrorNote error /> }.into_any())
    })
}
