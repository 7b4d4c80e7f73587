//! With whose voice profile a clip was heard, and its owner's "that was me".

use leptos::prelude::*;

use super::{Action, When};
use crate::{
    error::AppError,
    history::Entry,
    i18n::{error_message, td_string, text, use_i18n},
    live::live,
    on_device::OnDevice,
    voices::Voices,
    workbench::Workbench,
};

/// Name of the profile with which the clip on display was heard, and a button that betters it with this clip, as what
/// its reader said that it was, or else as what it was heard as; nothing where there was none.
#[component]
pub fn VoiceNote(entry: StoredValue<Entry>) -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let voices = expect_context::<Voices>();
    let (is_sent, is_done) = (RwSignal::new(false), RwSignal::new(false));
    let fault = RwSignal::new(None::<AppError>);
    let voice = Memo::new(move |_| workbench.voice());
    let sentence = live(move || {
        let name = voice.get()?;
        let sentence = td_string!(i18n.get_locale(), voice.heard_with, name);
        Some(view! { <p class="fine">{sentence}</p> }.into_any())
    });
    // With a profile of corrections a voice brings no more (docs/evaluation.md).
    let is_used = move || {
        let used = voices.used().filter(|one| one.profile.n_clips > 0);
        used.is_some_and(|used| Some(used.name) == voice.get())
    };
    let better = move |_| {
        let Some((used, clip)) = untrack(|| voices.used().zip(workbench.heard())) else {
            return;
        };
        is_sent.set(true);
        fault.set(None);
        let before = used.clone();
        let heard_as = entry.with_value(|entry| entry.heard_as);
        voices.enrol(&clip, Some(&used.profile), heard_as, move |outcome| {
            match outcome {
                Ok(enrolled) => {
                    voices.change(|profiles| profiles.bettered(&before, enrolled.profile));
                    is_done.try_set(true);
                }
                Err(error) => {
                    fault.try_set(Some(error));
                }
            }
            is_sent.try_set(false);
        });
    };
    let said = live(move || match fault.get() {
        None if is_done.get() => td_string!(i18n.get_locale(), voice.bettered).to_owned(),
        None => String::new(),
        Some(error) => error_message(i18n.get_locale(), &error),
    });
    let is_offered = move || is_used() && !is_sent.get() && !is_done.get();
    let device = expect_context::<OnDevice>();
    let is_said_to_stay = move || is_offered() && device.is_chosen.get();
    view! {
        {sentence}
        <When is=Signal::derive(is_said_to_stay)>
            <p class="fine">{text!(i18n, voice.learns_there)}</p>
        </When>
        <When is=Signal::derive(is_offered)>
            <Action class="button button-small" act=better label=text!(i18n, voice.better) />
        </When>
        <p class="fine" aria-live="polite">{said}</p>
    }
}
