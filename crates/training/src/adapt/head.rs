//! The head of a network: its last layers, tuned on a few clips and kept near what they were.
//!
//! Input   what the head reads of windows ([`crate::overheard`]), normalised as the network does
//! Output  [`Head`], which answers and can be put back into its network
//! Source  only a part of the way from the first weights to the tuned ones (WiSE-FT, Wortsman et al. 2022), in small
//!         steps, keeps what is known; how far: docs/evaluation.md

use burn::{
    module::{Module, Param},
    nn::{Dropout, DropoutConfig, Linear},
    optim::{AdamWConfig, GradientsParams},
    tensor::{
        Device, Tensor, TensorData,
        activation::{log_softmax, relu},
    },
};
use network::{BiLstm, backend};
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

/// Largest learning rate, taken to 0 by a cosine.
const LEARNING_RATE: f64 = 1e-4;

/// How much of the way from the first weights to the tuned ones is gone.
const WAY: f64 = 0.4;

/// Passes over the windows.
const N_EPOCHS: usize = 30;

/// Share of the label that is spread over all classes.
const LABEL_SMOOTHING: f32 = 0.1;

/// Share of what the head reads, and of its units, that is dropped while it is tuned.
const DROPOUT: f64 = 0.4;

/// Windows per step.
const BATCH_SIZE: usize = 16;

/// What the head reads of a window, `[pooled_size]`, and the class of its clip.
pub type Labelled<'a> = (&'a [f32], usize);

/// The last two layers of a network.
#[derive(Module, Debug)]
pub struct Head {
    hidden: Linear,
    output: Linear,
    dropout: Dropout,
}

impl Head {
    /// That of a network.
    pub fn of(network: &BiLstm) -> Self {
        Self {
            hidden: network.hidden.clone(),
            output: network.output.clone(),
            dropout: DropoutConfig::new(DROPOUT).init(),
        }
    }

    /// The network with this head.
    pub fn put_back(&self, network: &BiLstm) -> BiLstm {
        let mut network = network.clone();
        network.hidden = self.hidden.clone();
        network.output = self.output.clone();
        network
    }

    /// Logits of normalised windows, `[n_windows, n_classes]`.
    pub fn logits(&self, read: Tensor<2>) -> Tensor<2> {
        let hidden = relu(self.hidden.forward(self.dropout.forward(read)));
        self.output.forward(self.dropout.forward(hidden))
    }

