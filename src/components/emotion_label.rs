//! An emotion's name in both languages.

use leptos::prelude::*;
use vocabulary::Emotion;

use crate::{
    i18n::{
        I18nLocaleTrait,
        emotion_words::{label, other},
        use_i18n,
    },
    live::live,
};

/// The name in the page's language, and smaller in the other one.
#[component]
pub fn EmotionLabel(emotion: Emotion) -> impl IntoView {
    let i18n = use_i18n();
    let other_locale = move || other(i18n.get_locale());
    view! {
        <span class="emotion-label">
            {live(move || label(i18n.get_locale(), emotion))} " "
            <span class="other-language" lang=live(move || other_locale().as_str())>
                {live(move || label(other_locale(), emotion))}
            </span>
        </span>
    }
}
