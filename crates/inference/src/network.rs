//! What predicts: the packed network, and what it is compared with.
//!
//! Input   what [`Input`] reads of windows, `[n_frames, n_features]` each, and their voice vectors
//! Output  logits, `[n_classes]` per window, in the order of the checkpoint's labels
//! Source  the paper behind the project: 2-layer bidirectional LSTM, last time step, BatchNorm1d,
//!         Linear-ReLU-Dropout-Linear. What was added to it: docs/evaluation.md
//! Invariant: a window's logits do not depend on the other windows of its batch

use crate::Input;

/// A network that answers.
pub trait Network: Send + Sync {
    /// What is read of a window.
    fn input(&self) -> Input;

    /// The voice vectors of windows of speech, 16 kHz samples each; none without a speaker encoder.
    fn voices(&self, windows: &[&[f32]]) -> Vec<Vec<f32>>;

    /// Logits of each window: of what is read of it, at least one frame, and its voice vector, if the network has a
    /// speaker encoder.
    fn logits(&self, read: &[&[f32]], voices: &[Vec<f32>]) -> Vec<Vec<f32>>;
}

impl Network for Box<dyn Network> {
    fn input(&self) -> Input {
        (**self).input()
    }

    fn voices(&self, windows: &[&[f32]]) -> Vec<Vec<f32>> {
        (**self).voices(windows)
    }

    fn logits(&self, read: &[&[f32]], voices: &[Vec<f32>]) -> Vec<Vec<f32>> {
        (**self).logits(read, voices)
    }
}

/// What hears somebody's speech as a whole.
pub trait VoiceEncoder: Send + Sync {
    /// What is told of windows of speech, 16 kHz samples each; as many values of each.
    fn voices(&self, windows: &[&[f32]]) -> Vec<Vec<f32>>;
}
