//! `POST /api/v1/recognitions`: one clip.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
};

use super::{model::ModelName, openapi::Refusals, recognition::Recognition};
use crate::server::{
    asked::asked,
    envelope::{Envelope, Refusal},
    models::Models,
    upload::Upload,
};

/// Hears the emotion in one clip.
///
/// The clip is the field `file` of a form, or the whole body; in either it may stand as base64. Its format is told by
/// its content. A form may hold a `profile` of who speaks, as `/api/v1/profiles` makes it, and the name of a `model`.
///
/// # Errors
/// [`Refusal`].
#[utoipa::path(
    post,
    path = "/api/v1/recognitions",
    tag = "recognition",
    security((), ("key" = [])),
    params(ModelName),
    request_body(
        content(
            (super::openapi::ClipForm = "multipart/form-data"),
            (Vec<u8> = "application/octet-stream")
        ),
        description = "The clip: any audio file"
    ),
    responses(
        (status = 200, description = "What the voice expresses", body = Recognition),
        (status = 422, description = "Damaged, too short, too long, or nobody speaks", body = Envelope),
        Refusals
    )
)]
pub async fn recognize(
    State(models): State<Arc<Models>>,
    model: ModelName,
    upload: Upload,
    request: Request,
) -> Result<Json<Recognition>, Refusal> {
    let answer = async {
        let clip = upload.read_clip(request).await?;
        let n_further_files = clip.n_further_files;
        let (recognitions, request) = asked(clip, model.get(), &models).await?;
        let prediction = upload.heard(recognitions.recognize(upload.turn(), request).await)?;
        Ok(Recognition {
            n_further_files,
            ..Recognition::of(recognitions.recognizer().model_id(), &prediction)
        })
    };
    answer.await.map(Json).map_err(|error| upload.refuse(error))
}
