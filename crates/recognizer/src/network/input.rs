//! Which frames sound, and the features made independent of the clip's level.

use burn::tensor::Tensor;

use super::InputNormalization;

/// A frame sounds when one of its bands is above this level; digital silence is at -100 dB.
const SOUNDING_DB: f64 = audio::FLOOR_DB as f64 + 0.5;

/// Decibels per unit after normalisation: the spread of speech around its mean.
const SCALE_DB: f64 = 15.0;

/// 1 where a frame sounds, else 0: `[batch, n_frames, 1]`. All 1 for a window without sound, so
/// that a mean over its frames exists.
pub(super) fn sounding_mask(log_mel: &Tensor<3>) -> Tensor<3> {
    let mask = log_mel.clone().max_dim(2).greater_elem(SOUNDING_DB).float();
    let none = mask.clone().sum_dim(1).equal_elem(0.0).float();
    mask + none
}

/// Normalised features, same shape.
pub(super) fn normalize(
    log_mel: Tensor<3>,
    mask: Tensor<3>,
    normalization: InputNormalization,
) -> Tensor<3> {
    match normalization {
        InputNormalization::None => log_mel,
        InputNormalization::Level => {
            let level = masked_mean(log_mel.clone(), mask.clone()).mean_dim(2);
            (log_mel - level).div_scalar(SCALE_DB) * mask
        }
    }
}

/// Mean over the frames that `mask` selects: `[batch, 1, n_features]`.
pub(super) fn masked_mean(frames: Tensor<3>, mask: Tensor<3>) -> Tensor<3> {
    (frames * mask.clone()).sum_dim(1) / mask.sum_dim(1)
}
