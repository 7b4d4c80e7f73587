//! The moments in which an emotion is strongest.

use vocabulary::{Calibration, ConfidenceBand, Emotion, Outcome, Prediction};

use crate::parts::spoken;

/// Most peaks of each emotion that can be asked for.
pub const MAX_PEAKS: i64 = 20;

/// A moment stands for so much before and after it: half a window.
const HALF_S: f32 = 2.0;

/// A moment in which an emotion is strongest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// The emotion.
    pub emotion: Emotion,
    /// Where it is strongest, seconds.
    pub at_s: f32,
    /// Start of what is worth listening to, seconds.
    pub start_s: f32,
    /// Its end, seconds.
    pub end_s: f32,
    /// Whose voice it is, as in [`Turn::speaker`](vocabulary::Turn::speaker); `None` where nobody told voices apart.
    pub speaker: Option<usize>,
    /// Channel of the clip, from 0; `None` where all were heard together.
    pub channel: Option<usize>,
    /// Probability of the emotion.
    pub confidence: f32,
    /// How sure that is; never [`ConfidenceBand::Unclear`].
    pub band: ConfidenceBand,
}

/// For each emotion up to `n_each` moments in which it is the answer, the strongest first. Two of them do not overlap.
/// Where voices were told apart, a moment is a turn.
pub fn peaks(prediction: &Prediction, calibration: &Calibration, n_each: usize) -> Vec<Peak> {
    let mut candidates = match &prediction.turns[..] {
        _ if n_each == 0 => return Vec::new(),
        [] => of_moments(prediction, calibration),
        _ => of_turns(prediction),
    };
    candidates.retain(|peak| Outcome::of(peak.band) == Outcome::Emotion);
    candidates.sort_by(|left, right| right.confidence.total_cmp(&left.confidence));
    let of_emotion = |emotion: Emotion| {
        let mut chosen: Vec<Peak> = Vec::new();
        for peak in candidates.iter().filter(|peak| peak.emotion == emotion) {
            if chosen.len() == n_each {
                break;
            }
            let overlaps = |other: &Peak| peak.start_s < other.end_s && other.start_s < peak.end_s;
            if !chosen.iter().any(overlaps) {
                chosen.push(*peak);
            }
        }
        chosen
    };
    Emotion::ALL.into_iter().flat_map(of_emotion).collect()
}

/// Moments that are at least as strong as those beside them: of a level top its middle, so that what is there for long
/// is not told by its edge.
fn of_moments(prediction: &Prediction, calibration: &Calibration) -> Vec<Peak> {
    let answers: Vec<_> = spoken(prediction)
        .map(|moment| (moment.start_s, moment.end_s, moment.top()))
        .collect();
    let level = answers.chunk_by(|(_, last_s, last), (next_s, _, next)| {
        last.0 == next.0 && (last.1 - next.1).abs() < 1e-4 && next_s - last_s < 1e-3
    });
    level
        .map(|level| {
            let (start_s, end_s) = (level[0].0, level[level.len() - 1].1);
            let (emotion, confidence) = level[0].2;
            let at_s = (start_s + end_s) / 2.0;
            Peak {
                emotion,
                at_s,
                start_s: (at_s - HALF_S).max(0.0),
                end_s: (at_s + HALF_S).min(prediction.duration_s),
                speaker: None,
                channel: None,
                confidence,
                band: calibration.band_of(confidence, prediction.distance).band,
            }
        })
        .collect()
}

fn of_turns(prediction: &Prediction) -> Vec<Peak> {
    let turns = prediction.turns.iter().filter_map(|turn| {
        let heard = turn.expression.as_ref()?;
        let (emotion, confidence) = heard.probabilities.top();
        Some(Peak {
            emotion,
            at_s: (turn.start_s + turn.end_s) / 2.0,
            start_s: turn.start_s,
            end_s: turn.end_s,
            speaker: Some(turn.speaker),
            channel: turn.channel,
            confidence,
            band: heard.certainty.band,
        })
    });
    turns.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{prediction, window};

    #[test]
    fn the_strongest_moments_come_first_and_do_not_overlap() {
        let shares = [0.1, 0.7, 0.9, 0.65, 0.3, 0.8, 0.2];
        let windows = shares.iter().enumerate();
        let clip = prediction(
            windows
                .map(|(at, angry)| window(4.0 * at as f32, 4.0 * at as f32 + 4.0, *angry))
                .collect(),
        );
        let calibration = Calibration::default();
        let found = peaks(&clip, &calibration, 2);
        let angry: Vec<_> = found
            .iter()
            .filter(|peak| peak.emotion == Emotion::Angry)
            .map(|peak| (peak.at_s.round(), (peak.confidence * 100.0).round()))
            .collect();
        assert_eq!(angry, [(10.0, 90.0), (22.0, 80.0)]);
        assert_eq!(peaks(&clip, &calibration, 1).len(), 2, "angry and sad");
        for peak in &found {
            assert!(
                peak.start_s >= 0.0 && peak.end_s <= clip.duration_s,
                "{peak:?}"
            );
        }
    }

    #[test]
    fn silence_is_no_moment() {
        let mut clip = prediction(vec![window(0.0, 4.0, 0.9), window(2.0, 6.0, 0.9)]);
        clip.speech = vec![(0.5, 1.5)];
        let found = peaks(&clip, &Calibration::default(), 1);
        assert!((found[0].at_s - 1.0).abs() < 0.1, "{found:?}");
    }

    #[test]
    fn an_emotion_that_is_no_answer_has_no_peak() {
        let clip = prediction(vec![window(0.0, 4.0, 0.9)]);
        let found = peaks(&clip, &Calibration::default(), 3);
        assert_eq!(found.len(), 1);
        assert_eq!(peaks(&clip, &Calibration::default(), 0), []);
    }
}
