//! Listens to the clip before it is sent, and chooses a part of it.

use leptos::{html, prelude::*};

use super::{ClipPlayer, TrimEditor};
use crate::{
    browser::{Player, focus},
    i18n::{td_string, text, use_i18n},
    live::{live, react},
    workbench::Workbench,
};

/// Name, player and waveform of the clip.
#[component]
pub fn ClipReview() -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let player = Player::new();
    let url = Signal::derive(move || workbench.clip().and_then(|clip| clip.url()));
    let whole_s = move || {
        let decoded = workbench.trim.decoded();
        decoded.map_or(0.0, |decoded| decoded.duration_s())
    };
    // A file's name is in whatever language its owner speaks.
    let file_name = move || workbench.clip().and_then(|clip| clip.file_name);
    let title = live(move || match file_name() {
        Some(name) => view! { <bdi lang="">{name}</bdi> }.into_any(),
        None => view! { <span>{text!(i18n, review.recorded)}</span> }.into_any(),
    });
    // What was under the keyboard before is gone.
    let heading = NodeRef::<html::P>::new();
    react(move || heading.get().map(|heading| focus(&heading)));
    let editor = live(move || {
        let decoded = workbench.trim.decoded();
        decoded.map(|decoded| view! { <TrimEditor decoded player /> }.into_any())
    });
    view! {
        <div class="review">
            <p class="review-title" tabindex="-1" node_ref=heading>
                {title}
            </p>
            <ClipPlayer
                player
                url
                whole_s=Signal::derive(whole_s)
                part_s=Signal::derive(move || workbench.trim.part_s())
                label=Signal::derive(move || td_string!(i18n.get_locale(), review.listen))
            />
            <div class="trim-place">{editor}</div>
        </div>
    }
}
