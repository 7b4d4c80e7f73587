//! A clip of several voices: who they are, what each says when, and what its reader knows better.

use std::collections::BTreeSet;

use leptos::prelude::*;
use wasm_split_helpers::wasm_split;

use super::{SpeakerList, TurnTable};
use crate::{
    browser::{Player, storage},
    conversation::Conversation,
    history::Entry,
    i18n::{text, use_i18n},
    lazy::Loaded,
    live::{live, react},
    workbench::Workbench,
};

/// So many speakers a reader can tell of.
const N_SPEAKERS: usize = 8;

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
    /// Whether it is of the clip on display, or of a past result.
    pub is_shown: bool,
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
    let workbench = expect_context::<Workbench>();
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
        if talk.is_shown {
            workbench.correct(turns.clone());
        }
        entry.with_value(|entry| {
            storage::change_result(entry, |known| known.prediction.turns = turns);
        });
    });
    react(move || {
        storage::watch_changes(move || {
            let kept = entry.with_value(storage::kept_result);
            if let Some(kept) = kept {
                conversation.update(|conversation| conversation.follow(kept.prediction.turns));
            }
        });
    });
    let speakers = Memo::new(move |_| conversation.with(Conversation::speakers));
    // Those who have turns, and some who may be given one.
    let all = speakers.with_untracked(|all| {
        let speakers = all.iter().map(|one| one.speaker);
        speakers.chain(0..N_SPEAKERS).collect::<BTreeSet<_>>()
    });
    let all = StoredValue::new(all.into_iter().collect::<Vec<_>>());
    let is_changed = move || conversation.with(Conversation::is_changed);
    view! {
        <section class="talk" aria-labelledby="talk-heading">
            <h3 id="talk-heading">{text!(i18n, talk.heading)}</h3>
            <fieldset disabled=live(move || !workbench.is_live.get())>
            {view! { <SpeakerList conversation speakers all /> }.into_any()}
            {view! { <TurnTable talk speakers all /> }.into_any()}
            <div class="buttons">
                <button
                    type="button"
                    class="button"
                    disabled=live(move || !is_changed())
                    on:click=move |_| conversation.update(Conversation::undo)
                >
                    {text!(i18n, talk.undo)}
                </button>
            </div>
            </fieldset>
        </section>
    }
}
