//! Baselines that the BiLSTM is compared with: another way to read the frames between the same
//! time-delay layers and the same pooling and head.

use burn::{
    module::Module,
    nn::{
        Linear, LinearConfig, PositionalEncoding, PositionalEncodingConfig,
        transformer::{TransformerEncoder, TransformerEncoderConfig, TransformerEncoderInput},
    },
    optim::GradientsParams,
    tensor::{Device, Tensor},
};
use inference::{Input, Network};
use network::{Batch, BiLstm, Forward, Reference, SpeakerEncoder};
use rand::rngs::StdRng;

use crate::{
    gradient::{self, Trainable},
    recipe::{self, Recipe},
};

/// Layers and heads of the Transformer, and the width of its inner layer.
const N_LAYERS: usize = 2;
const N_HEADS: usize = 4;
const INNER_SIZE: usize = 192;

/// A network without LSTM layers.
#[derive(Module, Debug)]
pub struct Baseline {
    /// Time-delay layers, pooling and head, without recurrent layers.
    shell: BiLstm,
    body: Body,
}

/// Reads `[batch, n_frames, size]`, returns the same shape.
#[derive(Module, Debug)]
enum Body {
    /// `h = tanh(W x + U h' + b)` (Elman 1990), forward only.
    Rnn(Elman),
    /// Vaswani et al. 2017, normalised first.
    Transformer(Transformer),
}

#[derive(Module, Debug)]
struct Elman {
    input: Linear,
    hidden: Linear,
}

#[derive(Module, Debug)]
struct Transformer {
    position: PositionalEncoding,
    encoder: TransformerEncoder,
}

impl Forward for Baseline {
    fn input(&self) -> Input {
        self.shell.input()
    }

    fn speaker_encoder(&self) -> Option<&SpeakerEncoder> {
        Forward::speaker_encoder(&self.shell)
    }

    fn forward(&self, batch: &Batch) -> Tensor<2> {
        let frames = self.shell.front(batch);
        let mask = batch.mask(self.shell.stride());
        let frames = match &self.body {
            Body::Rnn(elman) => elman.forward(frames),
            Body::Transformer(transformer) => transformer.forward(frames, mask.clone()),
        };
        self.shell.head(frames * mask, batch)
    }
}

impl Trainable for Baseline {
    fn new(recipe: &Recipe, device: &Device) -> Self {
        let architecture = recipe.architecture();
        let size = architecture.frame_size();
        let dropout = architecture.dropout;
        let body = if recipe.network == recipe::Network::Rnn {
            Body::Rnn(Elman {
                input: LinearConfig::new(size, size).init(device),
                hidden: LinearConfig::new(size, size).with_bias(false).init(device),
            })
        } else {
            Body::Transformer(Transformer {
                position: PositionalEncodingConfig::new(size).init(device),
                encoder: TransformerEncoderConfig::new(size, INNER_SIZE, N_HEADS, N_LAYERS)
                    .with_dropout(dropout / 2.0)
                    .with_norm_first(true)
                    .init(device),
            })
        };
        Self {
            shell: BiLstm::new(architecture, recipe.labels.n_labels(), device),
            body,
        }
    }

    fn head(&mut self) -> &mut BiLstm {
        &mut self.shell
    }

    fn answering(&self) -> Box<dyn Network> {
        Box::new(Reference(self.clone()))
    }

    fn loss_and_gradients(
        &self,
        batch: &Batch,
        loss_of: impl FnOnce(Tensor<2>) -> Tensor<1>,
        _rng: &mut StdRng,
    ) -> (f64, GradientsParams) {
        gradient::by_autodiff(self, batch, loss_of)
    }
}

impl Elman {
    fn forward(&self, frames: Tensor<3>) -> Tensor<3> {
        let [batch, n_frames, size] = frames.dims();
        let read = self.input.forward(frames.clone());
        let mut hidden = Tensor::<3>::zeros([batch, 1, size], &frames.device());
        let mut outputs = Vec::with_capacity(n_frames);
        for frame_idx in 0..n_frames {
            let read = read.clone().narrow(1, frame_idx, 1);
            hidden = (read + self.hidden.forward(hidden)).tanh();
            outputs.push(hidden.clone());
        }
        Tensor::cat(outputs, 1)
    }
}

impl Transformer {
    fn forward(&self, frames: Tensor<3>, mask: Tensor<3>) -> Tensor<3> {
        let padding = mask.squeeze_dim::<2>(2).equal_elem(0.0);
        let input = TransformerEncoderInput::new(self.position.forward(frames));
        self.encoder.forward(input.mask_pad(padding))
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Tolerance;
    use network::backend;

    use super::*;

    #[test]
    fn a_windows_logits_do_not_depend_on_its_batch() {
        let device = backend::device();
        for network in [recipe::Network::Rnn, recipe::Network::Transformer] {
            let recipe = Recipe {
                network,
                ..Recipe::default()
            };
            let baseline = Baseline::new(&recipe, &device);
            let n_features = baseline.input().n_features();
            let windows = [9, 30].map(|n_frames| {
                let values = (0..n_frames * n_features).map(|idx| (idx as f32 * 0.7).sin());
                values.collect::<Vec<f32>>()
            });
            let together = baseline.forward(&Batch::new(&windows, n_features, &device));
            for (window, together) in windows.into_iter().zip(together.iter_dim(0)) {
                let alone = baseline.forward(&Batch::new(&[window], n_features, &device));
                let (alone, together) = (alone.into_data(), together.into_data());
                alone.assert_approx_eq::<f32>(&together, Tolerance::absolute(1e-4));
            }
        }
    }
}
