//! The network of burn's tensors: what is trained, and the reference for what answers.
//!
//! Input   [`Batch`]: what [`inference::Input`] reads of windows, f32 `[batch, n_frames, n_features]`
//! Output  logits, f32 `[batch, n_classes]`, in the order of the checkpoint's labels
//! Source  the paper behind the project; parity with PyTorch in tests/parity. What was added to it:
//!         docs/evaluation.md
//! Invariant: tensors stay inside this crate and `training`.

pub mod backend;
mod batch;
mod bilstm;
mod lstm_layer;
mod pooling;
mod reference;
mod speaker_encoder;
mod time_delay;
mod transformer;
mod weights;

pub use batch::Batch;
pub use bilstm::BiLstm;
pub use lstm_layer::LstmLayer;
pub use pooling::Attention;
pub use reference::{Forward, Reference};
pub use speaker_encoder::SpeakerEncoder;
pub use time_delay::TimeDelayLayer;
pub use transformer::{ListeningTransformer, Transformer};

use inference::{
    Architecture, Network, TransformerShape, TransformerWeights, VoiceEncoder, Weights,
};

/// The network of verified weights on burn's ndarray backend, as a server may answer by.
///
/// # Panics
/// When the architecture has not [verified](Architecture::verify) the weights.
pub fn reference(weights: &Weights, architecture: &Architecture) -> Box<dyn Network> {
    let n_classes = weights.values("fc.3.bias").len();
    let device = backend::reference_device();
    let network = BiLstm::load(weights, architecture, n_classes, &device);
    Box::new(Reference(network.expect("the weights were verified")))
}

/// The transformer that such networks listen to, on the same backend.
pub fn reference_encoder(
    weights: &TransformerWeights,
    shape: &TransformerShape,
) -> Box<dyn VoiceEncoder> {
    let device = backend::reference_device();
    Box::new(ListeningTransformer::new(weights, shape, &device))
}
