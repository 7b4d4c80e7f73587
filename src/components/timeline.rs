//! How a longer clip sounds, part by part.

use leptos::prelude::*;
use vocabulary::{Emotion, WindowPrediction};

use super::{EmotionFace, EmotionLabel};
use crate::{
    browser::Player,
    i18n::{Locale, number, text, use_i18n},
    live::live,
};

/// A longer list is closed at first.
const MAX_OPEN: usize = 6;

/// A part of a clip whose windows all have the same top emotion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Start of its first window, seconds.
    pub start_s: f32,
    /// Start of the next part, or the end of the clip, seconds.
    pub end_s: f32,
    /// What it sounds like.
    pub emotion: Emotion,
    /// Mean over its windows of the top probability.
    pub confidence: f32,
}

/// Joins neighbouring windows with the same top emotion.
pub fn parts(windows: &[WindowPrediction]) -> Vec<Part> {
    let top = |window: &WindowPrediction| window.probabilities.top();
    let mut parts: Vec<Part> = windows
        .chunk_by(|left, right| top(left).0 == top(right).0)
        .map(|chunk| Part {
            start_s: chunk[0].start_s,
            end_s: chunk[chunk.len() - 1].end_s,
            emotion: top(&chunk[0]).0,
            confidence: chunk.iter().map(|window| top(window).1).sum::<f32>() / chunk.len() as f32,
        })
        .collect();
    // Windows overlap; parts do not.
    for next_idx in 1..parts.len() {
        parts[next_idx - 1].end_s = parts[next_idx].start_s;
    }
    parts
}

fn span(locale: Locale, part: &Part) -> String {
    let [start, end] = [part.start_s, part.end_s].map(|at_s| number::clock(locale, at_s.into()));
    format!("{start}–{end}")
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
                    <span>{live(move || number::percent(i18n.get_locale(), part.confidence))}</span>
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
    use vocabulary::{LabelSet, Probabilities};

    use super::*;

    fn window(start_s: f32, values: [f32; 5]) -> WindowPrediction {
        WindowPrediction {
            start_s,
            end_s: start_s + 4.0,
            probabilities: Probabilities::new(&LabelSet::five(), &values).expect("a distribution"),
        }
    }

    #[test]
    fn parts_join_equal_neighbours_and_do_not_overlap() {
        let angry = [0.6, 0.1, 0.1, 0.1, 0.1];
        let angrier = [0.8, 0.05, 0.05, 0.05, 0.05];
        let sad = [0.1, 0.1, 0.5, 0.2, 0.1];
        let windows = [window(0.0, angry), window(1.0, angrier), window(2.0, sad)];
        let found = parts(&windows);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].start_s, found[0].end_s), (0.0, 2.0));
        assert_eq!((found[1].start_s, found[1].end_s), (2.0, 6.0));
        assert_eq!(
            (found[0].emotion, found[1].emotion),
            (Emotion::Angry, Emotion::Sad)
        );
        assert!((found[0].confidence - 0.7).abs() < 1e-6);
        assert_eq!(span(Locale::bn, &found[0]), "০:০০–০:০২");
    }
}
