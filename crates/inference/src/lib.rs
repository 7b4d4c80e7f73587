//! From a recording to a prediction, without tensors, paths, network or clock: the same on a server, in a batch
//! and in a browser.
//!
//! ```text
//! Recording -> windows with speech -> what the network reads -> logits -> Prediction
//! ```
//!
//! Input   [`audio::Recording`], 16 kHz mono; a checkpoint as bytes
//! Output  [`vocabulary::Prediction`]: probabilities per 4 s window and their mean
//! Invariant: compiles for wasm32; knows neither burn nor a file system

mod architecture;
mod checkpoint;
mod committee;
mod early;
mod enrol;
mod heard;
mod input;
mod network;
mod packed;
mod presence;
mod ranking;
mod recognize;
mod voice_prior;
mod weights;

pub use architecture::{
    Architecture, DIRECTIONS, EncoderShape, Input, Pooling, SCORE_SIZE, TimeDelay, TransformerShape,
};
pub use checkpoint::{
    CalibrationMetrics, Checkpoint, CheckpointError, Config, Confusion, Coverage, FeatureSettings,
    FoldMetrics, Metrics, SUMS_FILE, Spread, sums, verified,
};
pub use committee::Committee;
pub use early::Early;
pub use enrol::ProfileError;
pub use heard::heard_span;
pub use network::{Network, VoiceEncoder};
pub use packed::{
    BlockWeights, LayerWeights, NormWeights, Packed, PackedEncoder, TransformerEncoder,
    TransformerError, TransformerWeights, shared,
};
pub use presence::Presence;
pub use ranking::{Ranking, Rankings};
pub use recognize::{RecognizeError, Recognizer};
pub use voice_prior::VoicePrior;
pub use weights::{Tensor, Weights};
