//! What a clip sounds like, and how sure that is.

use leptos::{html, prelude::*};
use vocabulary::{Analysis, Prediction};
use wasm_split_helpers::wasm_split;

use super::{
    AccuracyNote, ClipFigure, EmotionFace, Feedback, ProbabilityBars, QualityNotes, ResultExports,
    VoiceNote,
};
use crate::{
    browser::{focus_at_top, storage},
    i18n::{
        I18nLocaleTrait, Locale,
        emotion_words::{
            answer, confidence, how_strong, how_sure_of, other, outcome_label, sentence, tone,
            worth,
        },
        td_string, text,
        time_words::length,
        use_i18n,
    },
    lazy::Loaded,
    live::{live, react},
    routes::Links,
    workbench::Workbench,
};

/// Builds [`ResultCard`] of a clip's analysis.
#[wasm_split(result, fallible)]
pub fn result_card() -> Loaded<Analysis> {
    Ok(|analysis| view! { <ResultCard analysis /> }.into_any())
}

/// What a clip sounds like, how sure that is, what it looks like, and what can be done with it.
#[component]
fn ResultCard(analysis: Analysis) -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let links = expect_context::<Links>();
    let prediction = StoredValue::new(analysis.prediction.clone());
    let heading = NodeRef::<html::H2>::new();
    react(move || heading.get().map(|heading| focus_at_top(&heading)));
    let entry = StoredValue::new(untrack(|| workbench.shown_entry(&analysis)));
    react(move || entry.update_value(|entry| entry.at_ms = storage::now_ms()));
    let in_words = move |words: fn(Locale, &Prediction) -> String| {
        move || prediction.with_value(|prediction| words(i18n.get_locale(), prediction))
    };
    let other_label = live(move || {
        let locale = other(i18n.get_locale());
        let label = prediction.with_value(|prediction| outcome_label(locale, prediction));
        view! { <span class="other-language" lang=locale.as_str()>{label}</span> }
    });
    let duration = live(move || {
        let duration_s = prediction.with_value(|prediction| prediction.duration_s);
        let length = length(i18n.get_locale(), duration_s.into());
        td_string!(i18n.get_locale(), result.duration, length)
    });
    let start_again = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        workbench.reset();
    };
    let answer = prediction.with_value(answer);
    let is_of_several = prediction.with_value(Prediction::is_of_several);
    let sure = live(move || {
        prediction.with_value(|prediction| how_sure_of(i18n.get_locale(), prediction))
    });
    let intensity = prediction.with_value(|prediction| prediction.intensity);
    let strength = intensity.filter(|_| !is_of_several).map(|intensity| {
        let words = live(move || how_strong(i18n.get_locale(), intensity));
        view! { <p>{words}</p> }
    });
    let probabilities = prediction.with_value(|prediction| prediction.probabilities.clone());
    view! {
        <section class="card result" data-emotion=tone(answer) aria-labelledby="result-heading">
            <h2 id="result-heading" class="result-heading" tabindex="-1" node_ref=heading>
                <EmotionFace emotion=answer />
                <span>{live(move || prediction.with_value(|prediction| sentence(i18n.get_locale(), prediction)))} " · " {other_label}</span>
            </h2>
            {strength}
            <p class="result-confidence">
                <span class="chip">{sure}</span>
                <span>{in_words(confidence)}</span>
            </p>
            <p>{in_words(worth)}</p>
            {view! { <QualityNotes prediction /> }.into_any()}
            {(!is_of_several).then(|| view! { <ProbabilityBars probabilities /> }.into_any())}
            {view! { <ClipFigure entry pictures=analysis.pictures.clone() /> }.into_any()}
            {(!is_of_several).then(|| view! { <Feedback entry /> }.into_any())}
            {view! { <VoiceNote entry /> }.into_any()}
            {view! { <ResultExports entry waveform=analysis.pictures.waveform /> }.into_any()}
            <div class="result-foot">
                <p class="fine">{duration}</p>
                <AccuracyNote model=analysis.model />
                <p class="fine">
                    <a href=links.to("/model")>{text!(i18n, site.model)}</a>
                </p>
            </div>
            <a class="button button-primary" href=links.to("/") on:click=start_again>
                {text!(i18n, result.again)}
            </a>
        </section>
    }
}
