//! How a longer clip sounds, part by part.

use super::{EmotionFace, EmotionLabel};
use crate::{
    browser::Player,
    i18n::{Locale, emotion_words::strength, number, text, use_i18n},
    live::live,
};
use leptos::prelude::*;
use moments::{Part, parts};
use vocabulary::Prediction;

/// A longer list is closed at first.
const MAX_OPEN: usize = 6;

/// The parts of a clip that sound alike; none where it has turns, as what several voices sound like together says
/// nothing of one.
pub fn parts_of(prediction: &Prediction) -> Vec<Part> {
    match &prediction.turns[..] {
        [] => parts(&prediction.windows),
        _ => Vec::new(),
    }
}

fn span(locale: Locale, part: &Part) -> String {
    number::span(locale, part.start_s, part.end_s)
}

/// How sure a part's emotion is, and how strong where that is known.
fn worth(locale: Locale, part: &Part) -> String {
    let percent = number::percent(locale, part.confidence);
    match part.intensity {
        Some(intensity) => format!("{percent} · {}", strength(locale, intensity.word)),
        None => percent,
    }
}

/// The parts as a list of buttons that play them; the one that is heard is marked. Nothing where there are none.
#[component]
pub fn TimelineParts(
    parts: StoredValue<Vec<Part>>,
    player: Player,
    is_playable: Memo<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let heard = Memo::new(move |_| {
        let at_s = player.position_s();
        let is_heard = |part: &Part| at_s > 0.0 && (part.start_s..part.end_s).contains(&at_s);
        parts.with_value(|parts| parts.iter().position(is_heard))
    });
    let parts = parts.get_value();
    let n_parts = parts.len();
    let rows = parts.into_iter().enumerate().map(move |(part_idx, part)| {
        view! {
            <li data-emotion=part.emotion.code()>
                <button
                    type="button"
                    class="part"
                    disabled=live(move || !is_playable.get())
                    aria-current=live(move || (heard.get() == Some(part_idx)).then_some("true"))
                    on:click=move |_| player.play_from(part.start_s)
                >
                    <span class="part-time">{live(move || span(i18n.get_locale(), &part))}</span>
                    <EmotionFace emotion=part.emotion />
                    <EmotionLabel emotion=part.emotion />
                    <span>{live(move || worth(i18n.get_locale(), &part))}</span>
                </button>
            </li>
        }
    });
    (n_parts > 0).then(|| {
        view! {
            <details class="timeline" open=n_parts <= MAX_OPEN>
                <summary>{text!(i18n, result.parts)}</summary>
                <ol role="list" aria-label=text!(i18n, result.timeline_caption)>
                    {rows.collect_view()}
                </ol>
            </details>
        }
    })
}

#[cfg(test)]
mod tests {
    use vocabulary::{Emotion, Intensity};

    use super::*;

    #[test]
    fn a_part_says_where_it_is_even_if_it_is_short() {
        let part = Part {
            start_s: 0.0,
            end_s: 0.7,
            emotion: Emotion::Sad,
            confidence: 0.5,
            intensity: Some(Intensity::of(0.9)),
        };
        assert_eq!(worth(Locale::bn, &part), "৫০% · প্রবল");
        assert_eq!(span(Locale::bn, &part), "০:০০–০:০০.৭");
    }
}
