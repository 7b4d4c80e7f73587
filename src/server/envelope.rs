//! How errors leave: their HTTP status, their headers, and the one envelope in which programs get them.

use axum::{
    Json,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use leptos_axum::ResponseOptions;
use serde::Serialize;
use utoipa::ToSchema;

use super::telemetry::RequestId;
use crate::{
    error::AppError,
    i18n::{Locale, error_message, td_string},
};

/// An error on its way to the client.
#[derive(Debug)]
pub struct Refusal {
    /// What went wrong.
    pub error: AppError,
    /// Under which the log tells more.
    pub request_id: String,
}

/// How every error reaches programs.
#[derive(Debug, Serialize, ToSchema)]
pub struct Envelope {
    /// Always false.
    success: bool,
    /// `code` is stable and for programs; some errors tell numbers beside it.
    #[schema(value_type = Object, example = json!({"code": "too_short", "duration_s": 0.1, "min_duration_s": 0.5}))]
    error: AppError,
    /// What happened and what to do, in English.
    message_en: String,
    /// The same in Bengali.
    message_bn: String,
    /// Under which the server's log tells more.
    request_id: String,
}

impl Envelope {
    /// An error in both languages.
    pub fn new(error: AppError, request_id: String) -> Self {
        Self {
            success: false,
            message_en: message(Locale::en, &error),
            message_bn: message(Locale::bn, &error),
            error,
            request_id,
        }
    }
}

/// The page's sentence, but where it speaks of the page's buttons.
fn message(locale: Locale, error: &AppError) -> String {
    match error {
        AppError::NoFile => td_string!(locale, error.no_file_in_form).to_owned(),
        _ => error_message(locale, error),
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self { error, request_id } = self;
        let (status, headers) = (status(&error), headers(&error));
        (status, headers, Json(Envelope::new(error, request_id))).into_response()
    }
}

/// Says that the interface has nothing at this address.
pub async fn not_found(RequestId(request_id): RequestId) -> Refusal {
    let error = AppError::NotFound;
    Refusal { error, request_id }
}

/// Says that the address takes other methods.
pub async fn method_not_allowed(RequestId(request_id): RequestId) -> Refusal {
    let error = AppError::MethodNotAllowed;
    Refusal { error, request_id }
}

/// HTTP status of an error.
pub fn status(error: &AppError) -> StatusCode {
    match error {
        AppError::NoFile
        | AppError::EmptyFile
        | AppError::NoBoundary
        | AppError::InvalidFrame
        | AppError::UploadIncomplete => StatusCode::BAD_REQUEST,
        AppError::UnusableHeader { header } => match header.as_str() {
            "content-encoding" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "transfer-encoding" => StatusCode::NOT_IMPLEMENTED,
            _ => StatusCode::BAD_REQUEST,
        },
        AppError::TooLarge { .. } | AppError::TooManyFiles { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        AppError::NotFound => StatusCode::NOT_FOUND,
        AppError::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        AppError::HeadTooLarge { .. } => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        AppError::CrossSite => StatusCode::FORBIDDEN,
        AppError::Unauthorized => StatusCode::UNAUTHORIZED,
        AppError::TooManyRequests { .. } | AppError::MonthSpent { .. } => {
            StatusCode::TOO_MANY_REQUESTS
        }
        AppError::UnsupportedAudio { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        AppError::TooShort { .. }
        | AppError::TooLong { .. }
        | AppError::TooSlow { .. }
        | AppError::NoSpeech
        | AppError::DamagedAudio
        | AppError::ProfileRefused { .. }
        | AppError::UnknownEmotion
        | AppError::UnknownModel { .. }
        | AppError::UnknownValue { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        AppError::Overloaded { .. } => StatusCode::SERVICE_UNAVAILABLE,
        // Arise in the browser or on the command line; the server answers none of them.
        AppError::FileUnreadable
        | AppError::MicrophoneDenied
        | AppError::MicrophoneMissing
        | AppError::MicrophoneBusy
        | AppError::InsecureOrigin
        | AppError::RecordingUnsupported
        | AppError::Unreachable
        | AppError::DeviceFailed
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
fn headers(error: &AppError) -> HeaderMap {
    match error {
        AppError::Unauthorized => {
            HeaderMap::from_iter([(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))])
        }
        AppError::Overloaded { retry_after_s }
        | AppError::TooManyRequests { retry_after_s }
        | AppError::MonthSpent { retry_after_s } => {
            HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from(*retry_after_s))])
        }
        _ => HeaderMap::new(),
    }
}
