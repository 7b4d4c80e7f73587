//! Loss and gradients of one batch: the recurrent layers by hand, everything else by burn's autodiff.

use burn::{
    module::Module,
    optim::GradientsParams,
    tensor::{Device, Tensor, TensorData},
};
use ndarray::Array2;
use rand::{Rng, rngs::StdRng};
use recognizer::network::BiLstm;

use crate::lstm_gradient;

/// Mean loss of a batch and the gradients of every parameter.
///
/// `network` lies on an autodiff device, `log_mel` `[batch, n_frames, n_mels]` on the plain one.
pub fn loss_and_gradients(
    network: &BiLstm,
    log_mel: Tensor<3>,
    loss_of: impl FnOnce(Tensor<2>) -> Tensor<1>,
    rng: &mut StdRng,
) -> (f64, GradientsParams) {
    let [batch, n_frames, _] = log_mel.dims();
    let plain = log_mel.device();

    let (input, mask) = network.valid().input(log_mel);
    let mut frames = time_major(input.clone());
    let mut tapes = Vec::with_capacity(network.layers.len());
    let mut kept = Vec::with_capacity(network.layers.len());
    for (layer_idx, layer) in network.layers.iter().enumerate() {
        if layer_idx > 0 {
            let mask = dropout_mask(frames.raw_dim(), network.architecture().dropout, rng);
            frames *= &mask;
            kept.push(mask);
        }
        let (output, tape) = lstm_gradient::forward(layer, frames, batch);
        tapes.push(tape);
        frames = output;
    }

    let output = from_time_major(frames, batch, n_frames, &plain);
    let output = output.autodiff().require_grad();
    let logits = network.head(output.clone(), input.autodiff(), mask.autodiff());
    let loss = loss_of(logits);
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
    (loss_value, gradients)
}

/// `[batch, n_frames, n_features]` to `[n_frames * batch, n_features]`.
fn time_major(frames: Tensor<3>) -> Array2<f32> {
    let [batch, n_frames, n_features] = frames.dims();
    let values = frames.swap_dims(0, 1).into_data().iter::<f32>().collect();
    Array2::from_shape_vec((n_frames * batch, n_features), values).expect("the tensor's own shape")
}

fn from_time_major(
    frames: Array2<f32>,
    batch: usize,
    n_frames: usize,
    device: &Device,
) -> Tensor<3> {
    let n_features = frames.ncols();
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
    use rand::SeedableRng;
    use recognizer::{
        backend,
        network::{Architecture, Pooling},
    };

    use super::*;

    fn largest_difference(left: Tensor<1>, right: Tensor<1>) -> f32 {
        (left - right).abs().max().into_scalar::<f32>()
    }

    #[test]
    fn agrees_with_autodiff() {
        let plain = backend::device();
        plain.seed(5);
        let training = plain.clone().autodiff();
        let architecture = Architecture {
            hidden_size: 6,
            head_size: 4,
            dropout: 0.0,
            pooling: Pooling::Statistics,
            ..Architecture::paper()
        };
        let network = BiLstm::new(architecture, 5, &training);
        let log_mel = Tensor::<3>::random(
            [3, 7, audio::N_MELS],
            burn::tensor::Distribution::Uniform(-1.0, 1.0),
            &plain,
        );
        let loss_of = |logits: Tensor<2>| logits.powi_scalar(2).mean();

        let input = Tensor::from_data(log_mel.to_data(), &training);
        let loss = loss_of(network.forward(input));
        let expected_loss = loss.clone().into_scalar::<f64>();
        let expected = GradientsParams::from_grads(loss.backward(), &network);
        let mut rng = StdRng::seed_from_u64(0);
        let (loss, found) = loss_and_gradients(&network, log_mel, loss_of, &mut rng);

        assert!((loss - expected_loss).abs() < 1e-6);
        assert_eq!(found.len(), expected.len());
        for layer in &network.layers {
            for id in [layer.weight_ih.id, layer.weight_hh.id] {
                let found = found.get::<3>(id).expect("a gradient").reshape([-1]);
                let expected = expected.get::<3>(id).expect("a gradient").reshape([-1]);
                assert!(expected.clone().abs().max().into_scalar::<f32>() > 1e-4);
                assert!(largest_difference(found, expected) < 1e-5);
            }
            for id in [layer.bias_ih.id, layer.bias_hh.id] {
                let found = found.get::<2>(id).expect("a gradient").reshape([-1]);
                let expected = expected.get::<2>(id).expect("a gradient").reshape([-1]);
                assert!(largest_difference(found, expected) < 1e-5);
            }
        }
    }
}
