//! Along which voice vectors differ by what is said, not by how.
//!
//! Input   sentences of voices that feel nothing, a synthesiser's: a folder of clips for each voice
//! Output  a linear map under which those directions count less; what was trained behind it takes it over
//! Source  nuisance attributes are shrunk by their variance, as in within-class covariance normalisation (Hatch,
//!         Kajarekar & Stolcke 2006), in the principal components of what differs within a voice

use std::{fs, path::Path};

use anyhow::{Context, ensure};
use audio::dot;
use burn::{
    module::{Param, RunningState},
    tensor::{Tensor, TensorData},
};
use inference::VoiceEncoder;
use network::BiLstm;

use crate::{
    principal_axes::axes,
    speaker_means::{difference, mean},
    spoken,
};

/// How much a direction of mean variance is shrunk: by the root of one more than this (docs/evaluation.md).
const STRENGTH: f32 = 10.0;

/// Least deviation of a value, so that none is divided by 0.
const LEAST: f32 = 1e-6;

/// See the module's head.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// Deviations of the voice vector's values.
    spread: Vec<f32>,
    directions: Vec<Direction>,
}

#[derive(Clone, Debug, PartialEq)]
struct Direction {
    /// Of length 1, among values that are divided by their deviations.
    axis: Vec<f32>,
    /// Share of what lies along it that is taken away.
    taken: f32,
}

impl Content {
    /// Hears the sentences below `folder`.
    ///
    /// # Errors
    /// A folder or clip that cannot be read, or fewer than two voices.
    pub fn hear(folder: &Path, encoder: &dyn VoiceEncoder) -> anyhow::Result<Self> {
        let in_folder = || folder.display().to_string();
        let mut voices: Vec<_> = fs::read_dir(folder)
            .with_context(in_folder)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        voices.retain(|voice| voice.is_dir());
        voices.sort();
        ensure!(voices.len() > 1, "{}: a folder for each voice", in_folder());
        let vectors = voices
            .iter()
            .map(|voice| spoken::heard(voice, |said| encoder.voices(&[said]).remove(0)));
        Ok(Self::of(&vectors.collect::<anyhow::Result<Vec<_>>>()?))
    }

    /// Of the vectors of each voice's sentences.
    fn of(voices: &[Vec<Vec<f32>>]) -> Self {
        let all: Vec<Vec<f32>> = voices.concat();
        let typical = mean(all.iter().map(Vec::as_slice));
        let spread = (0..typical.len()).map(|idx| {
            let squares = all
                .iter()
                .map(|vector| (vector[idx] - typical[idx]).powi(2));
            (squares.sum::<f32>() / all.len() as f32).sqrt().max(LEAST)
        });
        let spread: Vec<f32> = spread.collect();
        let within = voices.iter().flat_map(|vectors| {
            let own = mean(vectors.iter().map(Vec::as_slice));
            let scaled = vectors.iter().map(|vector| {
                let pairs = difference(vector, &own).into_iter().zip(&spread);
                pairs.map(|(value, spread)| value / spread).collect()
            });
            scaled.collect::<Vec<Vec<f32>>>()
        });
        let axes = axes(&within.collect::<Vec<_>>());
        let variances = axes.iter().map(|axis| 1.0 / dot(axis, axis));
        let variances: Vec<f32> = variances.collect();
        let typical = variances.iter().sum::<f32>() / variances.len() as f32;
        let directions = axes.into_iter().zip(variances);
        let directions = directions.map(|(axis, variance)| Direction {
            axis: axis.iter().map(|value| value * variance.sqrt()).collect(),
            taken: 1.0 - (1.0 + STRENGTH * variance / typical).sqrt().recip(),
        });
        Self {
            directions: directions.collect(),
            spread,
        }
    }

    /// A difference of voice vectors in which what is said counts less.
    pub fn shrunk(&self, difference: &[f32]) -> Vec<f32> {
        let divided = zipped(difference, &self.spread, |value, spread| value / spread);
        let mut shrunk = difference.to_vec();
        for Direction { axis, taken } in &self.directions {
            let along = taken * dot(axis, &divided);
            for ((value, axis), spread) in shrunk.iter_mut().zip(axis).zip(&self.spread) {
                *value -= along * axis * spread;
            }
        }
        shrunk
    }

    /// What a layer's weights for [`shrunk`](Self::shrunk) differences are for those that are not.
    fn taken_over(&self, weights: &[f32]) -> Vec<f32> {
        let times = zipped(weights, &self.spread, |weight, spread| weight * spread);
        let mut taken_over = weights.to_vec();
        for Direction { axis, taken } in &self.directions {
            let along = taken * dot(axis, &times);
            for ((weight, axis), spread) in taken_over.iter_mut().zip(axis).zip(&self.spread) {
                *weight -= along * axis / spread;
            }
        }
        taken_over
    }

