//! Rules that held in a clip.

use std::collections::BTreeMap;

use vocabulary::{Calibration, ConfidenceBand, Emotion, Prediction, Turn};

use crate::{Rule, parts::spoken};

/// A pause, or another emotion, that does not end what lasts, seconds.
pub const MAX_GAP_S: f32 = 2.0;

/// A rule that held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alert {
    /// The rule.
    pub rule: Rule,
    /// Whose voice it was, as in [`Turn::speaker`]; `None` where nobody told voices apart.
    pub speaker: Option<usize>,
    /// Channel of the clip, from 0; `None` where all were heard together.
    pub channel: Option<usize>,
    /// Where it began to hold, seconds.
    pub start_s: f32,
    /// Where it ended, seconds.
    pub end_s: f32,
    /// Mean probability of the emotion meanwhile.
    pub confidence: f32,
}

/// An answer to a while of one voice.
#[derive(Clone, Copy, Debug)]
struct Answer {
    start_s: f32,
    end_s: f32,
    emotion: Emotion,
    band: ConfidenceBand,
    confidence: f32,
}

/// The rules that held, in time order. Where voices were told apart, each is looked at by itself: its turns follow each
/// other, whoever speaks between them. Else the clip's moments are looked at, and a break of up to [`MAX_GAP_S`] ends
/// nothing.
pub fn alerts(prediction: &Prediction, calibration: &Calibration, rules: &[Rule]) -> Vec<Alert> {
    let mut alerts = match &prediction.turns[..] {
        _ if rules.is_empty() => return Vec::new(),
        [] => of_clip(prediction, calibration, rules),
        turns => of_voices(turns, rules),
    };
    alerts.sort_by(|left, right| left.start_s.total_cmp(&right.start_s));
    alerts
}

fn of_clip(prediction: &Prediction, calibration: &Calibration, rules: &[Rule]) -> Vec<Alert> {
    let answers = spoken(prediction).map(|moment| {
        let (emotion, confidence) = moment.top();
        Answer {
            start_s: moment.start_s,
            end_s: moment.end_s,
            emotion,
            band: calibration.band_of(confidence, prediction.distance).band,
            confidence,
        }
    });
    let answers: Vec<Answer> = answers.collect();
    let of_rule = |rule: &Rule| {
        let held = answers.iter().filter(|one| one.holds(rule)).copied();
        let held: Vec<Answer> = held.collect();
        let runs = held.chunk_by(|last, next| next.start_s - last.end_s <= MAX_GAP_S);
        let alerts = runs.filter_map(|run| alert(run, rule, None, None));
        alerts.collect::<Vec<_>>()
    };
    rules.iter().flat_map(of_rule).collect()
}

fn of_voices(turns: &[Turn], rules: &[Rule]) -> Vec<Alert> {
    let mut voices = BTreeMap::<_, Vec<Answer>>::new();
    for turn in turns {
        // What is too short to tell ends nothing.
        let answers = voices.entry((turn.channel, turn.speaker)).or_default();
        answers.extend(turn.expression.as_ref().map(|heard| Answer {
            start_s: turn.start_s,
            end_s: turn.end_s,
            emotion: heard.emotion(),
            band: heard.certainty.band,
            confidence: heard.probabilities.top().1,
        }));
    }
    let of_voice = |((channel, speaker), answers): (&(Option<usize>, usize), &Vec<Answer>)| {
        let of_rule = |rule: &Rule| {
            let runs = answers.chunk_by(|last, next| last.holds(rule) == next.holds(rule));
            let held = runs.filter(|run| run[0].holds(rule));
            let alerts = held.filter_map(|run| alert(run, rule, Some(*speaker), *channel));
            alerts.collect::<Vec<_>>()
        };
        rules.iter().flat_map(of_rule).collect::<Vec<_>>()
    };
    voices.iter().flat_map(of_voice).collect()
}

impl Answer {
    fn holds(&self, rule: &Rule) -> bool {
        rule.holds(self.emotion, self.band)
    }

    fn duration_s(&self) -> f32 {
        self.end_s - self.start_s
    }
}

/// What answers that a rule holds for are worth; `None` where it does not hold for long enough.
fn alert(
    run: &[Answer],
    rule: &Rule,
    speaker: Option<usize>,
    channel: Option<usize>,
) -> Option<Alert> {
    let held_s: f32 = run.iter().map(Answer::duration_s).sum();
    let confidence_s: f32 = run
        .iter()
        .map(|one| one.confidence * one.duration_s())
        .sum();
    let (first, last) = (run.first()?, run.last()?);
    // Steps of a tenth of a second do not add up exactly.
    (held_s + 1e-3 >= rule.min_s).then_some(Alert {
        rule: *rule,
        speaker,
        channel,
        start_s: first.start_s,
        end_s: last.end_s,
        confidence: confidence_s / held_s.max(f32::MIN_POSITIVE),
    })
}

