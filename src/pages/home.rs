//! The start page: record or choose a clip, hear what it sounds like.

use leptos::prelude::*;

use crate::{
    api::{PageFacts, SubmittedOutcome},
    components::{LimitsNote, NoticeDialog, OutcomePanel, SourcePanel, StatusLine},
    i18n::{emotion_words::how_many, td_string, text, use_i18n},
    live::live,
    workbench::Workbench,
};

/// The start page.
#[component]
pub fn HomePage() -> impl IntoView {
    let i18n = use_i18n();
    let submitted = SharedValue::new(|| use_context::<SubmittedOutcome>().and_then(|form| form.0));
    let facts = expect_context::<PageFacts>();
    let lead = live(move || {
        let locale = i18n.get_locale();
        td_string!(
            locale,
            home.lead,
            count = how_many(locale, facts.n_emotions)
        )
    });
    provide_context(Workbench::new(
        facts.max_upload_bytes,
        submitted.into_inner(),
    ));
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
        <NoticeDialog />
    }
}
