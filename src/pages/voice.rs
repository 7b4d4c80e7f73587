//! Voice profiles: they lie in the browser, so the server renders an empty list and the browser fills it.

use leptos::prelude::*;

use crate::{
    components::{Corrections, NewProfile, ProfileList},
    i18n::{td_string, text, use_i18n},
    live::live,
};

/// The page of voice profiles.
#[component]
pub fn VoicePage() -> impl IntoView {
    let i18n = use_i18n();
    let no_script = live(move || {
        let sentence = td_string!(i18n.get_locale(), voice.no_script);
        format!("<p>{sentence}</p>")
    });
    view! {
        <div class="intro">
            <h1>{text!(i18n, voice.heading)}</h1>
            <p class="lead">{text!(i18n, voice.lead)}</p>
            <p class="fine">{text!(i18n, voice.privacy)}</p>
            // Where scripts run, a browser parses this element's content as text: nothing to hydrate.
            <noscript inner_html=no_script></noscript>
        </div>
        <div class="workbench">
            {view! { <NewProfile /> }.into_any()}
            {view! { <Corrections /> }.into_any()}
            {view! { <ProfileList /> }.into_any()}
        </div>
    }
}
