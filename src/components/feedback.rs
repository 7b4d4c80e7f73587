//! Asks whether an answer was right. What the user says stays in the browser, with the kept result.

use leptos::prelude::*;
use vocabulary::Emotion;

use super::Action;
use crate::{
    browser::storage,
    history::Entry,
    i18n::{emotion_words::label, td_string, text, use_i18n},
    live::{live, react},
};

/// How far the question is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Results are not kept, so nor would the answer be.
    Unasked,
    Asked,
    /// It was wrong; which emotion was it?
    Which,
    Noted,
}

/// Asks whether the answer was right, and if not, which would have been.
#[component]
pub fn Feedback(entry: StoredValue<Entry>) -> impl IntoView {
    let i18n = use_i18n();
    let step = RwSignal::new(Step::Unasked);
    react(move || {
        if entry.with_value(storage::kept_result).is_some() {
            step.set(Step::Asked);
        }
    });
    let say = move |heard_as: Emotion| {
        entry.update_value(|entry| entry.heard_as = Some(heard_as));
        entry.with_value(|entry| {
            storage::change_result(entry, |known| known.heard_as = Some(heard_as));
        });
        step.set(Step::Noted);
    };
    let right = move |_| say(entry.with_value(|entry| entry.prediction.emotion()));
    let labels: Vec<Emotion> = entry.with_value(|entry| {
        let all = entry.prediction.probabilities.iter();
        all.map(|(emotion, _)| emotion).collect()
    });
    let choices = move || {
        labels
            .iter()
            .map(|&emotion| {
                view! {
                    <Action act=move |_| say(emotion) label=live(move || label(i18n.get_locale(), emotion)) />
                }
            })
            .collect_view()
    };
    let question = live(move || match step.get() {
        Step::Unasked | Step::Noted => ().into_any(),
        Step::Asked => view! {
            <p>{text!(i18n, feedback.question)}</p>
            <Action act=right label=text!(i18n, feedback.yes) />
            <Action act=move |_| step.set(Step::Which) label=text!(i18n, feedback.no) />
        }
        .into_any(),
        Step::Which => view! { <p>{text!(i18n, feedback.which)}</p>{choices()} }.into_any(),
    });
    let noted = live(move || match step.get() {
        Step::Noted => td_string!(i18n.get_locale(), feedback.noted),
        _ => "",
    });
    view! {
        <div class="feedback">{question} <p aria-live="polite">{noted}</p></div>
    }
}
