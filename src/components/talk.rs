//! A clip of several voices: who they are, what each says when, and what its reader knows better.

use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

use super::{Action, SpeakerList, TurnTable, When};
use crate::{
    browser::{Player, storage},
    conversation::Conversation,
    history::Entry,
    i18n::{text, use_i18n},
    lazy::Loaded,
    live::react,
};

/// What a conversation is shown with.
#[derive(Clone, Copy)]
pub struct Talk {
    /// The turns.
    pub conversation: RwSignal<Conversation>,
    /// The result that they are of.
    pub entry: StoredValue<Entry>,
    /// Plays its clip.
    pub player: Player,
    /// Whether it can.
    pub is_playable: Memo<bool>,
}

/// Builds [`TalkView`].
#[wasm_split(talk, fallible)]
pub fn talk() -> Loaded<Talk> {
    Ok(|talk| view! { <TalkView talk /> }.into_any())
}

/// Speakers and turns, with what can be corrected of them. Corrections are kept with the result.
#[component]
fn TalkView(talk: Talk) -> impl IntoView {
    let i18n = use_i18n();
    let Talk {
        conversation,
        entry,
        ..
    } = talk;
    react(move || {
        let turns = conversation.with(|conversation| conversation.turns().to_vec());
        if entry.with_value(|entry| entry.prediction.turns == turns) {
            return;
        }
        entry.update_value(|entry| entry.prediction.turns.clone_from(&turns));
        storage::change_results(|mut known| {
            let of_clip =
                |known: &&mut Entry| entry.with_value(|entry| known.is_of_same_clip(entry));
            if let Some(known) = known.iter_mut().find(of_clip) {
                known.prediction.turns = turns;
            }
            known
        });
    });
    let is_changed = Signal::derive(move || conversation.with(Conversation::is_changed));
    view! {
        <section class="talk" aria-labelledby="talk-heading">
            <h3 id="talk-heading">{text!(i18n, talk.heading)}</h3>
            {view! { <SpeakerList conversation /> }.into_any()}
            {view! { <TurnTable talk /> }.into_any()}
            <When is=is_changed>
                <Action
                    act=move |_| conversation.update(Conversation::undo)
                    label=text!(i18n, talk.undo)
                />
            </When>
        </section>
    }
}
