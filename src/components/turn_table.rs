//! What each voice says when, as a table that can be listened to and corrected.

use leptos::prelude::*;
use vocabulary::{Emotion, Turn};

use super::{EmotionFace, Talk, speaker_list::Speakers, turn_corrections::corrections};
use crate::{
    i18n::{
        Locale,
        emotion_words::tone,
        text,
        turn_words::{called, turn_certainty, turn_label, turn_time},
        use_i18n,
    },
    live::live,
};

/// A row for each turn. Its first cell plays it; its last opens what can be corrected.
#[component]
pub fn TurnTable(talk: Talk, speakers: Speakers, all: StoredValue<Vec<usize>>) -> impl IntoView {
    let i18n = use_i18n();
    let labels = StoredValue::new(talk.entry.with_value(|entry| {
        let all = entry.prediction.probabilities.iter();
        all.map(|(emotion, _)| emotion).collect::<Vec<_>>()
    }));
    // Of these one is open. Rows stay where they are, so that the keyboard's place does.
    let open = RwSignal::new(None::<usize>);
    let n_turns = talk
        .conversation
        .with_untracked(|conversation| conversation.turns().len());
    let rows = (0..n_turns).map(|turn_idx| row(talk, turn_idx, open, labels, speakers, all));
    view! {
        <div class="turns" tabindex="0" role="region" aria-label=text!(i18n, talk.table)>
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
                {rows.collect_view()}
            </table>
        </div>
    }
}

fn row(
    talk: Talk,
    turn_idx: usize,
    open: RwSignal<Option<usize>>,
    labels: StoredValue<Vec<Emotion>>,
    speakers: Speakers,
    all: StoredValue<Vec<usize>>,
) -> AnyView {
    let i18n = use_i18n();
    let turn = Memo::new(move |_| {
        talk.conversation
            .with(|conversation| conversation.turns().get(turn_idx).cloned())
    });
    let span_s = move |turn: &Option<Turn>| turn.as_ref().map(|turn| (turn.start_s, turn.end_s));
    let answer = Memo::new(move |_| turn.with(|turn| turn.as_ref().and_then(Turn::answer)));
    let in_words = move |words: fn(Locale, &Turn) -> String| {
        live(move || turn.with(|turn| Some(words(i18n.get_locale(), turn.as_ref()?))))
    };
    let time = in_words(turn_time);
    let told = in_words(|locale, turn| turn_label(locale, turn).to_owned());
    let sure = in_words(turn_certainty);
    let name = in_words(|_, turn| called(turn.speaker, turn.name.as_deref()));
    let is_heard = Memo::new(move |_| {
        let at_s = talk.player.position_s();
        let span_s = turn.with(span_s);
        span_s.is_some_and(|(start_s, end_s)| at_s > 0.0 && (start_s..end_s).contains(&at_s))
    });
    let play = move |_| {
        if let Some((start_s, end_s)) = turn.with_untracked(span_s) {
            talk.player.play_between(start_s, end_s);
        }
    };
    let is_open = Memo::new(move |_| open.get() == Some(turn_idx));
    let toggle = move |_| open.set((!is_open.get_untracked()).then_some(turn_idx));
    let form = live(move || {
        let is_open = is_open.get();
        is_open.then(|| corrections(talk.conversation, turn_idx, turn, labels, speakers, all))
    });
    view! {
        <tbody
            data-emotion=live(move || tone(answer.get()))
            aria-current=live(move || is_heard.get().then_some("true"))
        >
            <tr>
                <th scope="row">
                    <button
                        type="button"
                        class="button button-quiet"
                        disabled=live(move || !talk.is_playable.get())
                        on:click=play
                    >
                        {time}
                    </button>
                </th>
                <td lang="">{name}</td>
                <td>
                    <span class="turn-emotion">
                        {live(move || view! { <EmotionFace emotion=answer.get() /> }.into_any())}
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
