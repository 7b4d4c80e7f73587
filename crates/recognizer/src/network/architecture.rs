//! The sizes and choices that define a network.

use serde::{Deserialize, Serialize};

/// Sizes and choices of a [`BiLstm`](super::BiLstm); stored in every checkpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Architecture {
    /// Features per frame.
    pub n_mels: usize,
    /// What is done to the features before the first layer.
    pub input_normalization: InputNormalization,
    /// Units per direction and layer.
    pub hidden_size: usize,
    /// Stacked bidirectional layers.
    pub n_layers: usize,
    /// Share of units dropped between layers and in the head; training only.
    pub dropout: f64,
    /// How the frames become one vector.
    pub pooling: Pooling,
    /// Units of the head's hidden layer.
    pub head_size: usize,
}

impl Architecture {
    /// The network that the paper describes: 586,629 parameters, raw decibels, last time step.
    pub fn paper() -> Self {
        Self {
            n_mels: audio::N_MELS,
            input_normalization: InputNormalization::None,
            hidden_size: 128,
            n_layers: 2,
            dropout: 0.3,
            pooling: Pooling::Last,
            head_size: 64,
        }
    }
}

/// What is done to the log-mel energies before the first layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputNormalization {
    /// Decibels as they are (the paper).
    None,
    /// The mean over the sounding frames and all bands becomes 0, and what lies 60 dB below the
    /// loudest band is cut off: neither gain nor a noise floor changes anything, the shape of the
    /// spectrum stays.
    Level,
}

/// How the frames of a window become one vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// The last time step (the paper). Its reverse half has read a single frame.
    Last,
    /// Mean over the sounding frames.
    Mean,
    /// Mean and standard deviation over the sounding frames, of the top layer's output and of the
    /// features themselves (statistics pooling, Snyder et al. 2018).
    Statistics,
}
