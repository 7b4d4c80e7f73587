//! What a clip sounds like, and how sure that is.

use leptos::{html, prelude::*};
use vocabulary::{Analysis, Prediction};

use super::{
    AccuracyNote, ClipFigure, EmotionFace, Feedback, ProbabilityBars, QualityNotes, ResultExports,
};
use crate::{
    browser::{focus, storage},
    history::Entry,
    i18n::{
        I18nLocaleTrait, Locale,
        emotion_words::{confidence, other, outcome_label, sentence, worth},
        number, td_string, text, use_i18n,
    },
    live::live,
    routes::Links,
    workbench::Workbench,
};

/// What a clip sounds like, how sure that is, what it looks like, and what can be done with it.
#[component]
pub fn ResultCard(analysis: Analysis) -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let links = expect_context::<Links>();
    let prediction = StoredValue::new(analysis.prediction.clone());
    let heading = NodeRef::<html::H2>::new();
    Effect::new(move |_| heading.get().map(|heading| focus(&heading)));
    let source = untrack(|| workbench.clip()).and_then(|clip| clip.file_name);
    let entry = StoredValue::new(Entry::new(0.0, source, analysis.prediction));
    Effect::new(move |_| entry.update_value(|entry| entry.at_ms = storage::now_ms()));
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
        let seconds = number::decimal(i18n.get_locale(), f64::from(duration_s), 1);
        td_string!(i18n.get_locale(), result.duration, seconds)
    });
    let start_again = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        workbench.reset();
    };
    let emotion = prediction.with_value(|prediction| prediction.emotion());
    let probabilities = prediction.with_value(|prediction| prediction.probabilities.clone());
    view! {
        <section class="card result" data-emotion=emotion.code() aria-labelledby="result-heading">
            <h2 id="result-heading" class="result-heading" tabindex="-1" node_ref=heading>
                <EmotionFace emotion />
                <span>{in_words(sentence)} " · " {other_label}</span>
            </h2>
            <p class="result-confidence">{in_words(confidence)}</p>
            <p>{in_words(worth)}</p>
            {view! { <QualityNotes prediction /> }.into_any()}
            <ProbabilityBars probabilities />
            {view! { <ClipFigure prediction pictures=analysis.pictures.clone() /> }.into_any()}
            {view! { <Feedback entry /> }.into_any()}
            {view! { <ResultExports entry waveform=analysis.pictures.waveform /> }.into_any()}
            <div class="result-foot">
                <p class="fine">{duration}</p>
                <AccuracyNote />
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
