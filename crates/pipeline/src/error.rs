//! Why a clip got no prediction.

use audio::DecodeError;
use inference::RecognizeError;
use vocabulary::AppError;

/// Why a clip got no prediction.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// The bytes gave no waveform.
    #[error("the clip was not decoded")]
    Decode(#[from] DecodeError),
    /// The waveform gave no prediction.
    #[error("the waveform was not recognised")]
    Recognize(#[from] RecognizeError),
    /// What tells voices apart cannot be opened.
    #[error("voices cannot be told apart: {0}")]
    NoDiarizer(String),
    /// No permit came free in time.
    #[error("no permit came free in time")]
    QueueTimeout {
        /// When to try again.
        retry_after_s: u32,
    },
    /// The recogniser panicked over this clip or one that was heard with it; the log tells, once.
    #[error("the recogniser panicked")]
    Panicked,
}

impl PipelineError {
    /// The error as something that a person can act on; `None` when it is a fault of ours.
    pub fn told(&self) -> Option<AppError> {
        match self {
            Self::QueueTimeout { retry_after_s } => Some(AppError::Overloaded {
                retry_after_s: *retry_after_s,
            }),
            Self::Decode(error) => error.told(),
            Self::Recognize(error) => error.told(),
            Self::NoDiarizer(_) | Self::Panicked => None,
        }
    }
}
