//! The parts of a clip that sound alike, from the windows that the recogniser heard.

use vocabulary::{Emotion, Intensity, Prediction, WindowPrediction};

/// How finely a change is placed, seconds; parts begin and end at multiples of it.
const STEP_S: f32 = 0.1;

/// A shorter part belongs to the one before it: a change is not placed more finely than this.
const MIN_PART_S: f32 = 0.5;

/// A part of a clip in which every moment has the same top emotion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Start, seconds.
    pub start_s: f32,
    /// Start of the next part, or the end of the last window that is heard, seconds.
    pub end_s: f32,
    /// What it sounds like.
    pub emotion: Emotion,
    /// Mean over its moments of the top probability.
    pub confidence: f32,
    /// Mean of the windows over it that sound alike, each for as long as it is; `None` where the model cannot tell.
    pub intensity: Option<Intensity>,
}

/// Joins the moments that have the same top emotion. Where no window is, there is no part.
///
/// A moment's answer is the mean of the windows over it, each weighted by how near its middle is (Bartlett's triangle):
/// a window tells of its middle more than of its ends, so a change is where windows begin to be mostly of the new
/// voice.
pub fn parts(windows: &[WindowPrediction]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for moment in moments(windows) {
        let (emotion, confidence) = moment.top();
        let part = Part {
            start_s: moment.start_s,
            end_s: moment.end_s,
            emotion,
            confidence,
            intensity: None,
        };
        append(&mut parts, part);
    }
    let mut parts = without_short(parts);
    for part in &mut parts {
        part.intensity = intensity(windows, part);
    }
    parts
}

fn intensity(windows: &[WindowPrediction], part: &Part) -> Option<Intensity> {
    let (mut sum, mut whole_s) = (0.0, 0.0);
    for window in windows {
        let over_s = window.end_s.min(part.end_s) - window.start_s.max(part.start_s);
        let is_alike = window.probabilities.top().0 == part.emotion;
        if let Some(intensity) = window.intensity.filter(|_| is_alike && over_s > 0.0) {
            sum += over_s * intensity.value;
            whole_s += over_s;
        }
    }
    (whole_s > 0.0).then(|| Intensity::of(sum / whole_s))
}

/// What is heard in a step of time.
pub(crate) struct Moment {
    pub start_s: f32,
    pub end_s: f32,
    /// Of each of [`Emotion::ALL`].
    pub probabilities: [f32; Emotion::ALL.len()],
}

impl Moment {
    pub fn of(&self, emotion: Emotion) -> f32 {
        self.probabilities[emotion as usize]
    }

    /// The most probable emotion.
    pub fn top(&self) -> (Emotion, f32) {
        let top = Emotion::ALL
            .into_iter()
            .rev()
            .max_by(|left, right| self.of(*left).total_cmp(&self.of(*right)))
            .unwrap_or(Emotion::Neutral);
        (top, self.of(top))
    }
}

/// The moments over which windows are, in time order.
pub(crate) fn moments(windows: &[WindowPrediction]) -> impl Iterator<Item = Moment> {
    let end_s = windows
        .iter()
        .fold(0.0_f32, |end_s, one| end_s.max(one.end_s));
    let n_steps = (end_s / STEP_S).ceil() as usize;
    (0..n_steps).filter_map(move |step| {
        let (start_s, next_s) = (step as f32 * STEP_S, (step + 1) as f32 * STEP_S);
        Some(Moment {
            start_s,
            end_s: next_s.min(end_s),
            probabilities: moment(windows, (start_s + next_s) / 2.0)?,
        })
    })
}

/// Those of them in which somebody speaks, where somebody looked.
pub(crate) fn spoken(prediction: &Prediction) -> impl Iterator<Item = Moment> {
    let speech = &prediction.speech;
    moments(&prediction.windows).filter(move |moment| {
        let at_s = (moment.start_s + moment.end_s) / 2.0;
        let is_in = |(start_s, end_s): &(f32, f32)| (*start_s..*end_s).contains(&at_s);
        speech.is_empty() || speech.iter().any(is_in)
    })
}

/// Mean of the moments of a span, one probability for each of [`Emotion::ALL`]; `None` where no window is.
pub fn mean(
    windows: &[WindowPrediction],
    start_s: f32,
    end_s: f32,
) -> Option<[f32; Emotion::ALL.len()]> {
    let steps = (start_s / STEP_S).round() as usize..(end_s / STEP_S).ceil() as usize;
    let mut sums = [0.0; Emotion::ALL.len()];
    let mut n_moments = 0.0;
    let moments = steps.filter_map(|step| moment(windows, (step as f32 + 0.5) * STEP_S));
    for probabilities in moments {
        n_moments += 1.0;
        for (sum, probability) in sums.iter_mut().zip(probabilities) {
            *sum += probability;
        }
    }
    (n_moments > 0.0).then(|| sums.map(|sum| sum / n_moments))
}

/// A moment's probability of each of [`Emotion::ALL`]; `None` where no window is.
fn moment(windows: &[WindowPrediction], at_s: f32) -> Option<[f32; Emotion::ALL.len()]> {
    let mut sums = [0.0; Emotion::ALL.len()];
    let mut whole = 0.0;
    for window in windows
        .iter()
        .filter(|one| (one.start_s..=one.end_s).contains(&at_s))
    {
        let weight = (at_s - window.start_s).min(window.end_s - at_s) + STEP_S;
        whole += weight;
        for (emotion, probability) in window.probabilities.iter() {
            sums[emotion as usize] += weight * probability;
        }
    }
    (whole > 0.0).then(|| sums.map(|sum| sum / whole))
}