    /// Lets a network that was trained on shrunk differences read those that are not, and answer alike.
    pub fn take_into(&self, network: &mut BiLstm) {
        let norm = &mut network.norm;
        let values = |vector: Tensor<1>| vector.into_data().iter::<f32>().collect::<Vec<f32>>();
        let beta = norm.beta.val();
        let device = beta.device();
        let (mut gamma, mut beta) = (values(norm.gamma.val()), values(beta));
        let mut running_mean = values(norm.running_mean.value_sync());
        let mut running_var = values(norm.running_var.value_sync());
        let floor = norm.epsilon as f32;

        let hidden = &mut network.hidden;
        let [n_read, n_hidden] = hidden.weight.val().dims();
        let weights: Vec<f32> = hidden.weight.val().transpose().into_data().iter().collect();
        let mut biases = values(hidden.bias.as_ref().expect("it has one").val());
        // The voice is read last.
        let first = n_read - self.spread.len();
        let mut rows = Vec::with_capacity(weights.len());
        for (weights, bias) in weights.chunks_exact(n_read).zip(&mut biases) {
            let mut of_voice = Vec::with_capacity(self.spread.len());
            for idx in first..n_read {
                let factor = gamma[idx] / (running_var[idx] + floor).sqrt();
                *bias += weights[idx] * (beta[idx] - factor * running_mean[idx]);
                of_voice.push(weights[idx] * factor);
            }
            rows.extend_from_slice(&weights[..first]);
            rows.extend(self.taken_over(&of_voice));
        }
        gamma[first..].fill(1.0);
        beta[first..].fill(0.0);
        running_mean[first..].fill(0.0);
        running_var[first..].fill(1.0 - floor);

        let vector = |values: Vec<f32>| {
            let shape = [values.len()];
            Tensor::<1>::from_data(TensorData::new(values, shape), &device)
        };
        let rows = TensorData::new(rows, [n_hidden, n_read]);
        let rows = Tensor::<2>::from_data(rows, &device);
        hidden.weight = Param::from_tensor(rows.transpose());
        hidden.bias = Some(Param::from_tensor(vector(biases)));
        norm.gamma = Param::from_tensor(vector(gamma));
        norm.beta = Param::from_tensor(vector(beta));
        norm.running_mean = RunningState::new(vector(running_mean));
        norm.running_var = RunningState::new(vector(running_var));
    }
}

fn zipped(left: &[f32], right: &[f32], of: impl Fn(f32, f32) -> f32) -> Vec<f32> {
    let pairs = left.iter().zip(right);
    pairs.map(|(left, right)| of(*left, *right)).collect()
}

#[cfg(test)]
mod tests {
    use inference::{Architecture, EncoderShape, Input, Network, Pooling};
    use network::{Reference, backend};
    use rand::{Rng, SeedableRng, rngs::StdRng};

    use super::*;

    const SIZE: usize = 30;

    /// Sentences that differ along one direction of a voice vector's values, and a little everywhere; voices along
    /// another one.
    fn content() -> (Content, Vec<f32>) {
        let mut rng = StdRng::seed_from_u64(1);
        let said: Vec<f32> = (0..SIZE).map(|idx| (idx as f32).sin()).collect();
        let mut sentence = |voice: f32| {
            let along = rng.random_range(-5.0..5.0);
            let value = |(idx, said): (usize, &f32)| {
                let rest = rng.random_range(-0.1..0.1_f32);
                along * said + voice * (idx as f32).cos() + rest
            };
            said.iter().enumerate().map(value).collect::<Vec<f32>>()
        };
        let voices = [-2.0, 0.0, 3.0].map(|voice| (0..40).map(|_| sentence(voice)).collect());
        (Content::of(&voices), said)
    }

    #[test]
    fn what_is_said_counts_less_and_who_says_it_as_much() {
        let (content, said) = content();
        let length = |vector: &[f32]| dot(vector, vector).sqrt();
        let left = |vector: &[f32]| length(&content.shrunk(vector)) / length(vector);
        assert!(left(&said) < 0.2, "{}", left(&said));
        let voice: Vec<f32> = (0..SIZE).map(|idx| (idx as f32).cos()).collect();
        assert!(left(&voice) > 0.9, "{}", left(&voice));
    }

    #[test]
    fn a_network_that_took_it_over_answers_as_behind_it() {
        let (content, _) = content();
        let encoder = EncoderShape {
            hidden_size: 6,
            n_layers: 2,
        };
        assert_eq!(encoder.voice_size(), SIZE, "what the test is made for");
        let architecture = Architecture {
            input: Input::Speech,
            hidden_size: 5,
            pooling: Pooling::Attention,
            speaker_encoder: Some(encoder),
            ..Architecture::paper()
        };
        let device = backend::device();
        device.seed(7);
        let behind = BiLstm::new(architecture, 5, &device);
        let mut over = behind.clone();
        content.take_into(&mut over);
        let read: Vec<f32> = (0..20 * Input::Speech.n_features())
            .map(|idx| (idx as f32 * 0.7).sin())
            .collect();
        let voice: Vec<f32> = (0..SIZE).map(|idx| (idx as f32 * 1.3).cos()).collect();
        let logits = |network: BiLstm, voice: Vec<f32>| {
            Reference(network).logits(&[&read], &[voice]).remove(0)
        };
        let expected = logits(behind, content.shrunk(&voice));
        for (found, expected) in logits(over, voice).iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-4, "{found}, {expected}");
        }
    }
}
