//! All emotions of a model with their probabilities, most probable first.

use leptos::prelude::*;
use vocabulary::Probabilities;

use super::EmotionLabel;
use crate::{
    fixed::css_percent,
    i18n::{emotion_words::how_many, number, td_string, use_i18n},
    live::live,
};

/// A list with a number and a bar for each emotion. The bars are drawings: the numbers say it all.
#[component]
pub fn ProbabilityBars(
    probabilities: Probabilities,
    /// Tells several lists on a page apart.
    #[prop(optional)]
    place: usize,
) -> impl IntoView {
    let i18n = use_i18n();
    let ranked = probabilities.ranked();
    let n_emotions = ranked.len();
    let heading = live(move || {
        let locale = i18n.get_locale();
        td_string!(locale, result.all, count = how_many(locale, n_emotions))
    });
    let rows = ranked.into_iter().map(|(emotion, probability)| {
        view! {
            <li class="bar" data-emotion=emotion.code()>
                <EmotionLabel emotion />
                <span class="bar-number">
                    {live(move || number::percent(i18n.get_locale(), probability))}
                </span>
                <svg class="meter" aria-hidden="true">
                    <rect class="meter-track" width="100%" height="100%" rx="3" />
                    <rect
                        class="meter-fill"
                        width=css_percent(probability)
                        height="100%"
                        rx="3"
                    />
                </svg>
            </li>
        }
    });
    view! {
        <h3 id=format!("bars-heading-{place}")>{heading}</h3>
        // Safari takes lists without bullets for no lists unless told.
        <ol class="bars" role="list" aria-labelledby=format!("bars-heading-{place}")>
            {rows.collect_view()}
        </ol>
    }
}
