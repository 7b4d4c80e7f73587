//! The whole network.

use burn::{
    module::Module,
    nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, LinearConfig},
    tensor::{Device, Tensor, TensorData, activation::relu},
};

use inference::{Architecture, Input, Packed, Pooling};

use crate::{
    Attention, Batch, Forward, LstmLayer, SpeakerEncoder, TimeDelayLayer,
    pooling::{equal_weights, last, statistics},
    reference::{batch_of, device_of, rows},
};

/// Time-delay layers, LSTM layers, pooling over time and a two-layer head.
#[derive(Module, Debug)]
pub struct BiLstm {
    /// Layers that see a few frames, first to last.
    pub front: Vec<TimeDelayLayer>,
    /// Recurrent layers, first to last.
    pub layers: Vec<LstmLayer>,
    /// Weighs the frames, where the architecture pools so.
    pub attention: Option<Attention>,
    /// Hears the voice as a whole, where the architecture says so; never trained.
    pub speaker_encoder: Option<SpeakerEncoder>,
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
        let mut size = architecture.input.n_features();
        let mut front = Vec::with_capacity(architecture.front.len());
        for &shape in &architecture.front {
            front.push(TimeDelayLayer::new(shape, size, device));
            size = shape.size;
        }
        let mut layers = Vec::with_capacity(architecture.n_layers);
        for _ in 0..architecture.n_layers {
            let n_directions = architecture.n_directions();
            let hidden_size = architecture.hidden_size;
            layers.push(LstmLayer::new(size, hidden_size, n_directions, device));
            size = architecture.n_directions() * hidden_size;
        }
        let pooled_size = architecture.pooled_size();
        Self {
            front,
            layers,
            attention: (architecture.pooling == Pooling::Attention)
                .then(|| Attention::new(size, device)),
            speaker_encoder: architecture
                .speaker_encoder
                .map(|shape| SpeakerEncoder::new(shape, device)),
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

    /// Frames read per frame that the recurrent layers read.
    pub fn stride(&self) -> usize {
        self.architecture
            .front
            .iter()
            .map(|one| one.stride)
            .product()
    }

    /// What the first recurrent layer reads, `[batch, n_frames / stride, size]`.
    pub fn front(&self, batch: &Batch) -> Tensor<3> {
        let mut frames = batch.frames.clone();
        let mut stride = 1;
        for layer in &self.front {
            stride *= layer.stride();
            frames = layer.forward(frames) * batch.mask(stride);
        }
        if self.front.is_empty() {
            frames
        } else {
            self.dropout.forward(frames)
        }
    }

    /// Logits from the last layer's output `[batch, n_frames / stride, frame_size]`.
    pub fn head(&self, frames: Tensor<3>, batch: &Batch) -> Tensor<2> {
        self.classified(self.pooled(frames, batch))
    }

    /// What the head reads, `[batch, pooled_size]`, from the last layer's output.
    fn pooled(&self, frames: Tensor<3>, batch: &Batch) -> Tensor<2> {
        let mut pooled = match &self.attention {
            Some(attention) => {
                let mask = batch.mask(self.stride());
                let weights = attention.weights(frames.clone(), mask);
                let read = statistics(batch.frames.clone(), equal_weights(batch.mask(1)));
                vec![statistics(frames, weights), read]
            }
            None => vec![last(frames, &batch.lengths)],
        };
        pooled.extend(batch.voices.clone());
        Tensor::cat(pooled, 1)
    }

    /// Logits of what the head reads.
    fn classified(&self, pooled: Tensor<2>) -> Tensor<2> {
        let mut pooled = self.norm.forward(pooled);
        if self.attention.is_some() {
            pooled = self.dropout.forward(pooled);
        }
        let hidden = relu(self.hidden.forward(pooled));
        self.output.forward(self.dropout.forward(hidden))
    }

    /// What the head reads of each window, `[n_windows, pooled_size]`, from what is read of it and its voice vector.
    pub fn overheard(&self, read: &[&[f32]], voices: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let batch = batch_of(self, read, voices);
        rows(self.pooled(self.recurrent(&batch), &batch))
    }

    /// Logits of what the head reads of windows, `[n_windows, n_classes]` of `[n_windows, pooled_size]`; at least one.
    pub fn answered(&self, overheard: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let data = TensorData::new(overheard.concat(), [overheard.len(), overheard[0].len()]);
        rows(self.classified(Tensor::from_data(data, &device_of(self))))
    }

    /// The last recurrent layer's output, `[batch, n_frames / stride, frame_size]`.
    fn recurrent(&self, batch: &Batch) -> Tensor<3> {
        let mut frames = self.front(batch);
        let lengths = batch.lengths(self.stride());
        for (layer_idx, layer) in self.layers.iter().enumerate() {
            if layer_idx > 0 {
                frames = self.dropout.forward(frames);
            }
            frames = layer.forward(frames, &lengths);
        }
        frames
    }

    /// The same network as it runs without gradients.
    pub fn packed(&self) -> Packed {
        Packed::new(&self.weights(), &self.architecture)
    }
}

impl Forward for BiLstm {
    fn input(&self) -> Input {
        self.architecture.input
    }

