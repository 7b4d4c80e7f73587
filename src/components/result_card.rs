//! What a clip sounds like, and how sure that is.

use emotion::{ConfidenceBand, Prediction};
use leptos::{html, prelude::*};

use super::{AccuracyNote, EmotionFace, ProbabilityBars, Timeline};
use crate::{
    browser::focus,
    i18n::{
        I18nLocaleTrait,
        emotion_words::{how_often_right, label, other, sounds, sureness},
        number, t, td_string, use_i18n,
    },
    workbench::Workbench,
};

/// What a clip sounds like, and how sure that is.
#[component]
pub fn ResultCard(prediction: Prediction) -> impl IntoView {
    let i18n = use_i18n();
    let workbench = expect_context::<Workbench>();
    let (emotion, certainty) = (prediction.emotion(), prediction.certainty);
    let is_unclear = certainty.band == ConfidenceBand::Unclear;
    let (speech_s, has_little_speech) = (prediction.speech_s, prediction.has_little_speech());
    let (confidence, duration_s) = (prediction.confidence(), prediction.duration_s);
    let heading = NodeRef::<html::H2>::new();
    Effect::new(move |_| heading.get().map(|heading| focus(&heading)));
    let other_label = move || {
        let locale = other(i18n.get_locale());
        let label = if is_unclear {
            td_string!(locale, result.unclear)
        } else {
            label(locale, emotion)
        };
        view! { <span class="other-language" lang=locale.as_str()>{label}</span> }
    };
    let sentence = move || {
        if is_unclear {
            td_string!(i18n.get_locale(), result.unclear)
        } else {
            sounds(i18n.get_locale(), emotion)
        }
    };
    let sureness = move || {
        let locale = i18n.get_locale();
        let right = how_often_right(locale, certainty.accuracy);
        format!("{} {right}", sureness(locale, certainty.band))
    };
    let little_speech = move || {
        let seconds = number::decimal(i18n.get_locale(), f64::from(speech_s), 1);
        td_string!(i18n.get_locale(), result.little_speech, seconds)
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
                <span>{sentence}" · "{other_label}</span>
            </h2>
            <p class="result-confidence">{confidence}</p>
            <p>{sureness}</p>
            <Show when=move || has_little_speech>
                <p>{little_speech}</p>
            </Show>
            <ProbabilityBars probabilities=prediction.probabilities />
            <Timeline windows=prediction.windows />
            <p class="fine">{duration}</p>
            <AccuracyNote />
            <p class="fine">
                <a href="/model">{t!(i18n, site.model)}</a>
            </p>
            <a class="button button-primary" href="/" on:click=start_again>
                {t!(i18n, result.again)}
            </a>
        </section>
    }
}
