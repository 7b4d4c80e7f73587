//! Whose voice is heard: one of the voice profiles, or nobody that is known.

use leptos::prelude::*;

use super::When;
use crate::{
    i18n::{text, use_i18n},
    live::live,
    routes::Links,
    voices::Voices,
};

/// The voice profile with which the next clip is heard, and the way to the page where they are made.
#[component]
pub fn VoiceChoice() -> impl IntoView {
    let i18n = use_i18n();
    let voices = expect_context::<Voices>();
    let links = expect_context::<Links>();
    let names = Memo::new(move |_| {
        let model_id = voices.model_id();
        voices.profiles.with(|profiles| {
            let all = profiles.all.iter();
            let ours = all.filter(|one| one.profile.model == model_id);
            ours.map(|one| one.name.clone()).collect::<Vec<_>>()
        })
    });
    let used = Memo::new(move |_| voices.used().map(|one| one.name));
    let options = move || {
        let options = names.get().into_iter().map(|name| {
            let (value, known) = (name.clone(), name.clone());
            let is_used = live(move || used.get().as_ref() == Some(&known));
            view! {
                <option value=value lang="" selected=is_used>
                    {name}
                </option>
            }
        });
        options.collect_view()
    };
    let choose = move |event| {
        let name = event_target_value(&event);
        let name = Some(name.as_str()).filter(|name| !name.is_empty());
        voices.change(|profiles| profiles.using(name));
    };
    view! {
        <When is=Signal::derive(move || !names.with(Vec::is_empty))>
            <label class="field">
                <span>{text!(i18n, voice.choice)}</span>
                <select on:change=choose>
                    <option value="" selected=live(move || used.get().is_none())>
                        {text!(i18n, voice.none)}
                    </option>
                    {options}
                </select>
            </label>
        </When>
        <p class="fine">
            <a href=links.to("/voice")>{text!(i18n, voice.link)}</a>
        </p>
    }
}
