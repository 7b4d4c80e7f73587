//! The only bridge from library errors to `AppError`: what is our fault is logged once with its
//! whole source chain and leaves as a request id; what a person can act on leaves as itself.

use std::{error::Error, iter, panic::AssertUnwindSafe};

use audio::DecodeError;
use axum::{
    extract::Request,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{RETRY_AFTER, WWW_AUTHENTICATE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use inference::RecognizeError;
use leptos_axum::ResponseOptions;

use pipeline::PipelineError;
use vocabulary::MIN_DURATION_S;

use super::{rest::RestError, telemetry::RequestId};
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
            _ => return None,
        },
        _ => return None,
    };
    Some(exposed)
}

/// Answers 500 where a panic would have closed the connection.
pub async fn catch_panic(request: Request, next: Next) -> Response {
    let request_id = RequestId::of(request.extensions()).0;
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    answered.unwrap_or_else(|_| {
        tracing::error!(request_id, "panic, see above");
        let error = AppError::Internal {
            request_id: request_id.clone(),
        };
        RestError { error, request_id }.into_response()
    })
}

/// The error and its sources, outermost first.
pub fn chain(error: &dyn Error) -> String {
    iter::successors(Some(error), |&error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

/// HTTP status of an error.
pub const fn status(error: &AppError) -> StatusCode {
    match error {
        AppError::NoFile | AppError::EmptyFile | AppError::UploadIncomplete => {
            StatusCode::BAD_REQUEST
        }
        AppError::TooLarge { .. } | AppError::TooManyFiles { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        AppError::NotFound => StatusCode::NOT_FOUND,
        AppError::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        AppError::HeadTooLarge { .. } => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        AppError::CrossSite => StatusCode::FORBIDDEN,
        AppError::Unauthorized => StatusCode::UNAUTHORIZED,
        AppError::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
        AppError::UnsupportedAudio { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        AppError::TooShort { .. }
        | AppError::TooLong { .. }
        | AppError::TooSlow { .. }
        | AppError::NoSpeech
        | AppError::DamagedAudio => StatusCode::UNPROCESSABLE_ENTITY,
        AppError::Overloaded { .. } => StatusCode::SERVICE_UNAVAILABLE,
        // Arise in the browser or on the command line; the server answers none of them.
        AppError::FileUnreadable
        | AppError::MicrophoneDenied
        | AppError::MicrophoneMissing
        | AppError::MicrophoneBusy
        | AppError::InsecureOrigin
        | AppError::RecordingUnsupported
        | AppError::Unreachable
        | AppError::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Gives the answer that Leptos is rendering the error's status and headers.
pub fn mark(response: &ResponseOptions, error: &AppError) {
    response.set_status(status(error));
    for (name, value) in &headers(error) {
        response.insert_header(name.clone(), value.clone());
    }
}

/// Headers that go with an error.
pub fn headers(error: &AppError) -> HeaderMap {
    match error {
        AppError::Unauthorized => {
            HeaderMap::from_iter([(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))])
        }
        AppError::Overloaded { retry_after_s } | AppError::TooManyRequests { retry_after_s } => {
            HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from(*retry_after_s))])
        }
        _ => HeaderMap::new(),
    }
}
