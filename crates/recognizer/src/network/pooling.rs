//! From the frames of a window to one vector.

use burn::tensor::{Tensor, s};

use super::{Architecture, Pooling, input::masked_mean};

/// Keeps the square root's gradient finite where a feature never changes.
const VARIANCE_FLOOR: f64 = 1e-5;

impl Pooling {
    /// `recurrent` `[batch, n_frames, 2 * hidden_size]`, `input` `[batch, n_frames, n_mels]` and the
    /// mask of sounding frames `[batch, n_frames, 1]` to `[batch, size]`.
    pub(super) fn pool(self, recurrent: Tensor<3>, input: Tensor<3>, mask: Tensor<3>) -> Tensor<2> {
        let pooled = match self {
            Self::Last => recurrent.slice(s![.., -1, ..]),
            Self::Mean => masked_mean(recurrent, mask),
            Self::Statistics => {
                let frames = Tensor::cat(vec![recurrent, input], 2);
                let mean = masked_mean(frames.clone(), mask.clone());
                let squares = (frames - mean.clone()).powi_scalar(2);
                let deviation = (masked_mean(squares, mask) + VARIANCE_FLOOR).sqrt();
                Tensor::cat(vec![mean, deviation], 2)
            }
        };
        pooled.squeeze_dim(1)
    }

    /// Length of the pooled vector.
    pub(super) fn size(self, architecture: &Architecture) -> usize {
        let recurrent = 2 * architecture.hidden_size;
        match self {
            Self::Last | Self::Mean => recurrent,
            Self::Statistics => 2 * (recurrent + architecture.n_mels),
        }
    }
}