#[cfg(test)]
mod tests {
    use vocabulary::{BandAccuracy, Expression};

    use super::*;
    use crate::sample::{angry_or_sad, prediction, window};

    fn told(prediction: &Prediction, rule: &str) -> Vec<(f32, f32)> {
        let rules = [rule.parse().expect("a rule")];
        let alerts = alerts(prediction, &Calibration::default(), &rules);
        let tenths = |at_s: f32| (at_s * 10.0).round() / 10.0;
        let spans = alerts
            .iter()
            .map(|one| (tenths(one.start_s), tenths(one.end_s)));
        spans.collect()
    }

    fn clip(shares: &[f32]) -> Prediction {
        let windows = shares.iter().enumerate();
        prediction(
            windows
                .map(|(at, angry)| window(4.0 * at as f32, 4.0 * at as f32 + 4.0, *angry))
                .collect(),
        )
    }

    #[test]
    fn what_lasts_is_told_once() {
        let clip = clip(&[0.1, 0.9, 0.85, 0.95, 0.2]);
        assert_eq!(told(&clip, "angry >= high for 10 s"), [(4.0, 16.0)]);
        assert_eq!(told(&clip, "angry >= high for 12.5 s"), []);
        assert_eq!(told(&clip, "sad >= high"), [(0.0, 4.0), (16.0, 20.0)]);
        assert_eq!(told(&clip, "happy >= low"), []);
    }

    #[test]
    fn a_short_break_ends_nothing() {
        let mut short = clip(&[0.9, 0.9]);
        for window in &mut short.windows[1..] {
            window.start_s += 1.5;
            window.end_s += 1.5;
        }
        assert_eq!(told(&short, "angry >= high for 8 s"), [(0.0, 9.5)]);
        // A pause is no anger.
        assert_eq!(told(&short, "angry >= high for 9 s"), []);
        short.windows[1].start_s += 1.0;
        short.windows[1].end_s += 1.0;
        let both = [(0.0, 4.0), (6.5, 10.5)];
        assert_eq!(told(&short, "angry >= high for 3 s"), both);
    }

    #[test]
    fn silence_does_not_count_and_ends_what_lasts() {
        let mut clip = clip(&[0.9, 0.9, 0.9]);
        clip.speech = vec![(0.0, 3.0), (4.0, 7.0), (9.5, 12.0)];
        assert_eq!(told(&clip, "angry >= high for 6 s"), [(0.0, 7.0)]);
        assert_eq!(told(&clip, "angry >= high for 6.5 s"), []);
        assert_eq!(told(&clip, "angry >= high"), [(0.0, 7.0), (9.5, 12.0)]);
    }

    #[test]
    fn who_is_unfamiliar_sets_off_nothing() {
        let calibration = Calibration {
            max_distance: Some(1.0),
            bands: vec![
                Calibration::default().bands[0],
                BandAccuracy {
                    band: ConfidenceBand::Unclear,
                    min_confidence: 0.0,
                    accuracy: None,
                },
            ],
            ..Calibration::default()
        };
        let rules = ["angry >= low".parse().expect("a rule")];
        let mut clip = clip(&[0.9]);
        assert_eq!(alerts(&clip, &calibration, &rules).len(), 1);
        clip.distance = Some(2.0);
        assert_eq!(alerts(&clip, &calibration, &rules), []);
    }

    #[test]
    fn each_voice_is_looked_at_by_itself() {
        let turn = |speaker, start_s, angry| Turn {
            speaker,
            channel: None,
            start_s,
            end_s: start_s + 4.0,
            expression: Some(Expression {
                probabilities: angry_or_sad(angry),
                certainty: Calibration::default().band_of(angry, None),
                intensity: None,
            }),
            name: None,
            corrected: None,
        };
        let mut clip = clip(&[0.9; 6]);
        // The other one's answers between them end nothing; an own one does.
        clip.turns = vec![
            turn(0, 0.0, 0.9),
            turn(1, 4.0, 0.1),
            turn(0, 8.0, 0.9),
            turn(0, 20.0, 0.1),
            turn(0, 24.0, 0.9),
        ];
        assert_eq!(told(&clip, "angry >= high for 8 s"), [(0.0, 12.0)]);
        let short = Turn {
            expression: None,
            ..turn(0, 20.0, 0.1)
        };
        clip.turns[3] = short;
        assert_eq!(told(&clip, "angry >= high for 12 s"), [(0.0, 28.0)]);
        let rules = ["angry >= high for 8 s".parse().expect("a rule")];
        let found = alerts(&clip, &Calibration::default(), &rules);
        assert_eq!(found[0].speaker, Some(0));
        assert!((found[0].confidence - 0.9).abs() < 1e-3);
    }
}
