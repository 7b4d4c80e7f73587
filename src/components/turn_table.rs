//! What each voice says when, as a table that can be listened to and corrected.

use leptos::prelude::*;
use vocabulary::{Emotion, Turn};

use super::{EmotionFace, Talk};
use crate::{
    conversation::{Border, Conversation, Speaker},
    fixed::fixed,
    i18n::{
        Locale,
        emotion_words::{label, tone},
        text,
        turn_words::{called, turn_certainty, turn_label, turn_time},
        use_i18n,
    },
    live::{Live, live},
};

/// How finely a border is moved, seconds.
const STEP_S: &str = "0.1";

/// A row for each turn. Its first cell plays it; its last opens what can be corrected.
#[component]
pub fn TurnTable(talk: Talk) -> impl IntoView {
    let i18n = use_i18n();
    let labels: Vec<Emotion> = talk.entry.with_value(|entry| {
        let all = entry.prediction.probabilities.iter();
        all.map(|(emotion, _)| emotion).collect()
    });
    // Of these one is open; rows are built anew with each change.
    let open = RwSignal::new(None::<usize>);
    let rows = live(move || {
        let (turns, speakers) = talk
            .conversation
            .with(|conversation| (conversation.turns().to_vec(), conversation.speakers()));
        let rows = turns
            .into_iter()
            .enumerate()
            .map(|(turn_idx, turn)| row(talk, turn_idx, turn, open, &labels, &speakers));
        rows.collect_view()
    });
    view! {
        <div class="turns">
            <table>
                <caption class="visually-hidden">{text!(i18n, talk.table)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{text!(i18n, talk.time)}</th>
                        <th scope="col">{text!(i18n, talk.speaker)}</th>
                        <th scope="col">{text!(i18n, talk.expresses)}</th>
                        <th scope="col">
                            <span class="visually-hidden">{text!(i18n, talk.correct)}</span>
                        </th>
                    </tr>
                </thead>
                {rows}
            </table>
        </div>
    }
}

fn row(
    talk: Talk,
    turn_idx: usize,
    turn: Turn,
    open: RwSignal<Option<usize>>,
    labels: &[Emotion],
    speakers: &[Speaker],
) -> AnyView {
    let i18n = use_i18n();
    let (start_s, end_s) = (turn.start_s, turn.end_s);
    let emotion = turn.answer();
    let name = called(turn.speaker, turn.name.as_deref());
    let is_heard = Memo::new(move |_| {
        let at_s = talk.player.position_s();
        at_s > 0.0 && (start_s..end_s).contains(&at_s)
    });
    let is_open = Memo::new(move |_| open.get() == Some(turn_idx));
    let turn = StoredValue::new(turn);
    let in_words = move |words: fn(Locale, &Turn) -> String| {
        live(move || turn.with_value(|turn| words(i18n.get_locale(), turn)))
    };
    let (time, sure) = (in_words(turn_time), in_words(turn_certainty));
    let told = live(move || turn.with_value(|turn| turn_label(i18n.get_locale(), turn)));
    let (labels, speakers) = (labels.to_vec(), speakers.to_vec());
    let form = live(move || {
        is_open.get().then(|| {
            corrections(
                talk.conversation,
                turn_idx,
                turn.get_value(),
                &labels,
                &speakers,
            )
        })
    });
    let toggle = move |_| open.set((!is_open.get_untracked()).then_some(turn_idx));
    view! {
        <tbody data-emotion=tone(emotion) aria-current=live(move || is_heard.get().then_some("true"))>
            <tr>
                <th scope="row">
                    <button
                        type="button"
                        class="button button-quiet"
                        disabled=live(move || !talk.is_playable.get())
                        on:click=move |_| talk.player.play_between(start_s, end_s)
                    >
                        {time}
                    </button>
                </th>
                <td lang="">{name}</td>
                <td>
                    <span class="turn-emotion">
                        <EmotionFace emotion />
                        <span>{told} " " <span class="fine">{sure}</span></span>
                    </span>
                </td>
                <td>
                    <button
                        type="button"
                        class="button button-quiet"
                        aria-expanded=live(move || is_open.get().to_string())
                        on:click=toggle
                    >
                        {text!(i18n, talk.correct)}
                    </button>
                </td>
            </tr>
            {form}
        </tbody>
    }
    .into_any()
}

/// What can be corrected of a turn: whose it is, what it expresses, where it begins and ends.
fn corrections(
    conversation: RwSignal<Conversation>,
    turn_idx: usize,
    turn: Turn,
    labels: &[Emotion],
    speakers: &[Speaker],
) -> AnyView {
    let i18n = use_i18n();
    let reassign = move |event| {
        if let Ok(speaker) = event_target_value(&event).parse() {
            conversation.update(|conversation| conversation.reassign(turn_idx, speaker));
        }
    };
    let correct = move |event| {
        let emotion = event_target_value(&event).parse().ok();
        conversation.update(|conversation| conversation.correct(turn_idx, emotion));
    };
    let names = speakers.iter().map(|one| {
        let is_it = one.speaker == turn.speaker;
        let name = called(one.speaker, one.name.as_deref());
        view! { <option value=one.speaker.to_string() selected=is_it>{name}</option> }
    });
    let emotions = labels.iter().map(|&emotion| {
        let is_it = turn.corrected == Some(emotion);
        let label = live(move || label(i18n.get_locale(), emotion));
        view! { <option value=emotion.code() selected=is_it>{label}</option> }
    });
    let border = move |border: Border, at_s: f32, label: Live<&'static str>| {
        let set = move |event| {
            if let Ok(at_s) = event_target_value(&event).parse() {
                conversation
                    .update(|conversation| conversation.move_border(turn_idx, border, at_s));
            }
        };
        view! {
            <label class="field">
                <span>{label}</span>
                <input type="number" min="0" step=STEP_S value=fixed(at_s, 1) on:change=set />
            </label>
        }
    };
    view! {
        <tr class="corrections">
            <td colspan="4">
                <div>
                    <label class="field">
                        <span>{text!(i18n, talk.speaker)}</span>
                        <select on:change=reassign>{names.collect_view()}</select>
                    </label>
                    <label class="field">
                        <span>{text!(i18n, talk.expresses)}</span>
                        <select on:change=correct>
                            <option value="" selected=turn.corrected.is_none()>
                                {text!(i18n, talk.as_heard)}
                            </option>
                            {emotions.collect_view()}
                        </select>
                    </label>
                    {border(Border::Start, turn.start_s, text!(i18n, talk.start))}
                    {border(Border::End, turn.end_s, text!(i18n, talk.end))}
                </div>
            </td>
        </tr>
    }
    .into_any()
}
