//! From the frames of a window to one vector.

use burn::tensor::{Tensor, s};

use super::{Pooling, input::masked_mean};

impl Pooling {
    /// `[batch, n_frames, n_features]` and the mask of sounding frames to `[batch, n_features]`.
    pub(super) fn pool(self, frames: Tensor<3>, mask: Tensor<3>) -> Tensor<2> {
        let pooled = match self {
            Self::Last => frames.slice(s![.., -1, ..]),
            Self::Mean => masked_mean(frames, mask),
        };
        pooled.squeeze_dim(1)
    }
}
