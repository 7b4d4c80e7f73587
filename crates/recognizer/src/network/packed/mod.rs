//! A network as it runs: the weights of a [`BiLstm`] laid out once as the processor reads them, and no
//! tensor between what is read of a window and its logits.
//!
//! Input   as of any network
//! Output  the logits of the [`BiLstm`] that it was made of, up to the rounding of f32 sums
//! Why     burn's operations take about a microsecond each, and a frame of an LSTM has twenty; figures
//!         in docs/performance.md
//! Padding is never computed: windows lie one after another, each as long as it is. Where the network
//! answers by the last frame, the last layer's reverse half is computed for that frame only.

mod activation;
mod attention;
mod frames;
mod halves;
mod lstm;
mod panels;
mod recurrence;
mod speaker_encoder;
mod time_delay;
mod words;

use burn::{
    nn::Linear,
    tensor::{Tensor, TensorData},
};

use self::{
    attention::Attention, frames::Frames, lstm::Lstm, panels::Panels, time_delay::TimeDelay,
};
use super::{Batch, BiLstm, Input, Network};

pub use speaker_encoder::PackedEncoder;

/// Windows that go through the layers together: as many as keep the layers' outputs near the processor.
const N_TOGETHER: usize = 8;

/// A network without gradients; see the module's head.
#[derive(Debug)]
pub struct Packed {
    input: Input,
    n_classes: usize,
    front: Vec<TimeDelay>,
    layers: Vec<Lstm>,
    attention: Option<Attention>,
    speaker_encoder: Option<PackedEncoder>,
    hidden: Panels,
    output: Panels,
}

impl Packed {
    /// Lays out the weights of `network`.
    pub fn new(network: &BiLstm) -> Self {
        let output = Matrix::of(&network.output);
        Self {
            input: network.input(),
            n_classes: output.bias.len(),
            front: network.front.iter().map(TimeDelay::new).collect(),
            layers: network.layers.iter().map(Lstm::new).collect(),
            attention: network.attention.as_ref().map(Attention::new),
            speaker_encoder: network.speaker_encoder.as_ref().map(PackedEncoder::new),
            hidden: normalised(network).panels(),
            output: output.panels(),
        }
    }

    /// Logits of all windows, `[n_windows, n_classes]`, of what is read of them and their voice vectors.
    fn logits(&self, read: &Frames, voices: &[f32]) -> Vec<f32> {
        let mut frames = None;
        for layer in &self.front {
            frames = Some(layer.forward(frames.as_ref().unwrap_or(read)));
        }
        let n_before = match self.attention {
            Some(_) => self.layers.len(),
            None => self.layers.len().saturating_sub(1),
        };
        for layer in &self.layers[..n_before] {
            frames = Some(layer.forward(frames.as_ref().unwrap_or(read)));
        }
        let frames = frames.as_ref().unwrap_or(read);
        let mut pooled = match (&self.attention, self.layers.last()) {
            (Some(attention), _) => attention.pool(frames, read),
            (None, Some(layer)) => layer.last(frames).values,
            (None, None) => frames.last().values,
        };
        if !voices.is_empty() {
            let n_windows = read.lengths.len();
            let rows = pooled.chunks_exact(pooled.len() / n_windows);
            let with_voices = rows.zip(voices.chunks_exact(voices.len() / n_windows));
            pooled = with_voices
                .flat_map(|(row, voice)| [row, voice])
                .flatten()
                .copied()
                .collect();
        }
        let mut hidden = self.hidden.multiply_rows(&pooled);
        hidden.iter_mut().for_each(|value| *value = value.max(0.0));
        self.output.multiply_rows(&hidden)
    }
}

impl Network for Packed {
    fn input(&self) -> Input {
        self.input
    }

    fn voices(&self, windows: &[&[f32]]) -> Option<Vec<Vec<f32>>> {
        let encoder = self.speaker_encoder.as_ref()?;
        Some(encoder.voices(windows))
    }

    fn forward(&self, batch: &Batch) -> Tensor<2> {
        let [n_windows, n_frames, n_features] = batch.frames.dims();
        let voices = batch.voices.clone().map_or_else(Vec::new, values);
        let values = values(batch.frames.clone());
        let windows: Vec<&[f32]> = values
            .chunks_exact(n_frames * n_features)
            .zip(&batch.lengths)
            .map(|(window, length)| &window[..length * n_features])
            .collect();
        let voice_size = voices.len() / n_windows;
        let mut voices = &voices[..];
        let mut logits = Vec::with_capacity(n_windows * self.n_classes);
        for windows in windows.chunks(N_TOGETHER) {
            let (of_windows, behind) = voices.split_at(windows.len() * voice_size);
            voices = behind;
            logits.extend(self.logits(&Frames::new(windows, n_features), of_windows));
        }
        let logits = TensorData::new(logits, [n_windows, self.n_classes]);
        Tensor::from_data(logits, &batch.frames.device())
    }
}

/// Weights `[n_inputs, n_outputs]` and biases of a dense layer.
struct Matrix {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Matrix {
    fn of(linear: &Linear) -> Self {
        let bias = linear.bias.as_ref().expect("every layer has biases");
        Self {
            weight: values(linear.weight.val()),
            bias: values(bias.val()),
        }
    }

    /// The layer whose outputs are `factor` times as large.
    fn scaled(mut self, factor: f32) -> Self {
        let values = self.weight.iter_mut().chain(&mut self.bias);
        values.for_each(|value| *value *= factor);
        self
    }

    fn panels(&self) -> Panels {
        Panels::new(&self.weight, &self.bias)
    }
}

/// The head's hidden layer with the normalisation of what it reads inside its weights.
fn normalised(network: &BiLstm) -> Matrix {
    let mut hidden = Matrix::of(&network.hidden);
    let norm = &network.norm;
    let [gamma, beta] = [&norm.gamma, &norm.beta].map(|param| values(param.val()));
    let mean = values(norm.running_mean.value_sync());
    let variance = values(norm.running_var.value_sync());
    let n_outputs = hidden.bias.len();
    for (input, row) in hidden.weight.chunks_exact_mut(n_outputs).enumerate() {
        let factor = gamma[input] / (variance[input] + norm.epsilon as f32).sqrt();
        let offset = beta[input] - mean[input] * factor;
        for (weight, bias) in row.iter_mut().zip(&mut hidden.bias) {
            *bias += offset * *weight;
            *weight *= factor;
        }
    }
    hidden
}

/// The values of a tensor, row-major.
fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor
        .into_data()
        .try_into_vec()
        .expect("the network is f32")
}
