//! The start page: record or choose a clip, hear what it sounds like.

use leptos::{ev, prelude::*};

use crate::{
    api::PageFacts,
    browser::{ask_before_leaving, pasted_files},
    components::{KeysDialog, LimitsNote, NoticeDialog, OutcomePanel, SourcePanel, StatusLine},
    i18n::{emotion_words::how_many, path, td_string, text, use_i18n},
    live::{live, react},
    workbench::Workbench,
};

/// The start page.
#[component]
pub fn HomePage() -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let facts = expect_context::<PageFacts>();
    let lead = live(move || {
        let locale = i18n.get_locale();
        td_string!(
            locale,
            home.lead,
            count = how_many(locale, facts.model.n_emotions)
        )
    });
    react(move || {
        ask_before_leaving(move |path| {
            let stays = path.is_some_and(|path| path::split(&path).1.trim_matches('/').is_empty());
            let locale = i18n.get_locale_untracked();
            (workbench.is_recording() && !stays)
                .then(|| td_string!(locale, recorder.leave).to_owned())
        });
    });
    react(move || {
        let paste =
            window_event_listener(ev::paste, move |event| workbench.take(pasted_files(&event)));
        on_cleanup(move || paste.remove());
    });
    on_cleanup(move || workbench.leave());
    view! {
        <div class="intro">
            <h1>{text!(i18n, home.heading)}</h1>
            <p class="lead">{lead}</p>
        </div>
        <div class="workbench">
            <SourcePanel />
            <div class="workbench-side">
                <OutcomePanel />
                <LimitsNote />
            </div>
        </div>
        <StatusLine />
        {view! { <KeysDialog /> }.into_any()}
        <NoticeDialog />
    }
}