    /// The same head, tuned on windows; classes weigh alike, however many windows they have.
    pub fn tuned(&self, windows: &[Labelled<'_>], seed: u64) -> Self {
        self.towards(&self.fitted(windows, LEARNING_RATE, seed), WAY)
    }

    /// The same all the way.
    fn fitted(&self, windows: &[Labelled<'_>], learning_rate: f64, seed: u64) -> Self {
        let plain = backend::device();
        plain.seed(seed);
        let device = plain.clone().autodiff();
        let mut head = self.clone().train();
        let mut optimizer = AdamWConfig::new().with_weight_decay(0.0).init();
        let mut rng = StdRng::seed_from_u64(seed);
        let mut order: Vec<usize> = (0..windows.len()).collect();
        let weights = class_weights(windows, self.n_classes());
        let n_steps = N_EPOCHS * windows.len().div_ceil(BATCH_SIZE);
        let mut steps_done = 0;
        for _ in 0..N_EPOCHS {
            order.shuffle(&mut rng);
            for chosen in order.chunks(BATCH_SIZE) {
                let chosen: Vec<_> = chosen.iter().map(|&idx| windows[idx]).collect();
                let targets = targets(&chosen, &weights, LABEL_SMOOTHING, &device);
                let logits = head.logits(batch(&chosen, &device));
                let loss = (log_softmax(logits, 1) * targets).sum().neg() / chosen.len() as f64;
                let gradients = GradientsParams::from_grads(loss.backward(), &head);
                steps_done += 1;
                let share = f64::from(steps_done) / n_steps as f64;
                let cosine = 0.5 * (1.0 + (std::f64::consts::PI * share).cos());
                head = optimizer.step(learning_rate * cosine, head, gradients);
            }
        }
        head.valid().to_device(&plain)
    }

    /// So much of the way to another head.
    fn towards(&self, other: &Self, way: f64) -> Self {
        let between = |own: &Linear, other: &Linear| {
            let bias = |linear: &Linear| linear.bias.as_ref().map(|bias| bias.val());
            let mut moved = own.clone();
            let weight = own.weight.val();
            let step = (other.weight.val() - weight.clone()) * way;
            moved.weight = Param::from_tensor(weight + step);
            moved.bias = bias(own)
                .zip(bias(other))
                .map(|(own, other)| Param::from_tensor(own.clone() + (other - own) * way));
            moved
        };
        Self {
            hidden: between(&self.hidden, &other.hidden),
            output: between(&self.output, &other.output),
            dropout: self.dropout.clone(),
        }
    }

    fn n_classes(&self) -> usize {
        self.output.weight.dims()[1]
    }
}

/// Rows side by side, `[n_windows, pooled_size]`.
pub fn batch(windows: &[Labelled<'_>], device: &Device) -> Tensor<2> {
    let size = windows.first().map_or(0, |(read, _)| read.len());
    let values: Vec<f32> = windows
        .iter()
        .flat_map(|(read, _)| *read)
        .copied()
        .collect();
    Tensor::from_data(TensorData::new(values, [windows.len(), size]), device)
}

/// Inverse frequencies with mean 1 over the windows; 0 of a class without any.
fn class_weights(windows: &[Labelled<'_>], n_classes: usize) -> Vec<f32> {
    let mut counts = vec![0.0; n_classes];
    for &(_, class_idx) in windows {
        counts[class_idx] += 1.0;
    }
    let n_present = counts.iter().filter(|count| **count > 0.0).count() as f32;
    let mean = windows.len() as f32 / n_present.max(1.0);
    let weight = |&count: &f32| if count > 0.0 { mean / count } else { 0.0 };
    counts.iter().map(weight).collect()
}

/// Smoothed and weighted distributions, `[n_windows, n_classes]`.
fn targets(
    windows: &[Labelled<'_>],
    weights: &[f32],
    smoothing: f32,
    device: &Device,
) -> Tensor<2> {
    let n_classes = weights.len();
    let shares = windows.iter().flat_map(|&(_, label)| {
        (0..n_classes).map(move |class_idx| {
            let own = if class_idx == label {
                1.0 - smoothing
            } else {
                0.0
            };
            weights[label] * (own + smoothing / n_classes as f32)
        })
    });
    let data = TensorData::new(shares.collect(), [windows.len(), n_classes]);
    Tensor::from_data(data, device)
}

#[cfg(test)]
mod tests {
    use inference::{Architecture, Input, Pooling};

    use super::*;

    fn network() -> BiLstm {
        let device = backend::device();
        device.seed(3);
        let architecture = Architecture {
            input: Input::Speech,
            hidden_size: 4,
            n_layers: 1,
            head_size: 16,
            pooling: Pooling::Attention,
            ..Architecture::paper()
        };
        BiLstm::new(architecture, 3, &device)
    }

    /// Windows of three classes, each loud where the others are quiet, and noise.
    fn windows(size: usize) -> Vec<(Vec<f32>, usize)> {
        let window = |idx: usize| {
            let class_idx = idx % 3;
            let value = |at: usize| {
                let noise = ((idx * size + at) as f32 * 0.7).sin();
                if at % 3 == class_idx {
                    1.0 + noise
                } else {
                    noise
                }
            };
            ((0..size).map(value).collect(), class_idx)
        };
        (0..30).map(window).collect()
    }

    fn logits(head: &Head, windows: &[Labelled<'_>]) -> Vec<Vec<f32>> {
        let logits = head.logits(batch(windows, &backend::device()));
        let values: Vec<f32> = logits.into_data().iter::<f32>().collect();
        values.chunks(3).map(<[f32]>::to_vec).collect()
    }

    fn n_right(head: &Head, windows: &[Labelled<'_>]) -> usize {
        let pairs = logits(head, windows).into_iter().zip(windows);
        pairs
            .filter(|(logits, (_, label))| logits.iter().all(|value| *value <= logits[*label]))
            .count()
    }

    #[test]
    fn a_head_learns_and_goes_a_part_of_the_way() {
        let network = network();
        let head = Head::of(&network);
        let windows = windows(network.architecture().pooled_size());
        let windows = windows.iter().map(|(read, label)| (&read[..], *label));
        let windows: Vec<Labelled> = windows.collect();
        assert!(n_right(&head, &windows) < 25);
        let fitted = head.fitted(&windows, 1e-2, 1);
        assert_eq!(n_right(&fitted, &windows), 30);
        let moved = |other: &Head| -> f32 {
            let own = logits(&head, &windows).concat().into_iter();
            let pairs = own.zip(logits(other, &windows).concat());
            pairs
                .map(|(left, right)| (left - right).abs())
                .fold(0.0, f32::max)
        };
        assert!(moved(&head.towards(&fitted, 0.0)) < 1e-6);
        let (half, whole) = (moved(&head.towards(&fitted, 0.5)), moved(&fitted));
        assert!(0.0 < half && half < whole, "{half} of {whole}");
        let back = Head::of(&fitted.put_back(&network));
        assert_eq!(moved(&back), whole);
        assert!(moved(&head.tuned(&windows, 1)) < half);
    }

    #[test]
    fn classes_weigh_alike_and_absent_ones_nothing() {
        let read = [0.0];
        let windows = [
            (&read[..], 0),
            (&read[..], 0),
            (&read[..], 0),
            (&read[..], 2),
        ];
        let weights = class_weights(&windows, 3);
        assert_eq!(weights, [2.0 / 3.0, 0.0, 2.0]);
    }
}
