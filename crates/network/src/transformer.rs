//! Blocks of a transformer encoder, in burn's operations: what the packed ones are compared with.
//!
//! Input   [`WhisperBands`](audio::WhisperBands) of one window, f32 `[n_frames, n_bands]`
//! Output  frames behind each block, f32 `[ceil(n_frames / (2 * frame_stride)), width]`
//! Source  Radford et al. 2022; the weights are read, never trained. Why: docs/decisions/0006
//! The frames in sight of a convolution lie side by side, so that it is one matrix product.

use burn::{
    module::{Module, Param},
    nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig},
    tensor::{
        Device, Tensor, TensorData,
        activation::{gelu, softmax},
        s,
    },
};

use audio::{N_WHISPER_BANDS, WhisperBands};
use inference::{
    BlockWeights, LayerWeights, NormWeights, TransformerShape, TransformerWeights, VoiceEncoder,
};

use crate::speaker_encoder::voice;

/// Frames on either side that a convolution of the stem sees.
const MARGIN: usize = 1;

/// The stem's second convolution leaves every second frame.
const STEM_STRIDE: usize = 2;

/// The first blocks of an encoder.
#[derive(Module, Debug)]
pub struct Transformer {
    stem: Vec<Linear>,
    /// `[n_positions, width]`.
    positions: Param<Tensor<2>>,
    blocks: Vec<TransformerBlock>,
}

/// Attention and two dense layers, each behind a normalisation and added to what it read.
#[derive(Module, Debug)]
pub struct TransformerBlock {
    attention_norm: LayerNorm,
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    feed_forward_norm: LayerNorm,
    expand: Linear,
    contract: Linear,
    #[module(skip)]
    n_heads: usize,
}

impl Transformer {
    /// An encoder with the weights of a file.
    pub fn new(weights: &TransformerWeights, device: &Device) -> Self {
        let blocks = weights.blocks.iter();
        let blocks = blocks.map(|block| TransformerBlock::new(block, weights.n_heads, device));
        let positions = weights.positions.clone();
        let shape = [positions.len() / weights.width, weights.width];
        let positions = Tensor::from_data(TensorData::new(positions, shape), device);
        Self {
            stem: weights
                .stem
                .iter()
                .map(|layer| linear(layer, device))
                .collect(),
            positions: Param::from_tensor(positions),
            blocks: blocks.collect(),
        }
    }

    /// Frames behind each block; see the module's head. There is a position for each.
    pub fn forward(&self, bands: Tensor<2>, frame_stride: usize) -> Vec<Tensor<2>> {
        let [n_frames, _] = bands.dims();
        let mut frames = bands;
        for (layer, stride) in self.stem.iter().zip([1, STEM_STRIDE * frame_stride]) {
            frames = gelu(layer.forward(in_sight(frames, stride as isize)));
        }
        let positions = self.positions.val();
        let [n_positions, _] = positions.dims();
        let first = (n_positions - n_frames.div_ceil(STEM_STRIDE)) as isize;
        frames = frames + positions.slice(s![first..;frame_stride as isize, ..]);
        let behind = |block: &TransformerBlock| {
            frames = block.forward(frames.clone());
            frames.clone()
        };
        self.blocks.iter().map(behind).collect()
    }
}

impl TransformerBlock {
    fn new(weights: &BlockWeights, n_heads: usize, device: &Device) -> Self {
        Self {
            attention_norm: norm(&weights.attention_norm, device),
            query: linear(&weights.query, device),
            key: linear(&weights.key, device),
            value: linear(&weights.value, device),
            output: linear(&weights.output, device),
            feed_forward_norm: norm(&weights.feed_forward_norm, device),
            expand: linear(&weights.expand, device),
            contract: linear(&weights.contract, device),
            n_heads,
        }
    }

