//! The analysed clip: a player, its pictures, and what its parts sound like.

use leptos::{ev, html, prelude::*};
use vocabulary::Pictures;

use super::{
    ClipPlayer, RegionTools, Talk, TimelineParts, When,
    clip_tracks::{Drawn, clip_tracks},
    talk,
    timeline::parts_of,
};
use crate::{
    browser::{Decoded, Player, hold_pointer, pointer_share},
    conversation::Conversation,
    fixed::css_percent,
    history::Entry,
    i18n::{td_string, text, use_i18n},
    lazy::lazily,
    live::live,
    region::Region,
    workbench::Workbench,
};

/// Share of the width that a pointer may move in a click.
const MIN_DRAG: f32 = 0.015;

/// Player, waveform, timeline and spectrogram over one axis of seconds, and what can be done with a part of them.
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
    let region = RwSignal::new(Region::new(duration_s));
    let samples = RwSignal::new(None::<Decoded>);
    let seen = Memo::new(move |_| region.with(Region::unchosen));
    let tracks = live(move || {
        let (region, talk) = (seen.get(), conversation.read());
        let outline = samples.with(|samples| {
            let samples = samples.as_ref().filter(|_| region.is_zoomed())?;
            Some(samples.outline(region.seen.0, region.seen.1))
        });
        parts.with_value(|parts| {
            let drawn = Drawn {
                duration_s,
                region: &region,
                outline,
                pictures: &pictures,
                parts,
                turns: talk.turns(),
            };
            clip_tracks(i18n.get_locale(), &drawn)
        })
    });
    let can_choose = move || is_playable.get() && region.with_untracked(Region::is_possible);
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
            {view! { <Playground region player /> }.into_any()}
        </div>
        <When is=Signal::derive(can_choose)>
            <RegionTools region samples duration_s player />
        </When>
        {view! { <TimelineParts parts player is_playable /> }.into_any()}
        {has_turns.then(|| lazily(talk, Talk { conversation, entry, player, is_playable, is_shown: true }))}
    }
}

/// What lies over the pictures: where it plays, and the part that is chosen. A click plays from there, dragging
/// chooses.
#[component]
fn Playground(region: RwSignal<Region>, player: Player) -> impl IntoView {
    let stage = NodeRef::<html::Div>::new();
    // Where the pointer came down, until it has moved far enough to choose something, and whether it has.
    let grip = StoredValue::new((0.0_f32, false));
    let share = move |event: &ev::MouseEvent| {
        let stage = stage.get_untracked()?;
        Some(pointer_share(&stage, event))
    };
    let press = move |event: ev::PointerEvent| {
        grip.set_value((share(&event).unwrap_or_default(), false));
        if let Some(stage) = stage.get_untracked() {
            hold_pointer(&stage, &event);
        }
    };
    let drag = move |event: ev::PointerEvent| {
        let (from, is_dragged) = grip.get_value();
        let Some(to) = share(&event).filter(|_| event.buttons() == 1) else {
            return;
        };
        if is_dragged || (to - from).abs() > MIN_DRAG {
            grip.set_value((from, true));
            region.update(|region| region.choose(region.at(from), region.at(to)));
        }
    };
    let jump = move |event: ev::MouseEvent| {
        let (_, is_dragged) = grip.get_value();
        if let Some(share) = share(&event).filter(|_| !is_dragged) {
            player.play_from(region.with_untracked(|region| region.at(share)));
        }
    };
    let position = Memo::new(move |_| region.with(|region| region.share(player.position_s())));
    let is_out = live(move || !(0.0..=1.0).contains(&position.get()));
    let chosen = Memo::new(move |_| region.with(Region::chosen_share));
    let side =
        move |of: fn((f32, f32)) -> f32| live(move || css_percent(chosen.get().map_or(0.0, of)));
    view! {
        <div
            class="playground"
            node_ref=stage
            on:pointerdown=press
            on:pointermove=drag
            on:click=jump
        >
            <span
                class="chosen"
                style:inset-inline-start=side(|share| share.0)
                style:width=side(|share| share.1 - share.0)
            ></span>
            <span
                class="playhead"
                hidden=is_out
                style:inset-inline-start=live(move || css_percent(position.get().clamp(0.0, 1.0)))
            ></span>
        </div>
    }
}
