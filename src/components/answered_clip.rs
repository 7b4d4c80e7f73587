//! The clip of a result, as one row: the player and everything else is with the result.

use leptos::prelude::*;

use super::{Action, ResultSource, When};
use crate::{
    i18n::{text, use_i18n},
    live::live,
    workbench::Workbench,
};

/// The clip's name, and what can be done with it: choose another part of it, or another clip.
#[component]
pub fn AnsweredClip() -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let name = live(move || {
        let clip = workbench.clip();
        clip.map(|clip| view! { <ResultSource source=clip.file_name /> }.into_any())
    });
    view! {
        <div class="answered-clip">
            <p class="review-title">{name}</p>
            <When is=Signal::derive(move || workbench.trim.decoded().is_some())>
                <Action class="button button-small" act=move |_| workbench.is_trimming.set(true) label=text!(i18n, review.trim_again) />
            </When>
            <Action class="button button-small" act=move |_| workbench.reset() label=text!(i18n, review.discard) />
        </div>
    }
}