    fn forward(&self, frames: Tensor<2>) -> Tensor<2> {
        let normalised = self.attention_norm.forward(frames.clone());
        let frames = frames + self.attention(normalised);
        let normalised = self.feed_forward_norm.forward(frames.clone());
        frames + self.contract.forward(gelu(self.expand.forward(normalised)))
    }

    fn attention(&self, frames: Tensor<2>) -> Tensor<2> {
        let [n_frames, width] = frames.dims();
        let head_size = width / self.n_heads;
        let heads = |layer: &Linear| {
            let shape = [n_frames, self.n_heads, head_size];
            layer.forward(frames.clone()).reshape(shape).swap_dims(0, 1)
        };
        let scores = heads(&self.query).matmul(heads(&self.key).transpose());
        let weights = softmax(scores.div_scalar((head_size as f64).sqrt()), 2);
        let taken = weights.matmul(heads(&self.value));
        self.output
            .forward(taken.swap_dims(0, 1).reshape([n_frames, width]))
    }
}

/// Each `stride`th frame between its neighbours, zeros around, `[n_rows, 3 * size]`.
fn in_sight(frames: Tensor<2>, stride: isize) -> Tensor<2> {
    let [n_frames, size] = frames.dims();
    let silence = Tensor::zeros([MARGIN, size], &frames.device());
    let padded = Tensor::cat(vec![silence.clone(), frames, silence], 0);
    let offsets = 0..=2 * MARGIN;
    let in_sight = offsets.map(|offset| padded.clone().narrow(0, offset, n_frames));
    Tensor::cat(in_sight.collect(), 1).slice(s![0..;stride, ..])
}

/// What an encoder tells of speech, as a server that answers by burn's operations hears it.
#[derive(Debug)]
pub struct ListeningTransformer {
    encoder: Transformer,
    shape: TransformerShape,
    device: Device,
}

impl ListeningTransformer {
    /// Listens to the blocks that `shape` tells.
    pub fn new(weights: &TransformerWeights, shape: &TransformerShape, device: &Device) -> Self {
        Self {
            encoder: Transformer::new(weights, device),
            shape: shape.clone(),
            device: device.clone(),
        }
    }

    fn voice(&self, bands: Vec<f32>) -> Vec<f32> {
        let n_frames = bands.len() / N_WHISPER_BANDS;
        let bands = TensorData::new(bands, [n_frames, N_WHISPER_BANDS]);
        let behind = self.encoder.forward(
            Tensor::from_data(bands, &self.device),
            self.shape.frame_stride,
        );
        let listened_to = self
            .shape
            .blocks
            .iter()
            .map(|block| behind[block - 1].clone());
        let normalised = listened_to.map(|frames| {
            let norm = LayerNormConfig::new(self.shape.width).init(&self.device);
            voice(norm.forward(frames).unsqueeze())
        });
        normalised.flatten().collect()
    }
}

impl VoiceEncoder for ListeningTransformer {
    fn voices(&self, windows: &[&[f32]]) -> Vec<Vec<f32>> {
        let mut extractor = WhisperBands::new();
        let windows = windows.iter();
        windows
            .map(|samples| self.voice(extractor.middle(samples, self.shape.max_samples)))
            .collect()
    }
}

fn linear(weights: &LayerWeights, device: &Device) -> Linear {
    let shape = [weights.n_inputs(), weights.n_outputs()];
    let mut linear = LinearConfig::new(shape[0], shape[1]).init(device);
    let weight = Tensor::from_data(TensorData::new(weights.values(), shape), device);
    linear.weight = Param::from_tensor(weight);
    linear.bias = Some(Param::from_tensor(vector(&weights.biases, device)));
    linear
}

fn norm(weights: &NormWeights, device: &Device) -> LayerNorm {
    let mut norm = LayerNormConfig::new(weights.factors.len()).init(device);
    norm.gamma = Param::from_tensor(vector(&weights.factors, device));
    norm.beta = Some(Param::from_tensor(vector(&weights.offsets, device)));
    norm
}

fn vector(values: &[f32], device: &Device) -> Tensor<1> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), device)
}
