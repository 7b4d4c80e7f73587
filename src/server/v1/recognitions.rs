//! `POST /api/v1/recognitions`: one clip.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use export::{Format, export};

use super::{
    manner::Manner, model::ModelName, moments::Wanted, openapi::Refusals, recognition::Recognition,
};
use crate::server::{
    alerts::{About, Alerts},
    asked::asked,
    envelope::{Envelope, Refusal},
    models::Models,
    upload::Upload,
};

/// Hears the emotion in one clip.
///
/// The clip is the field `file` of a form, or the whole body; in either it may stand as base64. Its format is told by
/// its content. A form may hold a `profile` of who speaks, as `/api/v1/profiles` makes it, the name of a `model`, and
/// what else stands in the address.
///
/// # Errors
/// [`Refusal`].
#[utoipa::path(
    post,
    path = "/api/v1/recognitions",
    tag = "recognition",
    security((), ("key" = [])),
    params(ModelName, Manner, Wanted),
    request_body(
        content(
            (super::openapi::ClipForm = "multipart/form-data"),
            (Vec<u8> = "application/octet-stream")
        ),
        description = "The clip: any audio file"
    ),
    responses(
        (
            status = 200,
            description = "What the voice expresses",
            content(
                (super::openapi::Answer = "application/json"),
                (String = "text/csv"),
                (String = "text/praat-textgrid"),
                (String = "text/x-eaf+xml"),
                (String = "text/vtt"),
                (String = "application/x-subrip"),
                (String = "text/plain"),
            )
        ),
        (status = 422, description = "Damaged, too short, too long, or nobody speaks", body = Envelope),
        Refusals
    )
)]
pub async fn recognize(
    State(models): State<Arc<Models>>,
    State(alerts): State<Arc<Alerts>>,
    model: ModelName,
    manner: Manner,
    wanted: Wanted,
    upload: Upload,
    request: Request,
) -> Result<Response, Refusal> {
    let answer = async {
        let clip = upload.read_clip(request).await?;
        let n_further_files = clip.n_further_files;
        let name = clip.file_name.clone();
        let wanted = wanted.with(&clip.fields)?;
        let (apart, format) = manner.with(&clip.fields)?;
        let (recognitions, request) = asked(clip, model.get(), upload.entry(), &models).await?;
        let wanted = wanted.with_labels(recognitions.recognizer().labels())?;
        let wanted = alerts.beside(upload.entry().beside(wanted));
        let request = pipeline::Request { apart, ..request };
        let prediction = upload.heard(recognitions.recognize(upload.turn(), request).await)?;
        let model = recognitions.recognizer().model_id();
        let about = About {
            request_id: &upload.request_id,
            file_name: name.as_deref(),
            model,
            tenant: upload.entry().tenant(),
        };
        let alerts = alerts.of(&wanted, &prediction, &recognitions, about).await;
        if let Some(format) = format {
            let clip = export::Clip {
                name: name.as_deref().unwrap_or_default(),
                model,
                prediction: &prediction,
            };
            return Ok(file(format, &clip));
        }
        let recognition = Recognition {
            n_further_files,
            peaks: wanted.peaks(&prediction, recognitions.recognizer().calibration()),
            alerts,
            ..Recognition::of(model, &prediction)
        };
        Ok(Json(recognition).into_response())
    };
    answer.await.map_err(|error| upload.refuse(error))
}

/// What was heard as a file of its own.
fn file(format: Format, clip: &export::Clip) -> Response {
    let name = format!("attachment; filename=\"banglaser.{}\"", format.extension());
    let headers = [
        (CONTENT_TYPE, format.media_type()),
        (CONTENT_DISPOSITION, &name),
    ];
    (headers, export(format, clip)).into_response()
}
