//! One voice profile in the list.

use leptos::prelude::*;

use super::Action;
use crate::{
    browser::{ask_text, save_text},
    i18n::{number, td_string, text, use_i18n},
    live::live,
    profiles::to_json,
    voices::Voices,
};

/// A profile's name and clips; its choice, export, renaming, and its removal after a question.
#[component]
pub fn ProfileRow(name: String) -> impl IntoView {
    let i18n = use_i18n();
    let voices = expect_context::<Voices>();
    let is_asked = RwSignal::new(false);
    let name = StoredValue::new(name);
    let profile = move || {
        let name = name.get_value();
        voices
            .profiles
            .with(|profiles| profiles.named(&name).map(|one| one.profile.clone()))
    };
    let is_ours = move || profile().is_some_and(|profile| profile.model == voices.model_id());
    let is_used = move || {
        let used = voices.profiles.with(|profiles| profiles.in_use.clone());
        used.is_some_and(|used| name.with_value(|name| *name == used))
    };
    let told = live(move || {
        let locale = i18n.get_locale();
        let profile = profile()?;
        Some(match is_ours() {
            true if profile.n_clips == 0 => td_string!(locale, corrections.profile).to_owned(),
            true => {
                let count = number::decimal(locale, profile.n_clips.into(), 0);
                td_string!(locale, voice.clips, count)
            }
            false => td_string!(locale, voice.other_model, model = profile.model),
        })
    });
    let choose = move |_| voices.change(|profiles| profiles.using(Some(&name.get_value())));
    let export = move |_| {
        if let Some(profile) = untrack(profile) {
            let file_name = format!("{}.json", name.get_value());
            save_text(&file_name, "application/json", &to_json(&profile));
        }
    };
    let rename = move |_| {
        let question = td_string!(i18n.get_locale_untracked(), history.rename);
        let before = name.get_value();
        if let Some(wish) = ask_text(question, &before).filter(|wish| !wish.trim().is_empty()) {
            voices.change(|profiles| profiles.renamed(&before, &wish));
        }
    };
    let remove = move |_| voices.change(|profiles| profiles.without(&name.get_value()));
    let removal = live(move || {
        match is_asked.get() {
        false => view! {
            <Action class="button button-small" act=move |_| is_asked.set(true) label=text!(i18n, history.remove) />
        }
        .into_any(),
        true => view! {
            <span role="alert">{text!(i18n, voice.really)}</span>
            <Action class="button button-small button-danger" act=remove label=text!(i18n, history.yes) />
            <Action class="button button-small" act=move |_| is_asked.set(false) label=text!(i18n, voice.keep) />
        }
        .into_any(),
    }
    });
    view! {
        <li>
            <label class="choice">
                <input
                    type="radio"
                    name="profile"
                    disabled=live(move || !is_ours())
                    prop:checked=live(is_used)
                    on:change=choose
                />
                <bdi lang="">{name.get_value()}</bdi>
            </label>
            <p class="fine">{told}</p>
            <div class="buttons">
                <Action class="button button-small" act=rename label=text!(i18n, history.rename) />
                <Action class="button button-small" act=export label=text!(i18n, voice.export) />
                {removal}
            </div>
        </li>
    }
}
