//! Plays a clip: a button, a slider and the time, in the page's own words and digits.

use leptos::prelude::*;

use super::PlayButton;
use crate::{
    browser::{Player, move_slider, pause_others, play_within},
    fixed::fixed,
    i18n::{number, text, time_words::length, use_i18n},
    live::live,
};

/// A player for the clip at `url`.
#[component]
pub fn ClipPlayer(
    player: Player,
    /// Where the clip is.
    url: Signal<Option<String>>,
    /// How long it is, seconds; 0 leaves that to the browser.
    whole_s: Signal<f64>,
    /// Start and end of the part that is played, seconds; an end of 0 plays all of it.
    #[prop(optional, into)]
    part_s: Signal<(f64, f64)>,
    /// What this plays, in words.
    #[prop(into)]
    label: Signal<&'static str>,
    /// The browser cannot play the clip.
    #[prop(optional)]
    cannot_play: RwSignal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let whole_s = move || match whole_s.get() {
        0.0 => f64::from(player.duration_s()),
        whole_s => whole_s,
    };
    let follow = move |event: leptos::ev::Event| {
        play_within(&event, part_s.get_untracked());
        player.follow();
    };
    let start = move |event: leptos::ev::Event| {
        pause_others(&event);
        follow(event);
    };
    let seek = move |event: leptos::ev::Event| {
        move_slider(&event, |wanted_s| {
            player.seek(wanted_s);
            wanted_s
        });
    };
    let position_s = move || f64::from(player.position_s());
    let time = live(move || {
        let clock = |at_s| number::clock(i18n.get_locale(), at_s);
        format!("{} / {}", clock(position_s()), clock(whole_s()))
    });
    view! {
        <div class="player">
            <audio
                preload="metadata"
                src=live(move || url.get())
                node_ref=player.audio
                on:play=start
                on:pause=follow
                on:timeupdate=follow
                on:durationchange=follow
                on:error=move |_| cannot_play.set(true)
            ></audio>
            <PlayButton player label />
            <input
                type="range"
                min="0"
                step="0.1"
                max=live(move || fixed(whole_s(), 2))
                prop:value=live(position_s)
                aria-label=text!(i18n, result.position)
                aria-valuetext=live(move || length(i18n.get_locale(), position_s()))
                on:input=seek
            />
            <span class="player-time" aria-hidden="true">
                {time}
            </span>
        </div>
    }
}
