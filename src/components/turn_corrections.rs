//! What can be corrected of a turn: whose it is, what it expresses, where it begins and ends.

use leptos::prelude::*;
use vocabulary::{Emotion, Turn};

use super::speaker_list::{Speakers, name_of, speaker_options};
use crate::{
    conversation::{Border, Conversation},
    fixed::fixed,
    i18n::{emotion_words::label, text, use_i18n},
    live::{Live, live},
};

/// How finely a border is moved, seconds.
const STEP_S: &str = "0.1";

/// A row of the table with the fields.
pub fn corrections(
    conversation: RwSignal<Conversation>,
    turn_idx: usize,
    turn: Memo<Option<Turn>>,
    labels: StoredValue<Vec<Emotion>>,
    speakers: Speakers,
    all: StoredValue<Vec<usize>>,
) -> AnyView {
    let i18n = use_i18n();
    let reassign = move |event| {
        let unused = || {
            let is_used = |speaker: &usize| name_of(speakers, *speaker).is_some();
            all.with_value(|all| all.iter().copied().find(|speaker| !is_used(speaker)))
        };
        let chosen = event_target_value(&event);
        if let Some(speaker) = chosen.parse().ok().or_else(|| untrack(unused)) {
            conversation.update(|conversation| conversation.reassign(turn_idx, speaker));
        }
    };
    let correct = move |event| {
        let emotion = event_target_value(&event).parse().ok();
        conversation.update(|conversation| conversation.correct(turn_idx, emotion));
    };
    let own = Memo::new(move |_| turn.with(|turn| turn.as_ref().map(|turn| turn.speaker)));
    let names = all.with_value(|all| speaker_options(speakers, all, None, own));
    let corrected = Memo::new(move |_| turn.with(|turn| turn.as_ref()?.corrected));
    let emotions = labels.get_value().into_iter().map(|emotion| {
        let is_it = live(move || corrected.get() == Some(emotion));
        let label = live(move || label(i18n.get_locale(), emotion));
        view! { <option value=emotion.code() selected=is_it>{label}</option> }
    });
    let at_s = move |border: Border| {
        turn.with(|turn| {
            let turn = turn.as_ref();
            turn.map_or(0.0, |turn| match border {
                Border::Start => turn.start_s,
                Border::End => turn.end_s,
            })
        })
    };
    let border = move |border: Border, label: Live<&'static str>| {
        // What was written and cannot be is written over, also where nothing changes.
        let is_set = RwSignal::new(());
        let set = move |event| {
            if let Ok(at_s) = event_target_value(&event).parse() {
                conversation
                    .update(|conversation| conversation.move_border(turn_idx, border, at_s));
            }
            is_set.notify();
        };
        let value = live(move || {
            is_set.track();
            fixed(at_s(border), 1)
        });
        view! {
            <label class="field">
                <span>{label}</span>
                <input type="number" min="0" step=STEP_S prop:value=value on:change=set />
            </label>
        }
    };
    view! {
        <tr class="corrections">
            <td colspan="4">
                <div>
                    <label class="field">
                        <span>{text!(i18n, talk.speaker)}</span>
                        <select on:change=reassign>
                            {names}
                            <option value="">{text!(i18n, talk.another)}</option>
                        </select>
                    </label>
                    <label class="field">
                        <span>{text!(i18n, talk.expresses)}</span>
                        <select on:change=correct>
                            <option value="" selected=live(move || corrected.get().is_none())>
                                {text!(i18n, talk.as_heard)}
                            </option>
                            {emotions.collect_view()}
                        </select>
                    </label>
                    {border(Border::Start, text!(i18n, talk.start))}
                    {border(Border::End, text!(i18n, talk.end))}
                </div>
            </td>
        </tr>
    }
    .into_any()
}
