//! Which frames sound, and the features made independent of the clip's level.
//!
//! Everything is relative to the loudest band of the window, so that neither gain nor the noise
//! floor of a codec (exact zeros in WAV, a whisper in MP3) decides.

use burn::tensor::Tensor;

use super::InputNormalization;

/// A frame sounds when its loudest band is at most this far below the window's loudest: above the
/// noise of a living room, below the quiet ends of words.
const SOUNDING_RANGE_DB: f64 = 40.0;

/// What is further below the window's loudest band than this is as good as silence.
const DYNAMIC_RANGE_DB: f64 = 60.0;

/// Decibels per unit after normalisation: the spread of speech around its mean.
const SCALE_DB: f64 = 15.0;

/// 1 where a frame sounds, else 0: `[batch, n_frames, 1]`; at least one frame of a window sounds.
pub(super) fn sounding_mask(log_mel: &Tensor<3>) -> Tensor<3> {
    below_loudest(log_mel.clone())
        .max_dim(2)
        .greater_equal_elem(-SOUNDING_RANGE_DB)
        .float()
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
            let below = below_loudest(log_mel).clamp_min(-DYNAMIC_RANGE_DB);
            let level = masked_mean(below.clone(), mask).mean_dim(2);
            (below - level).div_scalar(SCALE_DB)
        }
    }
}

/// Decibels relative to the window's loudest band: at most 0.
fn below_loudest(log_mel: Tensor<3>) -> Tensor<3> {
    let loudest = log_mel.clone().max_dim(2).max_dim(1);
    log_mel - loudest
}

/// Mean over the frames that `mask` selects: `[batch, 1, n_features]`.
pub(super) fn masked_mean(frames: Tensor<3>, mask: Tensor<3>) -> Tensor<3> {
    (frames * mask.clone()).sum_dim(1) / mask.sum_dim(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend;

    /// Two loud frames, a quiet one and silence at `silence_db`; two bands.
    fn window(gain_db: f32, silence_db: f32) -> Tensor<3> {
        let frames = [[-10.0, -20.0], [-14.0, -18.0], [-30.0, -90.0]]
            .map(|frame| frame.map(|db| db + gain_db));
        let frames = [frames[0], frames[1], frames[2], [silence_db; 2]];
        Tensor::from_data([frames], &backend::device())
    }

    fn normalized(log_mel: Tensor<3>) -> Vec<f32> {
        let mask = sounding_mask(&log_mel);
        let normalized = normalize(log_mel, mask, InputNormalization::Level);
        normalized.into_data().iter::<f32>().collect()
    }

    #[test]
    fn neither_gain_nor_the_depth_of_silence_changes_the_features() {
        let expected = normalized(window(0.0, -100.0));
        for other in [window(0.0, -80.0), window(-6.0, -100.0)] {
            for (found, expected) in normalized(other).iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn a_window_without_sound_is_still_finite() {
        let silence = Tensor::from_data([[[-100.0, -100.0]; 3]], &backend::device());
        assert!(normalized(silence).iter().all(|&value| value == 0.0));
    }
}
