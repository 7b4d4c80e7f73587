//! How a longer clip sounds, part by part.

use emotion::{Emotion, WindowPrediction};
use leptos::prelude::*;

use super::EmotionLabel;
use crate::i18n::{Locale, number, t, use_i18n};

/// A part of a clip whose windows all have the same top emotion.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Part {
    /// Start of its first window, seconds.
    start_s: f32,
    /// Start of the next part, or the end of the clip, seconds.
    end_s: f32,
    emotion: Emotion,
    /// Mean over its windows of the top probability.
    confidence: f32,
}

/// Joins neighbouring windows with the same top emotion.
fn parts(windows: &[WindowPrediction]) -> Vec<Part> {
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

/// A table of the clip's parts; nothing for a clip of one window.
#[component]
pub fn Timeline(windows: Vec<WindowPrediction>) -> impl IntoView {
    let i18n = use_i18n();
    let rows = parts(&windows).into_iter().map(move |part| {
        view! {
            <tr data-emotion=part.emotion.code()>
                <td>{move || span(i18n.get_locale(), &part)}</td>
                <th scope="row">
                    <EmotionLabel emotion=part.emotion />
                </th>
                <td>{move || number::percent(i18n.get_locale(), part.confidence)}</td>
            </tr>
        }
    });
    let table = view! {
        <details class="timeline">
            <summary>{t!(i18n, result.timeline)}</summary>
            <table>
                <caption class="visually-hidden">{t!(i18n, result.timeline_caption)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t!(i18n, result.when)}</th>
                        <th scope="col">{t!(i18n, result.emotion)}</th>
                        <th scope="col">{t!(i18n, result.mean_confidence)}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </details>
    };
    (windows.len() > 1).then_some(table)
}

#[cfg(test)]
mod tests {
    use emotion::{LabelSet, Probabilities};

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
