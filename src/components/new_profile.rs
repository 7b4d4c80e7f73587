//! Makes a voice profile: three calm sentences to read aloud, then, for who likes, one of them in four moods.

use leptos::prelude::*;

use super::{Action, ErrorNote, MicrophoneChoice, RecordingLevel, RecordingTimer};
use crate::{
    browser::RecorderState,
    enrolment::{Enrolment, N_CALM, Reading, STEPS},
    i18n::{
        SPOKEN,
        emotion_words::{label, note},
        number, td_string, text, use_i18n,
    },
    live::live,
    workbench::Workbench,
};

/// The sentence that is to be read, the recorder, and what became of the one before.
#[component]
pub fn NewProfile() -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let enrolment = expect_context::<Enrolment>();
    let recorder = workbench.recorder;
    on_cleanup(move || enrolment.leave());
    let wish = move || td_string!(i18n.get_locale_untracked(), voice.name).to_owned();
    let task = live(move || {
        let locale = i18n.get_locale();
        let number = |n: usize| number::decimal(locale, n as f64, 0);
        let place = enrolment.n_done.get() + 1;
        match enrolment.step() {
            None => td_string!(locale, voice.complete).to_owned(),
            Some(_) if place <= N_CALM => {
                let (place, count) = (number(place), number(N_CALM));
                td_string!(locale, voice.calm, place, count)
            }
            Some(step) => {
                let emotion = label(locale, step.emotion);
                td_string!(locale, voice.mood, emotion)
            }
        }
    });
    let done = live(move || match enrolment.n_done.get() {
        N_CALM => td_string!(i18n.get_locale(), voice.ready),
        _ => "",
    });
    let sentence = live(move || {
        let step = enrolment.step()?;
        Some(view! { <p class="passage" lang=SPOKEN>{step.sentence}</p> }.into_any())
    });
    let is_recording = Memo::new(move |_| {
        let state = recorder.state().get();
        state.elapsed_s().is_some() || state == RecorderState::Saving
    });
    let is_waiting = Memo::new(move |_| {
        enrolment.reading.get() == Reading::Sent || recorder.state().get() == RecorderState::Asking
    });
    let is_live = move || workbench.is_live.get();
    let panel = live(move || {
        match (is_recording.get(), enrolment.step()) {
        (true, _) => view! {
            <RecordingLevel />
            <RecordingTimer />
            <Action class="button button-primary" act=move |_| recorder.stop() label=text!(i18n, recorder.stop) />
        }
        .into_any(),
        (false, Some(_)) => view! {
            <button
                type="button"
                class="button button-primary"
                disabled=live(move || !is_live() || is_waiting.get())
                on:click=move |_| enrolment.record(wish())
            >
                {text!(i18n, voice.record)}
            </button>
            <MicrophoneChoice />
        }
        .into_any(),
        (false, None) => ().into_any(),
    }
    });
    let outcome = live(move || {
        if let RecorderState::Failed(error) = recorder.state().get() {
            return view! { <ErrorNote error /> }.into_any();
        }
        match enrolment.reading.get() {
            Reading::Taken => ().into_any(),
            Reading::Sent => view! { <p role="status">{text!(i18n, voice.hearing)}</p> }.into_any(),
            Reading::Failed(error) => view! { <ErrorNote error /> }.into_any(),
            Reading::Doubtful(said, enrolled) => {
                let why = live(move || note(i18n.get_locale(), said, enrolled.speech_s));
                view! {
                    <div class="interrupted" role="alert">
                        <p>{why}</p>
                        <p>{text!(i18n, voice.doubtful)}</p>
                        <Action class="button button-small" act=move |_| enrolment.take_doubtful(&wish()) label=text!(i18n, voice.take) />
                    </div>
                }
                .into_any()
            }
        }
    });
    let again = live(move || {
        let is_begun = enrolment.n_done.get() > 0 && !is_recording.get();
        let is_over = enrolment.n_done.get() >= STEPS.len();
        is_begun.then(|| {
            let words = move || match is_over {
                true => td_string!(i18n.get_locale(), voice.another),
                false => td_string!(i18n.get_locale(), voice.begin),
            };
            view! {
                <Action class="button button-quiet" act=move |_| enrolment.begin() label=live(words) />
            }
            .into_any()
        })
    });
    view! {
        <section class="card source enrolment" aria-labelledby="enrolment-heading">
            <h2 id="enrolment-heading">{text!(i18n, voice.new)}</h2>
            <p class="enrolment-done" role="status">{done}</p>
            <p>{task}</p>
            {sentence}
            {outcome}
            <p class="fine">{text!(i18n, voice.sent)}</p>
            {panel}
            {again}
        </section>
    }
}
