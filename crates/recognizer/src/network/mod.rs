//! The network: time-delay layers, LSTM layers, pooling over time, a voice vector beside it, a normalised
//! two-layer head.
//!
//! Input   [`Batch`]: what [`Input`] reads of windows, f32 `[batch, n_frames, n_features]`
//! Output  logits, f32 `[batch, n_classes]`, in the order of the checkpoint's labels
//! Source  the paper behind the project: 2-layer bidirectional LSTM, last time step,
//!         BatchNorm1d, Linear-ReLU-Dropout-Linear; parity with PyTorch in tests/parity. What was
//!         added to it: docs/evaluation.md
//! Invariant: a window's logits do not depend on the other windows of its batch

mod architecture;
mod bilstm;
mod input;
mod lstm_layer;
mod packed;
mod pooling;
mod speaker_encoder;
mod time_delay;

pub use architecture::{Architecture, EncoderShape, Input, Pooling, TimeDelay};
pub use bilstm::BiLstm;
pub use input::Batch;
pub use lstm_layer::LstmLayer;
pub use packed::{Packed, PackedEncoder};
pub use pooling::Attention;
pub use speaker_encoder::SpeakerEncoder;
pub use time_delay::TimeDelayLayer;

use burn::tensor::Tensor;

/// What predicts: the shipped network, and those it is compared with in training.
pub trait Network {
    /// What is read of a window.
    fn input(&self) -> Input;

    /// The voice vectors of windows of speech, 16 kHz samples each; `None` without a speaker encoder.
    fn voices(&self, windows: &[&[f32]]) -> Option<Vec<Vec<f32>>>;

    /// Logits `[batch, n_classes]`.
    ///
    /// Dropout and batch statistics are active on an autodiff device only.
    fn forward(&self, batch: &Batch) -> Tensor<2>;
}
