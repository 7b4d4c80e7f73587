//! From a waveform to a prediction: the network, its checkpoints, and nothing that trains.
//!
//! Input   [`audio::Waveform`], 16 kHz mono
//! Output  [`vocabulary::Prediction`]: probabilities per 4 s window and their mean
//! Invariant: the same code runs natively and on wasm32; tensors stay inside this crate and
//! `training`.

pub mod backend;
pub mod checkpoint;
pub mod network;
mod recognize;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use recognize::{MIN_DURATION_S, RecognizeError, Recognizer, predict};
