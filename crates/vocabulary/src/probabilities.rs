//! One probability per emotion.

use std::{error::Error, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor},
};

use crate::{Emotion, LabelSet};

/// How far from 1 the sum may be: some f32 roundings, and the three decimals of a JSON client.
const SUM_TOLERANCE: f32 = 1e-3;

/// One probability per label of a model: each finite and in `[0, 1]`, together 1.
///
/// In JSON an object keyed by [`Emotion::code`], in label order.
#[derive(Clone, Debug, PartialEq)]
pub struct Probabilities(Vec<(Emotion, f32)>);

/// The values are not a probability distribution over the labels.
#[derive(Clone, Debug, PartialEq)]
pub struct NotProbabilities(pub Vec<f32>);

impl Probabilities {
    /// Takes one value per label, in label order.
    ///
    /// # Errors
    /// [`NotProbabilities`] when the counts differ, a value is outside `[0, 1]` or not finite, or
    /// the sum is not 1.
    pub fn new(labels: &LabelSet, values: &[f32]) -> Result<Self, NotProbabilities> {
        let sum: f32 = values.iter().sum();
        let each_fits = values.iter().all(|value| (0.0..=1.0).contains(value));
        let is_whole = values.len() == labels.n_labels() && (sum - 1.0).abs() <= SUM_TOLERANCE;
        if each_fits && is_whole {
            Ok(Self(labels.iter().zip(values.iter().copied()).collect()))
        } else {
            Err(NotProbabilities(values.to_vec()))
        }
    }

    /// Softmax of `logits`, in label order.
    ///
    /// # Errors
    /// [`NotProbabilities`] when the counts differ, a logit is NaN or the largest is infinite.
    pub fn from_logits(labels: &LabelSet, logits: &[f32]) -> Result<Self, NotProbabilities> {
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut values: Vec<f32> = logits.iter().map(|logit| (logit - largest).exp()).collect();
        let sum: f32 = values.iter().sum();
        values.iter_mut().for_each(|value| *value /= sum);
        Self::new(labels, &values)
    }

    /// Arithmetic mean of distributions over the same labels; `None` when there are none.
    pub fn mean(all: &[Self]) -> Option<Self> {
        let mut mean = all.first()?.clone();
        for (label_idx, (_, value)) in mean.0.iter_mut().enumerate() {
            let sum: f32 = all.iter().map(|one| one.0[label_idx].1).sum();
            *value = sum / all.len() as f32;
        }
        Some(mean)
    }

    /// As if the logits had been divided by `temperature`: above 1 less sure, below 1 more.
    #[must_use]
    pub fn tempered(&self, temperature: f32) -> Self {
        let mut tempered = self.clone();
        let largest = self.top().1;
        for (_, value) in &mut tempered.0 {
            *value = (*value / largest).powf(1.0 / temperature);
        }
        let sum: f32 = tempered.iter().map(|(_, value)| value).sum();
        tempered.0.iter_mut().for_each(|(_, value)| *value /= sum);
        tempered
    }

    /// With what [`bias`](crate::bias) found added to the logarithms, in label order; a bias that has fewer values
    /// leaves the other labels, before all is brought to 1 again.
    #[must_use]
    pub fn biased(&self, bias: &[f32]) -> Self {
        let mut biased = self.clone();
        // Nothing is rounded anew.
        if bias.is_empty() {
            return biased;
        }
        for ((_, value), bias) in biased.0.iter_mut().zip(bias) {
            *value *= bias.exp();
        }
        let sum: f32 = biased.iter().map(|(_, value)| value).sum();
        biased.0.iter_mut().for_each(|(_, value)| *value /= sum);
        biased
    }

    /// Probability of a label; 0 of one that the model does not tell apart.
    pub fn of(&self, label: Emotion) -> f32 {
        let found = self.iter().find(|(known, _)| *known == label);
        found.map_or(0.0, |(_, value)| value)
    }

    /// Every label with its probability, in label order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Emotion, f32)> + '_ {
        self.0.iter().copied()
    }

    /// Every label with its probability, most probable first; equals stay in label order.
    pub fn ranked(&self) -> Vec<(Emotion, f32)> {
        let mut ranked = Vec::new();
        // A handful needs no sort, which is 5 KB of the page.
        for (label, value) in self.iter() {
            let place =
                ranked.partition_point(|(_, before): &(_, f32)| before.total_cmp(&value).is_ge());
            ranked.insert(place, (label, value));
        }
        ranked
    }

    /// The most probable label with its probability; of equals the first.
    pub fn top(&self) -> (Emotion, f32) {
        self.ranked()[0]
    }
}

