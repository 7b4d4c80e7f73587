//! The voice profiles that this browser keeps, and the import of others.

use leptos::{prelude::*, task::spawn_local};

use super::{ErrorNote, ProfileRow, When};
use crate::{
    browser::{Clip, chosen_files},
    error::AppError,
    i18n::{text, use_i18n},
    live::live,
    profiles::of_json,
    voices::Voices,
};

/// A row for each profile, and a file input for one that was made elsewhere.
#[component]
pub fn ProfileList() -> impl IntoView {
    let i18n = use_i18n();
    let voices = expect_context::<Voices>();
    let profiles = voices.profiles;
    let refusal = RwSignal::new(None::<AppError>);
    let names = Memo::new(move |_| {
        profiles.with(|profiles| {
            let all = profiles.all.iter();
            all.map(|one| one.name.clone()).collect::<Vec<_>>()
        })
    });
    let rows = live(move || {
        let rows = names.get().into_iter();
        rows.map(|name| view! { <ProfileRow name /> })
            .collect_view()
    });
    let take = move |file: Clip| {
        spawn_local(async move {
            let name = file.file_name.clone().unwrap_or_default();
            let name = name.trim_end_matches(".json").to_owned();
            match of_json(&file.text().await, &voices.model_id()) {
                Ok(profile) => {
                    refusal.set(None);
                    voices.change(|profiles| {
                        let name = profiles.free_name(&name);
                        profiles.with(&name, profile)
                    });
                }
                Err(error) => refusal.set(Some(error)),
            }
        });
    };
    let import = move |event| chosen_files(&event).into_iter().for_each(take);
    let is_unused = move || profiles.with(|profiles| profiles.in_use.is_none());
    view! {
        <section class="card profiles" aria-labelledby="profiles-heading">
            <h2 id="profiles-heading">{text!(i18n, voice.list)}</h2>
            {live(move || refusal.get().map(|error| view! { <ErrorNote error /> }.into_any()))}
            <When is=Signal::derive(move || !voices.is_kept.get())>
                <p role="alert">{text!(i18n, voice.unkept)}</p>
            </When>
            <When is=Signal::derive(move || names.with(Vec::is_empty))>
                <p class="fine">{text!(i18n, voice.empty)}</p>
            </When>
            <ul class="profile-rows" role="list">
                {rows}
                <When is=Signal::derive(move || !names.with(Vec::is_empty))>
                    <li>
                        <label class="choice">
                            <input
                                type="radio"
                                name="profile"
                                prop:checked=live(is_unused)
                                on:change=move |_| voices.change(|profiles| profiles.using(None))
                            />
                            <span>{text!(i18n, voice.none)}</span>
                        </label>
                    </li>
                </When>
            </ul>
            <label class="button button-small take-over">
                <span>{text!(i18n, voice.import)}</span>
                <input class="visually-hidden" type="file" accept=".json,application/json" on:change=import />
            </label>
        </section>
    }
}
