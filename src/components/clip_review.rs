//! Listens to the clip before it is sent, and chooses a part of it.

use leptos::{html, prelude::*};

use super::TrimEditor;
use crate::{
    browser::{focus, play_within},
    i18n::{text, use_i18n},
    live::live,
    workbench::Workbench,
};

/// Name, player and waveform of the clip.
#[component]
pub fn ClipReview() -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let url = live(move || workbench.clip().and_then(|clip| clip.url()));
    // A file's name is in whatever language its owner speaks.
    let file_name = move || workbench.clip().and_then(|clip| clip.file_name);
    let title = live(move || match file_name() {
        Some(name) => view! { <bdi lang="">{name}</bdi> }.into_any(),
        None => view! { <span>{text!(i18n, review.recorded)}</span> }.into_any(),
    });
    // What was under the keyboard before is gone.
    let heading = NodeRef::<html::P>::new();
    Effect::new(move |_| heading.get().map(|heading| focus(&heading)));
    let editor = live(move || {
        let decoded = workbench.trim.decoded();
        decoded.map(|decoded| view! { <TrimEditor decoded /> })
    });
    let keep_within = move |event: leptos::ev::Event| {
        play_within(&event, workbench.trim.part_s());
    };
    view! {
        <div class="review">
            <p class="review-title" tabindex="-1" node_ref=heading>
                {title}
            </p>
            <audio
                controls
                preload="metadata"
                src=url
                aria-label=text!(i18n, review.listen)
                on:play=keep_within
                on:timeupdate=keep_within
            ></audio>
            <div class="trim-place">{editor}</div>
        </div>
    }
}
