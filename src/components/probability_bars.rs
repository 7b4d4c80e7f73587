//! All five emotions with their probabilities, most probable first.

use emotion::Probabilities;
use leptos::prelude::*;

use super::EmotionLabel;
use crate::i18n::{number, t, use_i18n};

/// A list with a number and a bar for each emotion. The bars are drawings: the numbers say it all.
#[component]
pub fn ProbabilityBars(probabilities: Probabilities) -> impl IntoView {
    let i18n = use_i18n();
    let rows = probabilities
        .ranked()
        .into_iter()
        .map(|(emotion, probability)| {
            view! {
                <li class="bar" data-emotion=emotion.code()>
                    <EmotionLabel emotion />
                    <span class="bar-number">
                        {move || number::percent(i18n.get_locale(), probability)}
                    </span>
                    <svg class="meter" aria-hidden="true">
                        <rect class="meter-track" width="100%" height="100%" rx="3" />
                        <rect
                            class="meter-fill"
                            width=format!("{:.1}%", probability * 100.0)
                            height="100%"
                            rx="3"
                        />
                    </svg>
                </li>
            }
        });
    view! {
        <h3 id="bars-heading">{t!(i18n, result.all)}</h3>
        // Safari takes lists without bullets for no lists unless told.
        <ol class="bars" role="list" aria-labelledby="bars-heading">
            {rows.collect_view()}
        </ol>
    }
}
