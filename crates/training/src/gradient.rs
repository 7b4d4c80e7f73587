//! Loss and gradients of one batch: the LSTM layers by hand, everything else by burn's autodiff.

use burn::{
    module::Module,
    optim::GradientsParams,
    tensor::{Device, Tensor, TensorData},
};
use inference::Network;
use ndarray::Array2;
use network::{Batch, BiLstm, Forward, SpeakerEncoder, TimeDelayLayer};
use rand::{Rng, rngs::StdRng};

use crate::{
    lstm_gradient, pytorch,
    recipe::{self, Recipe},
};

/// A network that can be trained.
pub trait Trainable: Forward + Module + Sync {
    /// With random weights, drawn from the device's generator.
    fn new(recipe: &Recipe, device: &Device) -> Self;

    /// What pools and classifies.
    fn head(&mut self) -> &mut BiLstm;

    /// What answers with its weights.
    fn answering(&self) -> Box<dyn Network>;

    /// Mean loss of a batch and the gradients of every parameter.
    ///
    /// The network lies on an autodiff device, `batch` on the plain one.
    fn loss_and_gradients(
        &self,
        batch: &Batch,
        loss_of: impl FnOnce(Tensor<2>) -> Tensor<1>,
        rng: &mut StdRng,
    ) -> (f64, GradientsParams);
}

impl Trainable for BiLstm {
    fn new(recipe: &Recipe, device: &Device) -> Self {
        let mut network = Self::new(recipe.architecture(), recipe.labels.n_labels(), device);
        if let Some(file) = &recipe.speaker_encoder {
            let shape = recipe::SPEAKER_ENCODER;
            let weights = pytorch::speaker_encoder(file, shape);
            let weights = weights.expect("its voices were computed before");
            let encoder = SpeakerEncoder::load(&weights, shape, device);
            network.speaker_encoder = Some(encoder.expect("its voices were computed before"));
        }
        network
    }

    fn head(&mut self) -> &mut BiLstm {
        self
    }

    fn answering(&self) -> Box<dyn Network> {
        Box::new(self.packed())
    }

    fn loss_and_gradients(
        &self,
        batch: &Batch,
        loss_of: impl FnOnce(Tensor<2>) -> Tensor<1>,
        rng: &mut StdRng,
    ) -> (f64, GradientsParams) {
        if cfg!(feature = "gpu") {
            by_autodiff(self, batch, loss_of)
        } else {
            by_hand(self, batch, loss_of, rng)
        }
    }
}

/// Everything by burn's autodiff: slow for layers that go frame by frame.
pub fn by_autodiff<N: Trainable>(
    network: &N,
    batch: &Batch,
    loss_of: impl FnOnce(Tensor<2>) -> Tensor<1>,
) -> (f64, GradientsParams) {
    let batch = batch.autodiff();
    let loss = loss_of(network.forward(&batch));
    let loss_value = loss.clone().into_scalar::<f64>();
    (
        loss_value,
        GradientsParams::from_grads(loss.backward(), network),
    )
}

/// The recurrent layers by hand.
fn by_hand(
    network: &BiLstm,
    batch: &Batch,
    loss_of: impl FnOnce(Tensor<2>) -> Tensor<1>,
    rng: &mut StdRng,
) -> (f64, GradientsParams) {
    let plain = batch.frames.device();
    let n_windows = batch.lengths.len();
    let lengths = batch.lengths(network.stride());
    let batch = batch.autodiff();

    let read = network.front(&batch);
    let mut frames = time_major(read.clone().inner());
    let mut tapes = Vec::with_capacity(network.layers.len());
    let mut kept = Vec::with_capacity(network.layers.len());
    for (layer_idx, layer) in network.layers.iter().enumerate() {
        if layer_idx > 0 {
            let mask = dropout_mask(frames.raw_dim(), network.architecture().dropout, rng);
            frames *= &mask;
            kept.push(mask);
        }
        let (output, tape) = lstm_gradient::forward(layer, frames, &lengths);
        tapes.push(tape);
        frames = output;
    }

    let output = from_time_major(frames, n_windows, &plain);
    let output = output.autodiff().require_grad();
    let loss = loss_of(network.head(output.clone(), &batch));
    let loss_value = loss.clone().into_scalar::<f64>();
    let mut of_tensors = loss.backward();
    let of_output = output
        .grad_remove(&mut of_tensors)
        .expect("the loss depends on the last layer");
    let mut gradients = GradientsParams::from_grads(of_tensors, network);

    let mut gradient = time_major(of_output);
    for (layer, tape) in network.layers.iter().zip(tapes).rev() {
        gradient = lstm_gradient::backward(layer, tape, &gradient, &mut gradients, &plain);
        if let Some(mask) = kept.pop() {
            gradient *= &mask;
        }
    }
    if !network.front.is_empty() {
        // The scalar whose gradient in the front's parameters is the chain rule's.
        let of_read = from_time_major(gradient, n_windows, &plain).autodiff();
        let of_front = (read * of_read).sum().backward();
        let of_front = GradientsParams::from_grads(of_front, &network.front);
        take_over(&network.front, of_front, &mut gradients);
    }
    (loss_value, gradients)
}

