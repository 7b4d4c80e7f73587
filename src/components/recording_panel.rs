//! The recording under way: level, timer, pause, resume, stop, discard.

use leptos::{html, prelude::*};

use super::{Action, LiveView, RecordingLevel, RecordingTimer};
use crate::{
    browser::{RecorderState, focus, scroll_to_top},
    i18n::{I18n, SPOKEN, td_string, text, use_i18n},
    live::{live, react},
    workbench::Workbench,
};

fn passage(i18n: I18n) -> AnyView {
    view! {
        <div class="passage">
            <p class="fine">{text!(i18n, recorder.read)}</p>
            <p lang=SPOKEN>{text!(i18n, recorder.passage)}</p>
        </div>
    }
    .into_any()
}

/// The recording under way.
#[component]
pub fn RecordingPanel() -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let recorder = workbench.recorder;
    let state = recorder.state();
    let is_listening = workbench.is_listening.get_untracked();
    let is_paused = Memo::new(move |_| matches!(state.get(), RecorderState::Paused { .. }));
    let is_saving = Memo::new(move |_| state.get() == RecorderState::Saving);
    let heading = live(move || match (is_paused.get(), is_saving.get()) {
        (true, _) => td_string!(i18n.get_locale(), recorder.paused),
        (_, true) => td_string!(i18n.get_locale(), recorder.saving),
        _ => td_string!(i18n.get_locale(), recorder.recording),
    });
    let pause_or_resume = live(move || match is_paused.get() {
        true => td_string!(i18n.get_locale(), recorder.resume),
        false => td_string!(i18n.get_locale(), recorder.pause),
    });
    let toggle = move |_| match is_paused.get_untracked() {
        true => recorder.resume(),
        false => recorder.pause(),
    };
    // The button that was under the keyboard is gone; this is the next one that is needed.
    let (panel, stop) = (NodeRef::<html::Div>::new(), NodeRef::<html::Button>::new());
    react(move || {
        let (panel, stop) = (panel.get()?, stop.get()?);
        focus(&stop);
        // The word stands above; on a phone not much more than the panel is seen.
        is_listening.then(|| scroll_to_top(&panel))
    });
    view! {
        <div class="recording" node_ref=panel class:is-paused=live(move || is_paused.get())>
            <p class="recording-state">
                <span class="recording-dot" aria-hidden="true"></span>
                {heading}
            </p>
            {is_listening.then(|| view! { <LiveView /> })}
            <RecordingLevel />
            <RecordingTimer />
            {(!is_listening).then(|| passage(i18n))}
            <div class="buttons">
                <button type="button" class="button" disabled=is_saving on:click=toggle>
                    {pause_or_resume}
                </button>
                <button
                    type="button"
                    class="button button-primary"
                    node_ref=stop
                    disabled=is_saving
                    on:click=move |_| recorder.stop()
                >
                    {text!(i18n, recorder.stop)}
                </button>
            </div>
            <Action class="button button-quiet" act=move |_| workbench.reset() label=text!(i18n, recorder.cancel) />
        </div>
    }
}
