//! The word that stands for what is said now.

use vocabulary::{Calibration, LiveResult, Outcome, Prediction, Probabilities};

use crate::Utterance;

/// How much more probable another emotion must be to take the word's place.
const MARGIN: f32 = 0.05;

/// What is shown of an utterance: the mean of the answers so far, the newest counting as much as all before, and a word
/// that does not flicker.
#[derive(Clone, Debug, Default)]
pub struct Word {
    shown: Option<Shown>,
}

#[derive(Clone, Debug)]
struct Shown {
    began_s: f32,
    result: LiveResult,
}

impl Word {
    /// Takes the answer to an utterance's last seconds.
    pub fn take(
        &mut self,
        utterance: &Utterance,
        prediction: &Prediction,
        calibration: &Calibration,
    ) -> &LiveResult {
        let same = self.shown.take();
        let before = same.filter(|shown| shown.began_s == utterance.began_s);
        let newest = &prediction.probabilities;
        let smoothed = before.as_ref().and_then(|before| {
            Probabilities::mean(&[before.result.probabilities.clone(), newest.clone()])
        });
        let probabilities = smoothed.unwrap_or_else(|| newest.clone());
        let (mut emotion, mut confidence) = probabilities.top();
        if let Some(before) = before {
            let of_before = probabilities.of(before.result.emotion);
            if of_before + MARGIN > confidence {
                (emotion, confidence) = (before.result.emotion, of_before);
            }
        }
        let certainty = calibration.band_of(confidence, prediction.distance);
        &self
            .shown
            .insert(Shown {
                began_s: utterance.began_s,
                result: LiveResult {
                    start_s: utterance.start_s,
                    end_s: utterance.end_s,
                    outcome: Outcome::of(certainty.band),
                    emotion,
                    band: certainty.band,
                    probabilities,
                },
            })
            .result
    }
}

#[cfg(test)]
mod tests {
    use audio::Waveform;
    use vocabulary::{BandAccuracy, ConfidenceBand, Emotion, LabelSet};

    use super::*;

    fn utterance(began_s: f32) -> Utterance {
        Utterance {
            waveform: Waveform {
                samples: Vec::new(),
                sample_rate_hz: 16_000,
            },
            began_s,
            start_s: began_s,
            end_s: began_s + 2.0,
        }
    }

    fn prediction(values: [f32; 5]) -> Prediction {
        let probabilities = Probabilities::new(&LabelSet::five(), &values);
        Prediction {
            duration_s: 2.0,
            speech_s: 2.0,
            notes: Vec::new(),
            probabilities: probabilities.expect("probabilities"),
            certainty: BandAccuracy {
                band: ConfidenceBand::High,
                min_confidence: 0.0,
                accuracy: None,
            },
            intensity: None,
            distance: None,
            speech: Vec::new(),
            windows: Vec::new(),
            turns: Vec::new(),
            channels: Vec::new(),
        }
    }

    #[test]
    fn a_word_does_not_flicker_and_yields_to_what_lasts() {
        let mut word = Word::default();
        let calibration = Calibration::default();
        let mut told = |began_s, values| {
            let result = word.take(&utterance(began_s), &prediction(values), &calibration);
            (result.emotion, result.probabilities.of(result.emotion))
        };
        let angry = [0.8, 0.1, 0.1, 0.0, 0.0];
        let happy = [0.1, 0.8, 0.1, 0.0, 0.0];
        assert_eq!(told(1.0, angry).0, Emotion::Angry);
        // Half and half.
        let (emotion, probability) = told(1.0, happy);
        assert!(emotion == Emotion::Angry && (probability - 0.45).abs() < 1e-6);
        assert_eq!(told(1.0, happy).0, Emotion::Happy);
        // Another utterance is nobody's heir.
        assert_eq!(told(9.0, angry), (Emotion::Angry, 0.8));
    }
}
