//! The whole network.

use burn::{
    module::Module,
    nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, LinearConfig},
    tensor::{Device, Tensor, activation::relu},
};

use super::{Architecture, LstmLayer, input};

/// Bidirectional LSTM over log-mel frames with a two-layer head.
#[derive(Module, Debug)]
pub struct BiLstm {
    /// Recurrent layers, first to last.
    pub layers: Vec<LstmLayer>,
    /// Normalises the pooled vector.
    pub norm: BatchNorm,
    /// From the pooled vector to `head_size`.
    pub hidden: Linear,
    /// `head_size` to the logits.
    pub output: Linear,
    dropout: Dropout,
    #[module(skip)]
    architecture: Architecture,
}

impl BiLstm {
    /// A network with random weights, drawn from the device's generator.
    pub fn new(architecture: Architecture, n_classes: usize, device: &Device) -> Self {
        let pooled_size = architecture.pooling.size(&architecture);
        let layers = (0..architecture.n_layers)
            .map(|layer_idx| {
                let input_size = if layer_idx == 0 {
                    architecture.n_mels
                } else {
                    2 * architecture.hidden_size
                };
                LstmLayer::new(input_size, architecture.hidden_size, device)
            })
            .collect();
        Self {
            layers,
            norm: BatchNormConfig::new(pooled_size).init(device),
            hidden: LinearConfig::new(pooled_size, architecture.head_size).init(device),
            output: LinearConfig::new(architecture.head_size, n_classes).init(device),
            dropout: DropoutConfig::new(architecture.dropout).init(),
            architecture,
        }
    }

    /// Sizes and choices of this network.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Logits `[batch, n_classes]` of log-mel energies `[batch, n_frames, n_mels]`, dB.
    ///
    /// Dropout and batch statistics are active on an autodiff device only.
    pub fn forward(&self, log_mel: Tensor<3>) -> Tensor<2> {
        let (input, mask) = self.input(log_mel);
        let mut frames = input.clone();
        for (layer_idx, layer) in self.layers.iter().enumerate() {
            if layer_idx > 0 {
                frames = self.dropout.forward(frames);
            }
            frames = layer.forward(frames);
        }
        self.head(frames, input, mask)
    }

    /// What the first layer reads, and the mask of sounding frames `[batch, n_frames, 1]`.
    pub fn input(&self, log_mel: Tensor<3>) -> (Tensor<3>, Tensor<3>) {
        let mask = input::sounding_mask(&log_mel);
        let normalization = self.architecture.input_normalization;
        (input::normalize(log_mel, mask.clone(), normalization), mask)
    }

    /// Logits from the last layer's output `[batch, n_frames, 2 * hidden_size]` and the result of
    /// [`input`](Self::input).
    pub fn head(&self, frames: Tensor<3>, input: Tensor<3>, mask: Tensor<3>) -> Tensor<2> {
        let pooled = self.architecture.pooling.pool(frames, input, mask);
        let hidden = relu(self.hidden.forward(self.norm.forward(pooled)));
        self.output.forward(self.dropout.forward(hidden))
    }
}
