//! A network as it runs: weights laid out once as the processor reads them.
//!
//! Input   as of any network
//! Output  the logits of the same network by tensor operations, up to the rounding of f32 sums
//! Why     burn's operations take about a microsecond each, and a frame of an LSTM has twenty; figures
//!         in docs/performance.md
//! Padding is never computed: windows lie one after another, each as long as it is. Where the network
//! answers by the last frame, the last layer's reverse half is computed for that frame only.

mod activation;
mod attention;
mod bf16;
mod frames;
mod int16;
mod lstm;
mod panels;
mod recurrence;
mod sharing;
mod speaker_encoder;
mod statistics;
mod time_delay;
mod transformer;

use self::{
    attention::Attention,
    frames::Frames,
    lstm::{Lstm, LstmWeights},
    panels::Panels,
    sharing::N_TOGETHER,
    time_delay::TimeDelay,
};
use crate::{Architecture, Input, Network, Pooling, VoiceEncoder, Weights};

pub use sharing::shared;
pub use speaker_encoder::PackedEncoder;
pub(crate) use statistics::N_STATISTICS;
pub use transformer::{
    BlockWeights, LayerWeights, NormWeights, TransformerEncoder, TransformerError,
    TransformerWeights,
};

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
    /// Lays out weights that the architecture has [verified](Architecture::verify).
    pub fn new(weights: &Weights, architecture: &Architecture) -> Self {
        let front = architecture.front.iter().enumerate();
        let front = front
            .map(|(idx, layer)| TimeDelay::new(weights, &format!("front.{idx}"), layer.stride));
        let output = Matrix::of(weights, "fc.3");
        let attends = architecture.pooling == Pooling::Attention;
        let encoder = architecture.speaker_encoder;
        let layers = 0..architecture.n_layers;
        Self {
            input: architecture.input,
            n_classes: output.bias.len(),
            front: front.collect(),
            layers: layers
                .map(|idx| {
                    Lstm::new(&LstmWeights::of(
                        weights,
                        "lstm",
                        idx,
                        architecture.n_directions(),
                    ))
                })
                .collect(),
            attention: attends.then(|| Attention::new(weights)),
            speaker_encoder: encoder
                .map(|shape| PackedEncoder::new(weights, "speaker_encoder", shape)),
            hidden: normalised(weights).panels(),
            output: output.panels(),
        }
    }

    /// Logits of all windows, `[n_windows, n_classes]`, of what is read of them and their voice vectors.
    fn logits_of(&self, read: &Frames, voices: &[f32]) -> Vec<f32> {
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

    fn voices(&self, windows: &[&[f32]]) -> Vec<Vec<f32>> {
        let encoder = self.speaker_encoder.as_ref();
        encoder.map_or_else(Vec::new, |encoder| encoder.voices(windows))
    }

    fn logits(&self, read: &[&[f32]], voices: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let n_features = self.input.n_features();
        let mut voices = voices.chunks(N_TOGETHER);
        let together = read.chunks(N_TOGETHER).flat_map(|windows| {
            let voices = voices.next().unwrap_or_default().concat();
            let logits = self.logits_of(&Frames::new(windows, n_features), &voices);
            let of_window = logits.chunks(self.n_classes).map(<[f32]>::to_vec);
            of_window.collect::<Vec<_>>()
        });
        together.collect()
    }
}

/// Weights `[n_inputs, n_outputs]` and biases of a dense layer.
struct Matrix {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Matrix {
    fn of(weights: &Weights, name: &str) -> Self {
        Self {
            weight: weights.transposed(&format!("{name}.weight")),
            bias: weights.values(&format!("{name}.bias")).to_vec(),
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

/// What torch's batch normalisation adds to the variance.
const BATCH_VARIANCE_FLOOR: f32 = 1e-5;

/// The head's hidden layer with the normalisation of what it reads inside its weights.
fn normalised(weights: &Weights) -> Matrix {
    let mut hidden = Matrix::of(weights, "fc.0");
    let [gamma, beta, mean, variance] = ["weight", "bias", "running_mean", "running_var"]
        .map(|kind| weights.values(&format!("bn.{kind}")));
    let n_outputs = hidden.bias.len();
    for (input, row) in hidden.weight.chunks_exact_mut(n_outputs).enumerate() {
        let factor = gamma[input] / (variance[input] + BATCH_VARIANCE_FLOOR).sqrt();
        let offset = beta[input] - mean[input] * factor;
        for (weight, bias) in row.iter_mut().zip(&mut hidden.bias) {
            *bias += offset * *weight;
            *weight *= factor;
        }
    }
    hidden
}
