//! What stands behind the server functions.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    http::{
        header::{ACCEPT, REFERER},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use leptos::{
    context::{provide_context, use_context},
    server_fn::codec::MultipartData,
};
use leptos_axum::{ResponseOptions, handle_server_fns_with_context};

use vocabulary::{Analysis, Note};

use super::{
    asked::{apart, asked, emotion, word},
    envelope,
    form::Clip,
    form_boundary,
    models::Models,
    upload::Upload,
};
use crate::{api::Enrolled, error::AppError};

/// Runs the server function at the request's path.
pub async fn call(State(models): State<Arc<Models>>, mut request: Request) -> Response {
    // The library panics on a form without a boundary.
    if let Err(error) = form_boundary::read(request.headers()) {
        return (envelope::status(&error), Json(error)).into_response();
    }
    // By these it would send who asks for a document back to wherever the request says that it came from.
    for header in [ACCEPT, REFERER] {
        request.headers_mut().remove(header);
    }
    let context = move || provide_context(Arc::clone(&models));
    let answer = handle_server_fns_with_context(context, request);
    answer.await.into_response()
}

/// Recognises the clip in the form's field `file`, with what the other fields ask, and sets the answer's status.
///
/// # Errors
/// [`AppError`].
pub async fn recognize(data: MultipartData) -> Result<Analysis, AppError> {
    marked(async {
        let (models, upload, clip) = received(data).await?;
        analyse(&models, &upload, clip).await
    })
    .await
}

/// Recognises a clip with its pictures, as its form asks.
///
/// # Errors
/// [`AppError`].
pub async fn analyse(models: &Models, upload: &Upload, clip: Clip) -> Result<Analysis, AppError> {
    let fields = &clip.fields;
    let apart = apart(
        word(fields.speakers.as_ref()),
        word(fields.channels.as_ref()),
    )?;
    let (recognitions, request) = asked(clip, None, upload.entry(), models).await?;
    let request = pipeline::Request { apart, ..request };
    upload.heard(recognitions.analyse(upload.turn(), request).await)
}

/// Makes a voice profile of the clip in the form's field `file`, or betters the one in `profile`, and sets the answer's
/// status; `emotion` is what the speaker expresses, where that is known.
///
/// # Errors
/// [`AppError`].
pub async fn enrol(data: MultipartData) -> Result<Enrolled, AppError> {
    marked(async {
        let (models, upload, clip) = received(data).await?;
        let emotion = emotion(&clip.fields)?;
        let (recognitions, request) = asked(clip, None, upload.entry(), &models).await?;
        let enrolled = upload.heard(recognitions.enrol(upload.turn(), request, emotion).await)?;
        let mut notes = enrolled.prediction.notes;
        // Whom the model does not know, a profile is for.
        notes.retain(|note| *note != Note::Unfamiliar);
        Ok(Enrolled {
            profile: enrolled.profile,
            notes,
            speech_s: enrolled.prediction.speech_s,
        })
    })
    .await
}

/// The outcome of `work`, with the answer's status set where it is an error.
async fn marked<T>(work: impl Future<Output = Result<T, AppError>>) -> Result<T, AppError> {
    let outcome = work.await;
    if let (Err(error), Some(response)) = (&outcome, use_context::<ResponseOptions>()) {
        envelope::mark(&response, error);
    }
    outcome
}

async fn received(data: MultipartData) -> Result<(Arc<Models>, Upload, Clip), AppError> {
    let form = data.into_inner().ok_or(AppError::NoFile)?;
    let (models, request) = use_context::<Arc<Models>>()
        .zip(use_context::<Parts>())
        .ok_or_else(|| AppError::Internal {
            request_id: String::new(),
        })?;
    let upload = Upload::of(&request.extensions).await?;
    let clip = upload.read_form(form).await?;
    Ok((models, upload, clip))
}
