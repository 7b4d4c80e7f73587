//! What hears a voice as a whole: LSTM layers of a network that was trained to tell speakers apart.
//!
//! Input   [`VoiceBands`] of speech
//! Output  a *voice vector*: of each unit of the last layer the mean over the first half of the frames and
//!         over the second, the standard deviation, the maximum and the minimum, `[5 * hidden_size]`
//! Source  Wan et al. 2018 (GE2E); the layers are read, never trained. Why: docs/evaluation.md

use burn::{module::Module, tensor::Device};

use super::{EncoderShape, LstmLayer};
use audio::N_MELS;

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
}
