//! Plays and pauses.

use leptos::prelude::*;

use crate::{
    browser::Player,
    i18n::{td_string, use_i18n},
    live::live,
};

/// The button of a player.
#[component]
pub fn PlayButton(
    player: Player,
    /// What it plays, in words.
    label: Signal<&'static str>,
) -> impl IntoView {
    let i18n = use_i18n();
    let act = live(move || match player.is_playing() {
        true => td_string!(i18n.get_locale(), recorder.pause),
        false => label.get(),
    });
    let shape = live(move || match player.is_playing() {
        true => "M7 5h4v14H7zM13 5h4v14h-4z",
        false => "M8 5v14l11-7z",
    });
    view! {
        <button type="button" class="play" aria-label=act on:click=move |_| player.toggle()>
            <svg viewBox="0 0 24 24" aria-hidden="true">
                <path d=shape />
            </svg>
        </button>
    }
}
