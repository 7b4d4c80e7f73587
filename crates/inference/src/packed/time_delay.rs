//! A time-delay layer: the frames in sight of an output lie side by side already, so it is one matrix
//! product with rows that overlap.

use super::{Matrix, frames::Frames, panels::Panels};
use crate::Weights;

/// What burn's layer normalisation adds to the variance.
const VARIANCE_FLOOR: f32 = 1e-5;

#[derive(Debug)]
pub(super) struct TimeDelay {
    panels: Panels,
    stride: usize,
    gamma: Vec<f32>,
    beta: Vec<f32>,
}

impl TimeDelay {
    /// The layer of this name, one output for every `stride`th frame.
    pub fn new(weights: &Weights, name: &str, stride: usize) -> Self {
        let norm = |kind| weights.values(&format!("{name}.norm.{kind}")).to_vec();
        Self {
            panels: Matrix::of(weights, &format!("{name}.linear")).panels(),
            stride,
            gamma: norm("weight"),
            beta: norm("bias"),
        }
    }

    /// Output of every `stride`th frame.
    pub fn forward(&self, input: &Frames) -> Frames {
        let lengths = input.lengths.iter();
        let lengths = lengths.map(|length| length.div_ceil(self.stride)).collect();
        let mut output = Frames::zeros(lengths, self.gamma.len());
        let context = self.panels.n_inputs() / input.size;
        let margin = context / 2 * input.size;
        let mut padded = Vec::new();
        for (window, output) in input.windows().zip(output.windows_mut()) {
            padded.clear();
            padded.resize(margin, 0.0);
            padded.extend_from_slice(window);
            padded.resize(padded.len() + margin, 0.0);
            self.panels
                .multiply(&padded, self.stride * input.size, output);
            for frame in output.chunks_exact_mut(self.gamma.len()) {
                self.normalise_and_rectify(frame);
            }
        }
        output
    }

    fn normalise_and_rectify(&self, frame: &mut [f32]) {
        let size = frame.len() as f32;
        let mean = sum(frame, |value| value) / size;
        let variance = sum(frame, |value| (value - mean) * (value - mean)) / size;
        let scale = 1.0 / (variance + VARIANCE_FLOOR).sqrt();
        for ((value, gamma), beta) in frame.iter_mut().zip(&self.gamma).zip(&self.beta) {
            *value = ((*value - mean) * scale * gamma + beta).max(0.0);
        }
    }
}

/// Sum of `term` over the values, in eight sums side by side.
fn sum(values: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0.0; 8];
    let (chunks, rest) = values.as_chunks::<8>();
    for chunk in chunks {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *sum += term(*value);
        }
    }
    sums.iter().sum::<f32>() + rest.iter().map(|value| term(*value)).sum::<f32>()
}