/// Adds what follows, or lengthens the last part where it goes on.
fn append(parts: &mut Vec<Part>, next: Part) {
    let seconds = |part: &Part| part.end_s - part.start_s;
    match parts.last_mut() {
        Some(last) if last.emotion == next.emotion && next.start_s - last.end_s < STEP_S / 2.0 => {
            let (before_s, more_s) = (seconds(last), seconds(&next));
            let sum = last.confidence * before_s + next.confidence * more_s;
            last.confidence = sum / (before_s + more_s);
            last.end_s = next.end_s;
        }
        _ => parts.push(next),
    }
}

/// Gives what is too short to be told from its neighbours to the part before it, or to the one after it.
fn without_short(parts: Vec<Part>) -> Vec<Part> {
    let mut kept: Vec<Part> = Vec::new();
    for mut part in parts {
        let Some(last) = kept.last_mut() else {
            kept.push(part);
            continue;
        };
        let touches = part.start_s - last.end_s < STEP_S / 2.0;
        if touches && part.end_s - part.start_s < MIN_PART_S {
            last.end_s = part.end_s;
        } else if touches && last.end_s - last.start_s < MIN_PART_S {
            part.start_s = last.start_s;
            *last = part;
        } else {
            append(&mut kept, part);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::window;

    /// Windows of a clip that is angry until `change_s` and sad afterwards; `hear` makes an answer of the angry share.
    fn joined(duration_s: f32, change_s: f32, hear: fn(f32) -> f32) -> Vec<WindowPrediction> {
        let last_s = duration_s - 4.0;
        let starts = (0..last_s.ceil() as u16).map(f32::from).chain([last_s]);
        let heard = starts.map(|start_s| {
            let angry_s = (change_s - start_s).clamp(0.0, 4.0);
            window(start_s, start_s + 4.0, hear(angry_s / 4.0))
        });
        heard.collect()
    }

    #[test]
    fn a_change_is_where_the_voices_were_joined() {
        let listeners: [fn(f32) -> f32; 3] = [
            |share| share,
            |share| if share > 0.5 { 1.0 } else { 0.0 },
            |share| 1.0 / (1.0 + (-8.0 * (share - 0.5)).exp()),
        ];
        for hear in listeners {
            for (duration_s, change_s) in (40..150).map(|tenths| (19.3, tenths as f32 / 10.0)) {
                let found = parts(&joined(duration_s, change_s, hear));
                assert_eq!(found.len(), 2, "{change_s}: {found:?}");
                assert_eq!(
                    [found[0].emotion, found[1].emotion],
                    [Emotion::Angry, Emotion::Sad]
                );
                let off_s = (found[1].start_s - change_s).abs();
                assert!(
                    off_s <= 0.5 + 1e-3,
                    "{change_s} is drawn at {}",
                    found[1].start_s
                );
                assert_eq!(found[0].end_s, found[1].start_s);
                assert!((found[1].end_s - duration_s).abs() < 1e-3 && found[0].start_s == 0.0);
            }
        }
    }

    #[test]
    fn a_part_is_as_strong_as_the_windows_that_sound_like_it() {
        let mut windows = [
            window(0.0, 4.0, 0.9),
            window(4.0, 8.0, 0.9),
            window(8.0, 12.0, 0.1),
        ];
        for (window, value) in windows.iter_mut().zip([0.2, 0.6, 0.9]) {
            window.intensity = Some(Intensity::of(value));
        }
        let strengths = |windows: &[WindowPrediction]| -> Vec<_> {
            let found = parts(windows).into_iter();
            found
                .map(|part| part.intensity.map(|one| one.value))
                .collect()
        };
        assert_eq!(strengths(&windows), [Some(0.4), Some(0.9)]);
        windows[2].intensity = None;
        assert_eq!(strengths(&windows), [Some(0.4), None]);
    }

    #[test]
    fn silence_between_windows_is_no_part() {
        let found = parts(&[window(1.0, 5.0, 0.9), window(9.0, 13.0, 0.7)]);
        let spans: Vec<_> = found
            .iter()
            .map(|part| (part.start_s, part.end_s))
            .collect();
        assert_eq!(spans, [(1.0, 5.0), (9.0, 13.0)]);
        assert!((found[1].confidence - 0.7).abs() < 1e-3);
    }

    #[test]
    fn no_part_is_too_short_to_be_told() {
        // Answers that waver around a half.
        let shares = [0.9, 0.49, 0.505, 0.49, 0.52, 0.1, 0.1];
        let windows = shares.iter().enumerate();
        let windows: Vec<_> = windows
            .map(|(at_s, &share)| window(at_s as f32, at_s as f32 + 4.0, share))
            .collect();
        let found = parts(&windows);
        assert!(
            found
                .iter()
                .all(|part| part.end_s - part.start_s >= MIN_PART_S),
            "{found:?}"
        );
        assert!(found.is_sorted_by(|left, right| left.end_s <= right.start_s));
        assert_eq!(parts(&[]), []);
    }

    #[test]
    fn a_mean_is_of_the_moments_of_its_span() {
        let windows = [window(0.0, 4.0, 0.9), window(4.0, 8.0, 0.3)];
        let angry = |start_s, end_s| mean(&windows, start_s, end_s).map(|all| all[0]);
        for (start_s, end_s, expected) in [(0.0, 4.0, 0.9), (4.0, 8.0, 0.3), (2.0, 6.0, 0.6)] {
            let found = angry(start_s, end_s).expect("there are windows");
            assert!((found - expected).abs() < 1e-3, "{found} for {expected}");
        }
        assert_eq!(angry(9.0, 10.0), None);
    }
}