impl fmt::Display for NotProbabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} values that are no probability distribution",
            self.0.len()
        )
    }
}

impl Error for NotProbabilities {}

impl Serialize for Probabilities {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Probabilities {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ByEmotion)
    }
}

struct ByEmotion;

impl<'de> Visitor<'de> for ByEmotion {
    type Value = Probabilities;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a probability per emotion")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let (mut labels, mut values) = (Vec::new(), Vec::new());
        while let Some((emotion, value)) = entries.next_entry()? {
            labels.push(emotion);
            values.push(value);
        }
        let labels = LabelSet::new(labels).map_err(de::Error::custom)?;
        Probabilities::new(&labels, &values).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn five(values: [f32; 5]) -> Probabilities {
        Probabilities::new(&LabelSet::five(), &values).expect("a distribution")
    }

    fn values(probabilities: &Probabilities) -> Vec<f32> {
        probabilities.iter().map(|(_, value)| value).collect()
    }

    #[test]
    fn softmax_is_finite_and_sums_to_one_even_for_huge_logits() {
        let labels = LabelSet::five();
        let all = Probabilities::from_logits(&labels, &[1000.0, -1000.0, 0.0, 999.0, 5.0]);
        let all = all.expect("finite");
        assert!((values(&all).iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert_eq!(all.top().0, Emotion::Angry);
        assert!(Probabilities::from_logits(&labels, &[f32::NAN; 5]).is_err());
    }

    #[test]
    fn temperature_divides_the_logits() {
        let labels = LabelSet::five();
        let logits = [2.0, -1.0, 0.5, 0.0, -3.0];
        let halved = logits.map(|logit| logit / 2.0);
        let all = Probabilities::from_logits(&labels, &logits).expect("finite");
        let expected = Probabilities::from_logits(&labels, &halved).expect("finite");
        for (found, expected) in values(&all.tempered(2.0)).iter().zip(values(&expected)) {
            assert!((found - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn refuses_what_is_no_distribution() {
        let labels = LabelSet::five();
        for values in [
            &[0.5, 0.5, 0.5, 0.0, 0.0][..],
            &[1.5, -0.5, 0.0, 0.0, 0.0],
            &[0.5, 0.5],
            &[0.25, 0.25, 0.25, 0.25, 0.0, 0.0, 0.0],
        ] {
            assert!(Probabilities::new(&labels, values).is_err(), "{values:?}");
        }
        for json in [
            r#"{"angry":2,"happy":0,"sad":0,"neutral":0,"surprise":0}"#,
            r#"{"angry":0.5,"angry":0.5}"#,
            r#"{"angry":0.5,"bored":0.5}"#,
            "{}",
        ] {
            assert!(serde_json::from_str::<Probabilities>(json).is_err());
        }
    }

    #[test]
    fn ranks_by_probability_then_label_order() {
        let ranked = five([0.1, 0.3, 0.1, 0.4, 0.1]).ranked();
        use Emotion::*;
        let order: Vec<_> = ranked.into_iter().map(|(emotion, _)| emotion).collect();
        assert_eq!(order, [Neutral, Happy, Angry, Sad, Surprise]);
    }

    #[test]
    fn json_is_an_object_by_code_in_label_order() {
        let all = five([0.5, 0.25, 0.25, 0.0, 0.0]);
        let json = serde_json::to_string(&all).expect("serialises");
        assert_eq!(
            json,
            r#"{"angry":0.5,"happy":0.25,"sad":0.25,"neutral":0.0,"surprise":0.0}"#
        );
        assert_eq!(serde_json::from_str::<Probabilities>(&json).ok(), Some(all));

        let json = r#"{"fear":0.75,"angry":0.25}"#;
        let two: Probabilities = serde_json::from_str(json).expect("a distribution");
        assert_eq!(serde_json::to_string(&two).ok().as_deref(), Some(json));
    }

    #[test]
    fn mean_of_none_is_none() {
        assert_eq!(Probabilities::mean(&[]), None);
        let left = five([1.0, 0.0, 0.0, 0.0, 0.0]);
        let right = five([0.0, 1.0, 0.0, 0.0, 0.0]);
        let mean = Probabilities::mean(&[left, right]).map(|mean| values(&mean));
        assert_eq!(mean, Some(vec![0.5, 0.5, 0.0, 0.0, 0.0]));
    }
}
