//! What the page is told about a clip: the prediction, and what the clip looks like.

use serde::{Deserialize, Serialize};

use crate::Prediction;

/// What the page is told about a clip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// Name of the model that heard the clip.
    pub model: String,
    /// What the voice expresses.
    pub prediction: Prediction,
    /// What the clip looks like.
    pub pictures: Pictures,
}

/// A clip as pictures of a bounded size, drawn by the server because it can decode every clip.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pictures {
    /// Outline of the waveform: the `d` of an SVG path, x from 0 to 400 over the clip, y from -100 to 100, which is the
    /// loudest sample.
    pub waveform: String,
    /// Log-mel energies as the `data:` URL of a grey image: time to the right, mel bands upwards, white the loudest and
    /// black 60 dB below.
    pub spectrogram: String,
}
