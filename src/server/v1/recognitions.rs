//! `POST /api/v1/recognitions`: one clip.

use axum::{
    Json,
    extract::{Request, State},
};

use super::recognition::Recognition;
use crate::server::{
    recognize::recognize_body,
    rest::{Envelope, RestError},
    state::AppState,
    telemetry::RequestId,
};

/// Hears the emotion in one clip.
///
/// The clip is the field `file` of a form, or the whole body. Its format is told by its content.
///
/// # Errors
/// [`RestError`].
#[utoipa::path(
    post,
    path = "/api/v1/recognitions",
    tag = "recognition",
    security((), ("key" = [])),
    request_body(
        content(
            (super::openapi::ClipForm = "multipart/form-data"),
            (Vec<u8> = "application/octet-stream")
        ),
        description = "The clip: any audio file"
    ),
    responses(
        (status = 200, description = "What the voice expresses", body = Recognition),
        (status = 400, description = "No clip, an empty one, or an upload that broke off", body = Envelope),
        (status = 401, description = "No key that the server knows, where it asks for one", body = Envelope),
        (status = 413, description = "Larger than the server takes", body = Envelope),
        (status = 415, description = "No audio, or a format that is not supported", body = Envelope),
        (status = 422, description = "Damaged, too short, too long, or nobody speaks", body = Envelope),
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
) -> Result<Json<Recognition>, RestError> {
    let request_id = RequestId::of(request.extensions()).0;
    match recognize_body(&state, request).await {
        Ok(prediction) => Ok(Json(Recognition::of(state.model_id(), &prediction))),
        Err(error) => Err(RestError { error, request_id }),
    }
}
