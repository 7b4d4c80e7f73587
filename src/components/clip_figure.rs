//! The analysed clip: a player, its pictures, and what its parts sound like.

use leptos::{html, prelude::*};
use vocabulary::Pictures;

use super::{ClipPlayer, Talk, TimelineParts, When, clip_tracks, talk, timeline::parts_of};
use crate::{
    browser::{Player, pointer_share},
    conversation::Conversation,
    fixed::css_percent,
    history::Entry,
    i18n::{td_string, text, use_i18n},
    lazy::lazily,
    live::live,
    workbench::Workbench,
};

/// Player, waveform, timeline and spectrogram over one axis of seconds. A click plays from there.
#[component]
pub fn ClipFigure(entry: StoredValue<Entry>, pictures: Pictures) -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let player = Player::new();
    let (duration_s, parts, turns) = entry.with_value(|entry| {
        let prediction = &entry.prediction;
        let parts = match prediction.windows.len() {
            0 | 1 => Vec::new(),
            _ => parts_of(prediction),
        };
        let turns = prediction.turns.clone();
        (prediction.duration_s, StoredValue::new(parts), turns)
    });
    let has_turns = !turns.is_empty();
    let conversation = RwSignal::new(Conversation::new(turns, duration_s));
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
        let (locale, talk) = (i18n.get_locale(), conversation.read());
        parts.with_value(|parts| clip_tracks(locale, duration_s, &pictures, parts, talk.turns()))
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
        {has_turns.then(|| lazily(talk, Talk { conversation, entry, player, is_playable, is_shown: true }))}
    }
}
