//! The analysed clip: a player, its pictures, and what its parts sound like.

use export::parts;
use leptos::{html, prelude::*};
use vocabulary::{Pictures, Prediction};

use super::{ClipPlayer, TimelineParts, When, clip_tracks};
use crate::{
    browser::{Player, pointer_share},
    fixed::css_percent,
    i18n::{td_string, text, use_i18n},
    live::live,
    workbench::Workbench,
};

/// Player, waveform, timeline and spectrogram over one axis of seconds. A click plays from there.
#[component]
pub fn ClipFigure(prediction: StoredValue<Prediction>, pictures: Pictures) -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let player = Player::new();
    let (duration_s, parts) = prediction.with_value(|prediction| {
        let parts = match prediction.windows.len() {
            0 | 1 => Vec::new(),
            _ => parts(&prediction.windows),
        };
        (prediction.duration_s, StoredValue::new(parts))
    });
    let cannot_play = RwSignal::new(false);
    let url = move || workbench.heard().and_then(|clip| clip.url());
    let is_playable = Memo::new(move |_| url().is_some() && !cannot_play.get());
    let stage = NodeRef::<html::Div>::new();
    let jump = move |event: leptos::ev::MouseEvent| {
        if let Some(stage) = stage.get_untracked() {
            player.play_from(pointer_share(&stage, &event) * duration_s);
        }
    };
    let tracks = live(move || {
        parts.with_value(|parts| clip_tracks(i18n.get_locale(), duration_s, &pictures, parts))
    });
    let place = live(move || css_percent(player.position_s() / duration_s.max(0.1)));
    view! {
        <h3>{text!(i18n, result.picture)}</h3>
        <When is=Signal::derive(move || is_playable.get())>
            <ClipPlayer
                player
                url=Signal::derive(url)
                whole_s=Signal::derive(move || f64::from(duration_s))
                label=Signal::derive(move || td_string!(i18n.get_locale(), result.listen))
                cannot_play
            />
        </When>
        <div class="stage" class:is-playable=live(move || is_playable.get())>
            <div class="tracks" inner_html=tracks></div>
            <div class="playground" node_ref=stage on:click=jump>
                <span class="playhead" style:inset-inline-start=place></span>
            </div>
        </div>
        {view! { <TimelineParts parts player is_playable /> }.into_any()}
    }
}
