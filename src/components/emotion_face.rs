//! A face for each emotion, so that colour is never the only sign.

use leptos::prelude::*;
use vocabulary::Emotion;

/// A drawn face; the words beside it say the same. Without an emotion it looks as if it did not know.
#[component]
pub fn EmotionFace(#[prop(into)] emotion: Option<Emotion>) -> impl IntoView {
    let Some(emotion) = emotion else {
        return face("M11 14q3-2 7 0M22 13h7", "M14 28l12-2");
    };
    let (brows, mouth) = match emotion {
        Emotion::Angry => ("M11 13l7 3M29 13l-7 3", "M13 29q7-6 14 0"),
        Emotion::Happy => ("M12 14q3-3 6 0M22 14q3-3 6 0", "M11 23q9 11 18 0z"),
        Emotion::Sad => ("M11 16l6-3M29 16l-6-3", "M13 30q7-7 14 0"),
        Emotion::Neutral => ("M12 14h6M22 14h6", "M13 27h14"),
        Emotion::Fear => (
            "M11 15q3-4 7-4M29 15q-3-4-7-4",
            "M12 28q2-4 4 0t4 0 4 0 4 0",
        ),
        Emotion::Disgust => ("M11 14l7 2M29 12q-4-2-7 2", "M13 26q4-4 7 0t7 3"),
        Emotion::Contempt => ("M11 15h7M22 13q4-3 7-1", "M13 28q8 1 14-4"),
        Emotion::Surprise => ("M12 12q3-3 6 0M22 12q3-3 6 0", "M20 24a4 4.5 0 1 0 .1 0z"),
    };
    face(brows, mouth)
}

fn face(brows: &'static str, mouth: &'static str) -> impl IntoView {
    view! {
        <svg class="face" viewBox="0 0 40 40" aria-hidden="true">
            <circle class="face-head" cx="20" cy="20" r="18" />
            <circle class="face-eye" cx="15" cy="19" r="1.8" />
            <circle class="face-eye" cx="25" cy="19" r="1.8" />
            <path class="face-line" d=brows />
            <path class="face-line" d=mouth />
        </svg>
    }
}
