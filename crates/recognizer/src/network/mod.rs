//! The network: LSTM layers, pooling over time, a normalised two-layer head.
//!
//! Input   log-mel energies, dB, f32 `[batch, n_frames, n_mels]`
//! Output  logits, f32 `[batch, n_classes]`, in the order of the checkpoint's labels
//! Source  the paper behind the project: 2-layer bidirectional LSTM, last time step,
//!         BatchNorm1d, Linear-ReLU-Dropout-Linear; parity with PyTorch in tests/parity

mod architecture;
mod bilstm;
mod input;
mod lstm_layer;
mod pooling;

pub use architecture::{Architecture, InputNormalization, Pooling};
pub use bilstm::BiLstm;
pub use lstm_layer::LstmLayer;
