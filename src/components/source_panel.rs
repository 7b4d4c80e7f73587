//! Where a clip comes from: the upload form, with a recorder in it while the page is alive.

use leptos::{prelude::*, task::spawn_local};

use super::{
    AnalyseBar, AnsweredClip, ClipReview, DeviceSwitch, ExampleShelf, FilePicker, InterruptedNote,
    ModelSelect, OfflineNote, QueueList, RecordButton, RecordingPanel, SourceError, SpeakersChoice,
    VoiceChoice, result_card,
};
use crate::{
    browser::RecorderState,
    i18n::{td_string, text, use_i18n},
    live::{live, react},
    on_device::OnDevice,
    routes::Links,
    workbench::Workbench,
};

/// What the form shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Record or choose.
    Start,
    /// A recording is under way.
    Recording,
    /// There is a clip to listen to and to send.
    Review,
    /// The clip has its result.
    Answered,
    /// There are several.
    Queue,
}

/// What is done with a clip, and how.
fn choices() -> AnyView {
    view! {
        <AnalyseBar />
        <ModelSelect />
        <DeviceSwitch />
        <VoiceChoice />
        <SpeakersChoice />
    }
    .into_any()
}

/// Records or chooses a clip, and sends it. The browser itself posts the form where there is no WASM.
#[component]
pub fn SourcePanel() -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let links = expect_context::<Links>();
    let device = expect_context::<OnDevice>();
    let privacy = live(move || {
        let locale = i18n.get_locale();
        match device.is_chosen.get() {
            true => td_string!(locale, on_device.privacy),
            false => td_string!(locale, home.privacy),
        }
    });
    let step = Memo::new(move |_| match workbench.recorder.state().get() {
        RecorderState::Recording { .. } | RecorderState::Paused { .. } | RecorderState::Saving => {
            Step::Recording
        }
        _ => match workbench.queue().with(Vec::len) {
            0 => Step::Start,
            1 if !workbench.is_trimming.get() && matches!(workbench.outcome(), Some(Ok(_))) => {
                Step::Answered
            }
            1 => Step::Review,
            _ => Step::Queue,
        },
    });
    // By the time there is a result, so is the code that shows it.
    react(move || {
        if step.get() != Step::Start {
            spawn_local(async {
                // Where it fails it is asked for again, once it is needed.
                let _ = result_card().await;
            });
        }
    });
    view! {
        <section class="card source" aria-labelledby="clip-heading">
            <h2 id="clip-heading">{text!(i18n, home.clip_heading)}</h2>
            <form
                method="post"
                action=links.to("/")
                enctype="multipart/form-data"
                on:submit=move |event| {
                    event.prevent_default();
                    workbench.analyse();
                }
            >
                {live(move || match step.get() {
                    Step::Start => {
                        view! {
                            <InterruptedNote />
                            <SourceError />
                            <RecordButton />
                            <FilePicker />
                            {choices()}
                            <ExampleShelf />
                        }
                        .into_any()
                    }
                    Step::Recording => view! { <RecordingPanel /> }.into_any(),
                    Step::Review => view! { <ClipReview /><SourceError />{choices()} }.into_any(),
                    Step::Answered => view! { <AnsweredClip /> }.into_any(),
                    Step::Queue => view! { <QueueList /><SourceError />{choices()} }.into_any(),
                })}
            </form>
            <OfflineNote />
            <p class="fine">{privacy}</p>
        </section>
    }
}