    fn speaker_encoder(&self) -> Option<&SpeakerEncoder> {
        self.speaker_encoder.as_ref()
    }

    fn forward(&self, batch: &Batch) -> Tensor<2> {
        self.head(self.recurrent(batch), batch)
    }
}

#[cfg(test)]
mod tests {
    use inference::{EncoderShape, Network, TimeDelay};

    use super::*;
    use crate::{Reference, backend};

    #[track_caller]
    fn assert_close(found: &[Vec<f32>], expected: &[Vec<f32>], tolerance: f32) {
        assert_eq!(found.len(), expected.len());
        let pairs = found.iter().flatten().zip(expected.iter().flatten());
        for (found, expected) in pairs {
            assert!(
                (found - expected).abs() < tolerance,
                "{found} is not {expected}"
            );
        }
    }

    fn layer(stride: usize) -> TimeDelay {
        TimeDelay {
            size: 6,
            context: 5,
            stride,
        }
    }

    /// Windows of the given lengths, in no order.
    fn windows(lengths: &[usize], n_features: usize) -> Vec<Vec<f32>> {
        let window = |&n_frames: &usize| {
            let values = (0..n_frames * n_features).map(|idx| (idx as f32 * 0.7).sin());
            values.collect()
        };
        lengths.iter().map(window).collect()
    }

    #[test]
    fn packed_networks_agree_with_burns_operations() {
        let device = backend::device();
        device.seed(3);
        let speech = Architecture {
            input: Input::Speech,
            front: vec![layer(1), layer(2)],
            hidden_size: 40,
            pooling: Pooling::Attention,
            ..Architecture::paper()
        };
        let paper = Architecture {
            hidden_size: 21,
            ..Architecture::paper()
        };
        let forward_only = Architecture {
            bidirectional: false,
            ..paper.clone()
        };
        let not_recurrent = Architecture {
            n_layers: 0,
            ..speech.clone()
        };
        let encoder = EncoderShape {
            hidden_size: 3,
            n_layers: 2,
        };
        let [with_voice, paper_with_voice] = [&speech, &paper].map(|architecture| Architecture {
            speaker_encoder: Some(encoder),
            ..architecture.clone()
        });
        for architecture in [
            speech,
            paper,
            forward_only,
            not_recurrent,
            with_voice,
            paper_with_voice,
        ] {
            let n_features = architecture.input.n_features();
            let voice_size = architecture
                .speaker_encoder
                .map_or(0, EncoderShape::voice_size);
            let reference = Reference(BiLstm::new(architecture, 5, &device));
            let packed = reference.0.packed();
            // One window; fours, twos and a rest; more than go through the layers together.
            for lengths in [&[9][..], &[30, 1, 7, 7, 12, 30, 5], &[3; 19]] {
                let windows_of = windows(lengths, n_features);
                let read: Vec<&[f32]> = windows_of.iter().map(Vec::as_slice).collect();
                let voices = match voice_size {
                    0 => Vec::new(),
                    size => windows(&vec![1; lengths.len()], size),
                };
                let expected = reference.logits(&read, &voices);
                assert_close(&packed.logits(&read, &voices), &expected, 2e-6);
            }
        }
    }

    #[test]
    fn a_windows_logits_do_not_depend_on_its_batch() {
        let device = backend::device();
        let architecture = Architecture {
            input: Input::Speech,
            front: vec![layer(1), layer(2)],
            hidden_size: 5,
            pooling: Pooling::Attention,
            ..Architecture::paper()
        };
        let n_features = architecture.input.n_features();
        let reference = Reference(BiLstm::new(architecture, 5, &device));
        let windows = windows(&[9, 30, 1], n_features);
        let windows: Vec<&[f32]> = windows.iter().map(Vec::as_slice).collect();
        let packed = reference.0.packed();
        for network in [&reference as &dyn Network, &packed] {
            let together = network.logits(&windows, &[]);
            let alone: Vec<_> = windows
                .iter()
                .flat_map(|&window| network.logits(&[window], &[]))
                .collect();
            assert_close(&alone, &together, 1e-5);
        }
    }
}
