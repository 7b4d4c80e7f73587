//! What a network is taught of each clip, and how far it is from that.

use std::collections::{BTreeMap, BTreeSet};

use burn::tensor::{Device, Tensor, TensorData, activation::log_softmax};

use crate::{examples::Example, recipe::Recipe};

/// Added to the logit of a label that does not compete.
const NEVER: f32 = -1e4;

/// How the labels of a training weigh, and which of them compete with each other.
pub struct Targets<'a> {
    recipe: &'a Recipe,
    /// Inverse class frequencies with mean 1 over the labelled clips.
    weights: Vec<f32>,
    /// Classes of each corpus's clips.
    of_corpora: BTreeMap<&'a str, BTreeSet<usize>>,
}

/// Those of a batch's clips, `[batch, n_labels]` both.
pub struct BatchTargets {
    /// Weighted distributions.
    shares: Tensor<2>,
    /// To be added to the logits.
    offsets: Tensor<2>,
}

impl<'a> Targets<'a> {
    /// Of a training on these clips.
    pub fn of(examples: &[&'a Example], recipe: &'a Recipe) -> Self {
        let mut counts = vec![0.0; recipe.labels.n_labels()];
        let mut of_corpora: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for example in examples {
            if let Some(class_idx) = recipe.labels.class_idx(example.emotion) {
                counts[class_idx] += 1.0;
                of_corpora
                    .entry(example.corpus.as_str())
                    .or_default()
                    .insert(class_idx);
            }
        }
        let mean = counts.iter().sum::<f32>() / counts.len() as f32;
        let weights = counts.iter().map(|count| mean / count.max(1.0)).collect();
        Self {
            recipe,
            weights,
            of_corpora,
        }
    }

    /// Those of some of the clips.
    pub fn batch(&self, examples: &[&Example], device: &Device) -> BatchTargets {
        let (mut shares, mut offsets) = (Vec::new(), Vec::new());
        for example in examples {
            let competes = self.competing(example);
            offsets.extend(
                competes
                    .iter()
                    .map(|&is_in| if is_in { 0.0 } else { NEVER }),
            );
            shares.extend(self.shares(example, &competes));
        }
        let shape = [examples.len(), self.weights.len()];
        let tensor = |values| Tensor::from_data(TensorData::new(values, shape), device);
        BatchTargets {
            shares: tensor(shares),
            offsets: tensor(offsets),
        }
    }

    /// Which labels compete for a clip: all, or those of its corpus.
    fn competing(&self, example: &Example) -> Vec<bool> {
        let is_label = self.recipe.labels.class_idx(example.emotion).is_some();
        let of_corpus = self.of_corpora.get(example.corpus.as_str());
        let of_corpus = of_corpus.filter(|_| is_label && self.recipe.within_corpora);
        (0..self.weights.len())
            .map(|class_idx| of_corpus.is_none_or(|classes| classes.contains(&class_idx)))
            .collect()
    }

    /// Smoothed distribution over the labels that compete, weighted; even where the emotion is no label.
    fn shares(&self, example: &Example, competes: &[bool]) -> Vec<f32> {
        let n_competing = competes.iter().filter(|&&is_in| is_in).count() as f32;
        let class_idx = self.recipe.labels.class_idx(example.emotion);
        let smoothing = class_idx.map_or(1.0, |_| self.recipe.label_smoothing);
        let weight = class_idx.map_or(1.0, |class_idx| self.weights[class_idx]);
        let shares = competes.iter().enumerate().map(|(idx, &is_in)| {
            let even = if is_in { smoothing / n_competing } else { 0.0 };
            let own = if class_idx == Some(idx) {
                1.0 - smoothing
            } else {
                0.0
            };
            weight * (even + own)
        });
        shares.collect()
    }
}

impl BatchTargets {
    /// Mean over the batch of the cross-entropy of its logits, `[batch, n_labels]`.
    pub fn cross_entropy(self, logits: Tensor<2>) -> Tensor<1> {
        let [batch, _] = logits.dims();
        let log_probabilities = log_softmax(logits + self.offsets, 1);
        (log_probabilities * self.shares).sum().neg() / batch as f64
    }
}

#[cfg(test)]
mod tests {
    use audio::{SAMPLE_RATE_HZ, Waveform};
    use vocabulary::Emotion;

    use super::*;

    fn example(corpus: &str, emotion: Emotion) -> Example {
        Example {
            corpus: corpus.to_owned(),
            emotion,
            speaker: "rima".to_owned(),
            sex: None,
            sentence: None,
            acted: None,
            waveform: Waveform {
                samples: Vec::new(),
                sample_rate_hz: SAMPLE_RATE_HZ,
            },
            variants: Vec::new(),
        }
    }

    fn recipe(within_corpora: bool) -> Recipe {
        Recipe {
            labels: "angry,sad,fear".parse().expect("labels"),
            within_corpora,
            label_smoothing: 0.3,
            ..Recipe::default()
        }
    }

    #[test]
    fn a_rare_label_weighs_more_and_its_share_is_smoothed() {
        let recipe = recipe(false);
        let [angry, sad] = [Emotion::Angry, Emotion::Sad].map(|emotion| example("one", emotion));
        let targets = Targets::of(&[&angry, &angry, &sad], &recipe);
        let shares = |example| targets.shares(example, &targets.competing(example));
        let weight = 0.5;
        assert_eq!(shares(&angry), [0.8, 0.1, 0.1].map(|share| weight * share));
        assert_eq!(shares(&sad), [0.1, 0.8, 0.1]);
        let even = shares(&example("one", Emotion::Happy));
        assert!(even.iter().all(|share| (share - 1.0 / 3.0).abs() < 1e-6));
    }

    #[test]
    fn what_a_corpus_lacks_does_not_compete_within_it() {
        let recipe = recipe(true);
        let [angry, sad] = [Emotion::Angry, Emotion::Sad].map(|emotion| example("two", emotion));
        let afraid = example("other", Emotion::Fear);
        let targets = Targets::of(&[&angry, &sad, &afraid], &recipe);
        assert_eq!(targets.competing(&angry), [true, true, false]);
        assert_eq!(targets.competing(&afraid), [false, false, true]);
        // An outlier is none of all labels.
        assert_eq!(
            targets.competing(&example("two", Emotion::Happy)),
            [true; 3]
        );

        let device = network::backend::device();
        let loss = |fear| {
            let logits = Tensor::from_floats([[1.0, -1.0, fear]], &device);
            let loss = targets.batch(&[&angry], &device).cross_entropy(logits);
            loss.into_scalar::<f32>()
        };
        assert!((loss(0.0) - loss(9.0)).abs() < 1e-6);
    }
}
