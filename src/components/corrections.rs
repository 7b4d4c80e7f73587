//! What the reader's corrections teach, and a profile of them.

use leptos::prelude::*;
use vocabulary::Profile;

use super::{Action, When};
use crate::{
    browser::storage,
    corrections::{Lesson, MIN_CORRECTIONS},
    i18n::{Locale, number, td_string, text, use_i18n},
    live::react,
    voices::Voices,
};

/// How often answers were right, how often they would have been, and the offer to make a profile of it; nothing where
/// nobody corrected anything.
#[component]
pub fn Corrections() -> impl IntoView {
    let i18n = use_i18n();
    let voices = expect_context::<Voices>();
    let lesson = RwSignal::new(Lesson::default());
    let is_made = RwSignal::new(false);
    react(move || lesson.set(Lesson::of(&storage::results(), &voices.model_id())));
    let is_useful = Signal::derive(move || lesson.with(Lesson::is_useful) && !is_made.get());
    let found = Memo::new(move |_| lesson.with(|lesson| told(i18n.get_locale(), lesson)));
    let make = move |_| {
        let profile = Profile::of_corrections(voices.model_id(), lesson.get_untracked().bias);
        let name = td_string!(i18n.get_locale_untracked(), corrections.name);
        voices.change(|profiles| profiles.with(name, profile));
        is_made.set(true);
    };
    let made = Memo::new(move |_| match is_made.get() {
        true => td_string!(i18n.get_locale(), corrections.done),
        false => "",
    });
    view! {
        <When is=Signal::derive(move || lesson.with(|lesson| lesson.n_corrections > 0))>
            <section class="card" aria-labelledby="corrections-heading">
                <h2 id="corrections-heading">{text!(i18n, corrections.heading)}</h2>
                <p>{found}</p>
                <When is=is_useful>
                    <p class="fine">{text!(i18n, corrections.measured)}</p>
                    <Action class="button" act=make label=text!(i18n, corrections.make) />
                </When>
                <p aria-live="polite">{made}</p>
            </section>
        </When>
    }
}

fn told(locale: Locale, lesson: &Lesson) -> String {
    let count = |count: usize| number::decimal(locale, count as f64, 0);
    let (all, right) = (count(lesson.n_corrections), count(lesson.n_right));
    if lesson.n_corrections < MIN_CORRECTIONS {
        let needed = count(MIN_CORRECTIONS);
        return td_string!(locale, corrections.few, count = all, needed);
    }
    let (after, changed) = (count(lesson.n_right_after), count(lesson.n_changed));
    match lesson.is_useful() {
        true => td_string!(
            locale,
            corrections.found,
            count = all,
            right,
            after,
            changed
        ),
        false => td_string!(locale, corrections.no_use, count = all, right, after),
    }
}
