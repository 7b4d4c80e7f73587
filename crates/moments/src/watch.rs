//! Rules that hold while somebody speaks.

use vocabulary::LiveResult;

use crate::{Alert, MAX_GAP_S, Rule};

/// Watches for one rule in the results of a stream. It is told once for as long as it holds.
#[derive(Clone, Debug)]
pub struct Watch {
    rule: Rule,
    run: Option<Run>,
    /// Where the result before ended, whatever it was.
    last_s: f32,
}

/// A while in which the rule holds.
#[derive(Clone, Copy, Debug)]
struct Run {
    start_s: f32,
    end_s: f32,
    held_s: f32,
    confidence_s: f32,
    is_told: bool,
}

impl Watch {
    /// For a rule.
    pub fn new(rule: Rule) -> Self {
        Self {
            rule,
            run: None,
            last_s: 0.0,
        }
    }

    /// Takes the next result; the alert is told when it makes the rule hold for long enough.
    pub fn take(&mut self, result: &LiveResult) -> Option<Alert> {
        let is_over = |run: &Run| result.end_s - run.end_s > MAX_GAP_S;
        let last = self.run.take().filter(|run| !is_over(run));
        // What was heard for the result before has had its answer.
        let from_s = result.start_s.max(self.last_s);
        self.last_s = result.end_s;
        if !self.rule.holds(result.emotion, result.band) {
            self.run = last;
            return None;
        }
        let run = self.run.insert(last.unwrap_or(Run {
            start_s: from_s,
            end_s: from_s,
            held_s: 0.0,
            confidence_s: 0.0,
            is_told: false,
        }));
        let more_s = (result.end_s - from_s).max(0.0);
        run.held_s += more_s;
        run.confidence_s += more_s * result.probabilities.of(result.emotion);
        run.end_s = result.end_s;
        let is_due = !run.is_told && run.held_s >= self.rule.min_s;
        run.is_told |= is_due;
        is_due.then(|| Alert {
            rule: self.rule,
            speaker: None,
            channel: None,
            start_s: run.start_s,
            end_s: run.end_s,
            confidence: run.confidence_s / run.held_s.max(f32::MIN_POSITIVE),
        })
    }
}

#[cfg(test)]
mod tests {
    use vocabulary::{ConfidenceBand, Emotion, Outcome};

    use super::*;
    use crate::sample::angry_or_sad;

    fn result(end_s: f32, emotion: Emotion) -> LiveResult {
        LiveResult {
            start_s: (end_s - 4.0).max(0.0),
            end_s,
            outcome: Outcome::Emotion,
            emotion,
            band: ConfidenceBand::High,
            probabilities: angry_or_sad(0.9),
        }
    }

    /// Ends of the results that set a rule off; a result every half second.
    fn told(emotions: &[Emotion], rule: &str) -> Vec<f32> {
        let mut watch = Watch::new(rule.parse().expect("a rule"));
        let results = emotions.iter().enumerate();
        let alerts = results.filter_map(|(at, emotion)| {
            let alert = watch.take(&result(1.5 + at as f32 / 2.0, *emotion))?;
            assert!(alert.start_s == 0.0 || alert.start_s > 5.0, "{alert:?}");
            Some(alert.end_s)
        });
        alerts.collect()
    }

    #[test]
    fn a_rule_is_told_once_while_it_holds() {
        assert_eq!(
            told(&[Emotion::Angry; 40], "angry >= high for 10 s"),
            [10.0]
        );
        assert_eq!(told(&[Emotion::Angry; 10], "angry >= high for 10 s"), []);
        assert_eq!(told(&[Emotion::Sad; 40], "angry >= high for 10 s"), []);
        assert_eq!(told(&[Emotion::Angry; 3], "angry >= high"), [1.5]);
    }

    #[test]
    fn a_flicker_ends_nothing_and_a_break_does() {
        let mut emotions = [Emotion::Angry; 40];
        emotions[10..12].fill(Emotion::Sad);
        assert_eq!(told(&emotions, "angry >= high for 10 s"), [11.0]);
        emotions[10..18].fill(Emotion::Sad);
        let first_s = told(&emotions, "angry >= high for 5 s");
        assert_eq!(first_s, [5.0, 15.0]);
    }

    #[test]
    fn what_was_something_else_is_not_taken_back() {
        let mut emotions = [Emotion::Sad; 20];
        emotions[10] = Emotion::Angry;
        assert_eq!(told(&emotions, "angry >= high for 0.5 s"), [6.5]);
        assert_eq!(told(&emotions, "angry >= high for 0.6 s"), []);
    }
}
