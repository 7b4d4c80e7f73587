//! The only bridge from library errors to `AppError`: what is our fault is logged once with its
//! whole source chain and leaves as a request id; what a person can act on leaves as itself.

use std::{error::Error, iter};

use audio::DecodeError;
use inference::{ProfileError, RecognizeError};
use pipeline::PipelineError;
use vocabulary::MIN_DURATION_S;

use crate::error::AppError;

/// What the client is told about a clip that got no prediction.
pub fn expose(error: &PipelineError, request_id: &str) -> AppError {
    actionable(error).unwrap_or_else(|| {
        tracing::error!(request_id, error = chain(error), "internal error");
        AppError::Internal {
            request_id: request_id.to_owned(),
        }
    })
}

/// The error as something that a person can act on; `None` when it is a fault of ours.
pub fn actionable(error: &PipelineError) -> Option<AppError> {
    let exposed = match error {
        PipelineError::QueueTimeout { retry_after_s } => AppError::Overloaded {
            retry_after_s: *retry_after_s,
        },
        PipelineError::Decode(error) => match error {
            DecodeError::Empty => AppError::EmptyFile,
            DecodeError::Unsupported { found } => AppError::UnsupportedAudio {
                found: found.clone(),
            },
            DecodeError::TooLong { max_duration_s } => AppError::TooLong {
                max_duration_s: *max_duration_s,
            },
            DecodeError::TooSlow { max_decode_time } => AppError::TooSlow {
                max_decode_s: max_decode_time.as_secs_f32(),
            },
            DecodeError::NoSamples => AppError::NoSpeech,
            DecodeError::SampleRateOutOfRange { sample_rate_hz, .. } => {
                AppError::UnsupportedAudio {
                    found: Some(format!("{sample_rate_hz} Hz")),
                }
            }
            DecodeError::TooManyChannels { channels, .. } => AppError::UnsupportedAudio {
                found: Some(format!("{channels} channels")),
            },
            DecodeError::Damaged { .. }
            | DecodeError::TooManySilentPackets { .. }
            | DecodeError::Panicked { .. } => AppError::DamagedAudio,
            _ => return None,
        },
        PipelineError::Recognize(error) => match error {
            RecognizeError::TooShort { duration_s } => AppError::TooShort {
                duration_s: *duration_s,
                min_duration_s: MIN_DURATION_S,
            },
            RecognizeError::NoSpeech => AppError::NoSpeech,
            RecognizeError::Profile(ProfileError::UnknownEmotion { .. }) => {
                AppError::UnknownEmotion
            }
            RecognizeError::Profile(error) => AppError::ProfileRefused {
                model: error.model().to_owned(),
            },
            _ => return None,
        },
        _ => return None,
    };
    Some(exposed)
}

/// The error and its sources, outermost first.
pub fn chain(error: &dyn Error) -> String {
    iter::successors(Some(error), |&error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
