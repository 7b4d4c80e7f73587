//! What a clip sounds like, and how sure that is.

use emotion::Prediction;
use leptos::{html, prelude::*};

use super::{AccuracyNote, EmotionFace, ProbabilityBars, Timeline};
use crate::{
    browser::focus,
    i18n::{
        I18nLocaleTrait,
        emotion_words::{label, other, sounds, sureness},
        number, t, td_string, use_i18n,
    },
    workbench::Workbench,
};

/// What a clip sounds like, and how sure that is.
#[component]
pub fn ResultCard(prediction: Prediction) -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let (emotion, band) = (prediction.emotion(), prediction.band());
    let (confidence, duration_s) = (prediction.confidence(), prediction.duration_s);
    let heading = NodeRef::<html::H2>::new();
    Effect::new(move |_| heading.get().map(|heading| focus(&heading)));
    let other_label = move || {
        let locale = other(i18n.get_locale());
        view! { <span class="other-language" lang=locale.as_str()>{label(locale, emotion)}</span> }
    };
    let confidence = move || {
        let percent = number::percent(i18n.get_locale(), confidence);
        td_string!(i18n.get_locale(), result.confidence, percent)
    };
    let duration = move || {
        let seconds = number::decimal(i18n.get_locale(), f64::from(duration_s), 1);
        td_string!(i18n.get_locale(), result.duration, seconds)
    };
    let start_again = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        workbench.reset();
    };
    view! {
        <section class="card result" data-emotion=emotion.code() aria-labelledby="result-heading">
            <h2 id="result-heading" class="result-heading" tabindex="-1" node_ref=heading>
                <EmotionFace emotion />
                <span>{move || sounds(i18n.get_locale(), emotion)}" · "{other_label}</span>
            </h2>
            <p class="result-confidence">{confidence}</p>
            <p>{move || sureness(i18n.get_locale(), band)} " " {t!(i18n, result.meaning)}</p>
            <ProbabilityBars probabilities=prediction.probabilities />
            <Timeline windows=prediction.windows />
            <p class="fine">{duration}</p>
            <AccuracyNote />
            <a class="button button-primary" href="/" on:click=start_again>
                {t!(i18n, result.again)}
            </a>
        </section>
    }
}
