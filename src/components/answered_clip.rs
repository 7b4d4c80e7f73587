//! The clip of a result, as one row: the player and everything else is with the result.

use leptos::prelude::*;

use super::{ResultSource, When};
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
                <button
                    type="button"
                    class="button button-small"
                    on:click=move |_| workbench.is_trimming.set(true)
                >
                    {text!(i18n, review.trim_again)}
                </button>
            </When>
            <button type="button" class="button button-small" on:click=move |_| workbench.reset()>
                {text!(i18n, review.discard)}
            </button>
        </div>
    }
}
