//! One probability per emotion.

use std::{error::Error, fmt};

use serde::{Deserialize, Serialize};

use crate::Emotion;

/// How far from 1 the sum may be: five f32 roundings, and the three decimals of a JSON client.
const SUM_TOLERANCE: f32 = 1e-3;

/// One probability per emotion: each finite and in `[0, 1]`, together 1.
///
/// In JSON an object keyed by [`Emotion::code`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ByEmotion", into = "ByEmotion")]
pub struct Probabilities([f32; Emotion::COUNT]);

/// The values are not a probability distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NotProbabilities(pub [f32; Emotion::COUNT]);

impl Probabilities {
    /// Takes values in class order.
    ///
    /// # Errors
    /// [`NotProbabilities`] when a value is outside `[0, 1]` or not finite, or the sum is not 1.
    pub fn new(values: [f32; Emotion::COUNT]) -> Result<Self, NotProbabilities> {
        let sum: f32 = values.iter().sum();
        let each_fits = values.iter().all(|value| (0.0..=1.0).contains(value));
        if each_fits && (sum - 1.0).abs() <= SUM_TOLERANCE {
            Ok(Self(values))
        } else {
            Err(NotProbabilities(values))
        }
    }

    /// Softmax of `logits`, in class order.
    ///
    /// # Errors
    /// [`NotProbabilities`] when a logit is NaN or the largest is infinite.
    pub fn from_logits(logits: [f32; Emotion::COUNT]) -> Result<Self, NotProbabilities> {
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let powers = logits.map(|logit| (logit - largest).exp());
        let sum: f32 = powers.iter().sum();
        Self::new(powers.map(|power| power / sum))
    }

    /// Arithmetic mean of several distributions; `None` when there are none.
    pub fn mean(all: &[Self]) -> Option<Self> {
        let count = all.len() as f32;
        let sums: [f32; Emotion::COUNT] =
            std::array::from_fn(|class_idx| all.iter().map(|one| one.0[class_idx]).sum());
        (!all.is_empty()).then(|| Self(sums.map(|sum| sum / count)))
    }

    /// Probability of `emotion`, `[0, 1]`.
    pub const fn of(&self, emotion: Emotion) -> f32 {
        self.0[emotion.index()]
    }

    /// The values in class order.
    pub const fn values(&self) -> [f32; Emotion::COUNT] {
        self.0
    }

    /// Every emotion with its probability, most probable first; equals stay in class order.
    pub fn ranked(&self) -> [(Emotion, f32); Emotion::COUNT] {
        let mut ranked = Emotion::ALL.map(|emotion| (emotion, self.of(emotion)));
        ranked.sort_by(|(_, left), (_, right)| right.total_cmp(left));
        ranked
    }
}

impl fmt::Display for NotProbabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a probability distribution: {:?}", self.0)
    }
}

impl Error for NotProbabilities {}

#[derive(Serialize, Deserialize)]
struct ByEmotion {
    angry: f32,
    happy: f32,
    sad: f32,
    neutral: f32,
    surprise: f32,
}

impl TryFrom<ByEmotion> for Probabilities {
    type Error = NotProbabilities;

    fn try_from(by: ByEmotion) -> Result<Self, Self::Error> {
        Self::new(Emotion::ALL.map(|emotion| match emotion {
            Emotion::Angry => by.angry,
            Emotion::Happy => by.happy,
            Emotion::Sad => by.sad,
            Emotion::Neutral => by.neutral,
            Emotion::Surprise => by.surprise,
        }))
    }
}

impl From<Probabilities> for ByEmotion {
    fn from(probabilities: Probabilities) -> Self {
        Self {
            angry: probabilities.of(Emotion::Angry),
            happy: probabilities.of(Emotion::Happy),
            sad: probabilities.of(Emotion::Sad),
            neutral: probabilities.of(Emotion::Neutral),
            surprise: probabilities.of(Emotion::Surprise),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softmax_is_finite_and_sums_to_one_even_for_huge_logits() {
        let all = Probabilities::from_logits([1000.0, -1000.0, 0.0, 999.0, 5.0]).expect("finite");
        assert!((all.values().iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(all.of(Emotion::Angry) > all.of(Emotion::Neutral));
        assert!(Probabilities::from_logits([f32::NAN; 5]).is_err());
    }

    #[test]
    fn refuses_what_is_no_distribution() {
        assert!(Probabilities::new([0.5, 0.5, 0.5, 0.0, 0.0]).is_err());
        assert!(Probabilities::new([1.5, -0.5, 0.0, 0.0, 0.0]).is_err());
        assert!(
            serde_json::from_str::<Probabilities>(
                r#"{"angry":2,"happy":0,"sad":0,"neutral":0,"surprise":0}"#
            )
            .is_err()
        );
    }

    #[test]
    fn ranks_by_probability_then_class_order() {
        let all = Probabilities::new([0.1, 0.3, 0.1, 0.4, 0.1]).expect("a distribution");
        let order = all.ranked().map(|(emotion, _)| emotion);
        use Emotion::*;
        assert_eq!(order, [Neutral, Happy, Angry, Sad, Surprise]);
    }

    #[test]
    fn json_is_an_object_by_code() {
        let all = Probabilities::new([0.5, 0.25, 0.25, 0.0, 0.0]).expect("a distribution");
        let json = serde_json::to_string(&all).expect("serialises");
        assert_eq!(
            json,
            r#"{"angry":0.5,"happy":0.25,"sad":0.25,"neutral":0.0,"surprise":0.0}"#
        );
        assert_eq!(serde_json::from_str::<Probabilities>(&json).ok(), Some(all));
    }

    #[test]
    fn mean_of_none_is_none() {
        assert_eq!(Probabilities::mean(&[]), None);
        let left = Probabilities::new([1.0, 0.0, 0.0, 0.0, 0.0]).expect("a distribution");
        let right = Probabilities::new([0.0, 1.0, 0.0, 0.0, 0.0]).expect("a distribution");
        let mean = Probabilities::mean(&[left, right]).map(|mean| mean.values());
        assert_eq!(mean, Some([0.5, 0.5, 0.0, 0.0, 0.0]));
    }
}