fn take_over(front: &[TimeDelayLayer], mut from: GradientsParams, to: &mut GradientsParams) {
    for layer in front {
        if let Some(matrix) = from.remove::<2>(layer.linear.weight.id) {
            to.register::<2>(layer.linear.weight.id, matrix);
        }
        let biases = [&layer.linear.bias, &layer.norm.beta];
        let vectors = biases.into_iter().flatten().chain([&layer.norm.gamma]);
        for id in vectors.map(|vector| vector.id) {
            if let Some(vector) = from.remove::<1>(id) {
                to.register::<1>(id, vector);
            }
        }
    }
}

/// `[batch, n_frames, n_features]` to `[n_frames * batch, n_features]`.
fn time_major(frames: Tensor<3>) -> Array2<f32> {
    let [batch, n_frames, n_features] = frames.dims();
    let values = frames.swap_dims(0, 1).into_data().iter::<f32>().collect();
    Array2::from_shape_vec((n_frames * batch, n_features), values).expect("the tensor's own shape")
}

fn from_time_major(frames: Array2<f32>, batch: usize, device: &Device) -> Tensor<3> {
    let (n_frames, n_features) = (frames.nrows() / batch, frames.ncols());
    let values = frames.into_iter().collect::<Vec<_>>();
    let frames = TensorData::new(values, [n_frames, batch, n_features]);
    Tensor::<3>::from_data(frames, device).swap_dims(0, 1)
}

/// 0 with probability `dropout`, else `1 / (1 - dropout)`.
fn dropout_mask(shape: ndarray::Ix2, dropout: f64, rng: &mut StdRng) -> Array2<f32> {
    let scale = (1.0 / (1.0 - dropout)) as f32;
    Array2::from_shape_simple_fn(shape, || if rng.random_bool(dropout) { 0.0 } else { scale })
}

#[cfg(test)]
mod tests {
    use inference::{Architecture, Input, Pooling, TimeDelay};
    use network::backend;
    use rand::SeedableRng;

    use super::*;

    fn largest_difference(left: Tensor<1>, right: Tensor<1>) -> f32 {
        (left - right).abs().max().into_scalar::<f32>()
    }

    /// Two windows of different lengths.
    fn batch(input: Input, device: &Device) -> Batch {
        let mut rng = StdRng::seed_from_u64(1);
        let windows = [7, 4].map(|n_frames| {
            let n_values = n_frames * input.n_features();
            (0..n_values)
                .map(|_| rng.random_range(-1.0..1.0))
                .collect::<Vec<f32>>()
        });
        Batch::new(&windows, input.n_features(), device)
    }

    fn assert_agrees_with_autodiff(architecture: Architecture) {
        let plain = backend::device();
        plain.seed(5);
        let training = plain.clone().autodiff();
        let input = architecture.input;
        let network = BiLstm::new(architecture, 5, &training);
        let loss_of = |logits: Tensor<2>| logits.powi_scalar(2).mean();

        let batch = batch(input, &plain);
        let (expected_loss, expected) = by_autodiff(&network, &batch, loss_of);
        let mut rng = StdRng::seed_from_u64(0);
        let (loss, found) = network.loss_and_gradients(&batch, loss_of, &mut rng);

        assert!((loss - expected_loss).abs() < 1e-6);
        assert_eq!(found.len(), expected.len());
        let mut largest = 0.0_f32;
        let mut compare = |found: Tensor<1>, expected: Tensor<1>| {
            largest = largest.max(expected.clone().abs().max().into_scalar::<f32>());
            assert!(largest_difference(found, expected) < 1e-5);
        };
        for layer in &network.layers {
            for id in [layer.weight_ih.id, layer.weight_hh.id] {
                let of = |all: &GradientsParams| all.get::<3>(id).expect("one").reshape([-1]);
                compare(of(&found), of(&expected));
            }
            for id in [layer.bias_ih.id, layer.bias_hh.id] {
                let of = |all: &GradientsParams| all.get::<2>(id).expect("one").reshape([-1]);
                compare(of(&found), of(&expected));
            }
        }
        for layer in &network.front {
            let id = layer.linear.weight.id;
            let of = |all: &GradientsParams| all.get::<2>(id).expect("one").reshape([-1]);
            compare(of(&found), of(&expected));
            let id = layer.norm.gamma.id;
            compare(
                found.get::<1>(id).expect("one"),
                expected.get::<1>(id).expect("one"),
            );
        }
        assert!(largest > 1e-4);
    }

    #[test]
    fn the_papers_network_agrees_with_autodiff() {
        assert_agrees_with_autodiff(Architecture {
            hidden_size: 6,
            head_size: 4,
            dropout: 0.0,
            ..Architecture::paper()
        });
    }

    #[test]
    fn time_delays_and_attention_agree_with_autodiff() {
        let layer = |stride| TimeDelay {
            size: 5,
            context: 3,
            stride,
        };
        assert_agrees_with_autodiff(Architecture {
            input: Input::Speech,
            front: vec![layer(1), layer(2)],
            hidden_size: 6,
            n_layers: 1,
            head_size: 4,
            dropout: 0.0,
            pooling: Pooling::Attention,
            ..Architecture::paper()
        });
    }
}
