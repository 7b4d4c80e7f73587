//! What hears a voice as a whole, by burn's operations: the reference for [`inference::PackedEncoder`].
//!
//! Input   [`audio::VoiceBands`] of speech
//! Output  a *voice vector*: of each unit of the last layer the mean over the first half of the frames and
//!         over the second, the standard deviation, the maximum and the minimum, `[5 * hidden_size]`
//! Source  Wan et al. 2018 (GE2E); the layers are read, never trained. Why: docs/evaluation.md

use audio::N_MELS;
use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use inference::EncoderShape;

use crate::{Batch, LstmLayer};

/// Stacked LSTM layers that read forward.
#[derive(Module, Debug)]
pub struct SpeakerEncoder {
    /// First to last.
    pub layers: Vec<LstmLayer>,
}

impl SpeakerEncoder {
    /// An encoder with random weights, to be replaced.
    pub fn new(shape: EncoderShape, device: &Device) -> Self {
        let layers = (0..shape.n_layers).map(|layer_idx| {
            let input_size = if layer_idx == 0 {
                N_MELS
            } else {
                shape.hidden_size
            };
            LstmLayer::new(input_size, shape.hidden_size, 1, device)
        });
        Self {
            layers: layers.collect(),
        }
    }

    /// The voice vector of each window of bands.
    pub fn voices(&self, bands: &Batch) -> Vec<Vec<f32>> {
        let layers = self.layers.iter();
        let frames = layers.fold(bands.frames.clone(), |frames, layer| {
            layer.forward(frames, &bands.lengths)
        });
        let windows = frames.iter_dim(0).zip(&bands.lengths);
        let voices = windows.map(|(window, &n_frames)| voice(window.narrow(1, 0, n_frames)));
        voices.collect()
    }
}

/// The five statistics of frames, `[1, n_frames, size]`.
pub(crate) fn voice(frames: Tensor<3>) -> Vec<f32> {
    let [_, n_frames, _] = frames.dims();
    // Of an odd number both halves have the frame in the middle.
    let n_half = n_frames.div_ceil(2);
    let half = |start| frames.clone().narrow(1, start, n_half).mean_dim(1);
    let statistics = vec![
        half(0),
        half(n_frames - n_half),
        frames.clone().var_bias(1).sqrt(),
        frames.clone().max_dim(1),
        frames.clone().min_dim(1),
    ];
    Tensor::cat(statistics, 2)
        .into_data()
        .iter::<f32>()
        .collect()
}

#[cfg(test)]
mod tests {
    use audio::VoiceBands;
    use burn::module::Param;
    use inference::{PackedEncoder, VoiceEncoder, Weights};

    use super::*;
    use crate::backend;

    fn weights(encoder: &SpeakerEncoder) -> Weights {
        let mut weights = Weights::default();
        for (idx, layer) in encoder.layers.iter().enumerate() {
            crate::weights::push_lstm(&mut weights, "speaker_encoder", idx, layer);
        }
        weights
    }

    #[test]
    fn a_packed_encoder_hears_the_same() {
        let device = backend::device();
        device.seed(4);
        let shape = EncoderShape {
            hidden_size: 7,
            n_layers: 2,
        };
        let mut encoder = SpeakerEncoder::new(shape, &device);
        for layer in &mut encoder.layers {
            layer.bias_hh = Param::from_tensor(layer.bias_hh.val().zeros_like());
        }
        // More than a piece.
        let samples: Vec<f32> = (0..16_000).map(|n| (n as f32 * 0.05).sin()).collect();
        let windows = [&samples[..1700], &samples];
        let bands = windows.map(|window| VoiceBands::new().middle(window));
        let expected = encoder.voices(&Batch::new(&bands, N_MELS, &device));
        let packed = PackedEncoder::new(&weights(&encoder), "speaker_encoder", shape);
        // Beside another, which must not be heard, and alone, in pieces where there are cores.
        let alone = windows.iter().flat_map(|window| packed.voices(&[window]));
        let found = packed.voices(&windows).into_iter().chain(alone);
        for (found, expected) in found.zip(expected.iter().cycle()) {
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-3, "{found}, {expected}");
            }
        }
    }
}
