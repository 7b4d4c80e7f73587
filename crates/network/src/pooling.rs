//! From the frames of a window to one vector.

use burn::{
    module::Module,
    nn::{Linear, LinearConfig},
    tensor::{Device, Tensor, activation::softmax},
};
use inference::SCORE_SIZE;

/// Keeps the square root's gradient finite where a feature never changes.
pub(super) const VARIANCE_FLOOR: f64 = 1e-4;

/// Taken from the score of padding: its weight becomes 0.
const PADDING_COST: f64 = 1e4;

/// Scores how much each frame counts.
#[derive(Module, Debug)]
pub struct Attention {
    /// From a frame to `SCORE_SIZE`.
    pub hidden: Linear,
    /// To one score.
    pub score: Linear,
}

impl Attention {
    /// Random weights for frames of `size` values.
    pub fn new(size: usize, device: &Device) -> Self {
        Self {
            hidden: LinearConfig::new(size, SCORE_SIZE).init(device),
            score: LinearConfig::new(SCORE_SIZE, 1).init(device),
        }
    }

    /// Weights of the frames, `[batch, n_frames, 1]`, together 1 per window; 0 where `mask` is.
    pub fn weights(&self, frames: Tensor<3>, mask: Tensor<3>) -> Tensor<3> {
        let scores = self.score.forward(self.hidden.forward(frames).tanh());
        softmax(scores + (mask - 1.0).mul_scalar(PADDING_COST), 1)
    }
}

/// The last frame of each window.
pub(super) fn last(frames: Tensor<3>, lengths: &[usize]) -> Tensor<2> {
    let windows = frames.iter_dim(0).zip(lengths);
    let last = windows.map(|(window, &length)| window.narrow(1, length - 1, 1));
    Tensor::cat(last.collect(), 0).squeeze_dim(1)
}

/// Weighted mean and standard deviation of the frames: `[batch, 2 * size]`.
pub(super) fn statistics(frames: Tensor<3>, weights: Tensor<3>) -> Tensor<2> {
    let mean = (frames.clone() * weights.clone()).sum_dim(1);
    let squares = (frames - mean.clone()).powi_scalar(2);
    let deviation = ((squares * weights).sum_dim(1) + VARIANCE_FLOOR).sqrt();
    Tensor::cat(vec![mean, deviation], 2).squeeze_dim(1)
}

/// Equal weights for the frames that `mask` selects, together 1 per window.
pub(super) fn equal_weights(mask: Tensor<3>) -> Tensor<3> {
    mask.clone() / mask.sum_dim(1)
}
