//! `POST /api/v1/batches`: several clips in one request, each with an answer of its own.
//!
//! The files are read and recognised one after the other, so that a batch takes the memory of one clip.

use axum::{
    Json,
    extract::{Request, State},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::recognition::Recognition;
use crate::{
    error::AppError,
    server::{
        recognize::Recognizing,
        rest::{Envelope, RestError},
        state::AppState,
        telemetry::RequestId,
        upload::{self, BodyFault},
    },
};

/// Answers to the files of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub struct Batch {
    /// One per file, in the order of the form.
    pub results: Vec<BatchResult>,
}

/// Answer to one file of a batch: a recognition or an error.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchResult {
    /// Place of the file in the form, from 0.
    pub index: usize,
    /// As the form names it; null where it does not.
    pub file_name: Option<String>,
    /// What the voice expresses; null where there is an error.
    pub recognition: Option<Recognition>,
    /// Why there is no recognition; null where there is one.
    pub error: Option<Envelope>,
}

/// Hears the emotion in each file of a form, whatever its fields are called.
///
/// A file that cannot be recognised harms no other. Files beyond `max_batch_files` are answered with
/// `too_many_files`.
///
/// # Errors
/// [`RestError`] when the request is no form, or breaks off before its first file.
#[utoipa::path(
    post,
    path = "/api/v1/batches",
    tag = "recognition",
    security((), ("key" = [])),
    request_body(content = super::openapi::BatchForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "One result per file", body = Batch),
        (status = 400, description = "No form, or no file in it", body = Envelope),
        (status = 401, description = "No key that the server knows, where it asks for one", body = Envelope),
        (status = 413, description = "Larger than the server takes", body = Envelope),
        (
            status = 429,
            description = "More than this client may ask: try again after `Retry-After` seconds",
            body = Envelope,
            headers(("Retry-After" = u32))
        ),
        (status = 431, description = "Headers larger than the server takes", body = Envelope),
        (status = 500, description = "A fault of ours, in the log under the request id", body = Envelope),
        (
            status = 503,
            description = "Too busy: try again after `Retry-After` seconds",
            body = Envelope,
            headers(("Retry-After" = u32))
        ),
    )
)]
pub async fn recognize(
    State(state): State<AppState>,
    request: Request,
) -> Result<Json<Batch>, RestError> {
    let request_id = RequestId::of(request.extensions()).0;
    match batch(&state, request, &request_id).await {
        Ok(batch) => Ok(Json(batch)),
        Err(error) => Err(RestError { error, request_id }),
    }
}

async fn batch(state: &AppState, request: Request, request_id: &str) -> Result<Batch, AppError> {
    let settings = &state.settings.server;
    let recognizing = Recognizing::start(state, request.extensions())?;
    let fault: BodyFault = request.extensions().get().cloned().unwrap_or_default();
    let mut form = upload::form(request)?;
    let mut results = Vec::new();
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(_) if results.is_empty() => return Err(fault.reason()),
            Err(_) => {
                results.push(result(results.len(), None, Err(fault.reason()), request_id));
                break;
            }
        };
        let Some(file_name) = field.file_name().map(str::to_owned) else {
            continue;
        };
        let outcome = if results.len() < settings.max_batch_files.get() {
            match upload::read_file(field, &fault, settings.max_upload_bytes.get()).await {
                Ok(clip) => recognizing.recognize(clip).await,
                Err(error) => Err(error),
            }
        } else {
            Err(AppError::TooManyFiles {
                max_files: settings.max_batch_files.get(),
            })
        };
        let recognition = outcome.map(|prediction| Recognition::of(state.model_id(), &prediction));
        let is_last = matches!(recognition, Err(AppError::TooManyFiles { .. }));
        results.push(result(
            results.len(),
            Some(file_name),
            recognition,
            request_id,
        ));
        if is_last {
            break;
        }
    }
    if results.is_empty() {
        return Err(AppError::NoFile);
    }
    Ok(Batch { results })
}

fn result(
    index: usize,
    file_name: Option<String>,
    outcome: Result<Recognition, AppError>,
    request_id: &str,
) -> BatchResult {
    let (recognition, error) = match outcome {
        Ok(recognition) => (Some(recognition), None),
        Err(error) => (None, Some(Envelope::new(error, request_id.to_owned()))),
    };
    BatchResult {
        index,
        file_name,
        recognition,
        error,
    }
}
