//! What stands behind the server functions.

use axum::{
    Json,
    extract::{Request, State},
    http::request::Parts,
    response::{IntoResponse, Response},
};
use leptos::{
    context::{provide_context, use_context},
    server_fn::codec::MultipartData,
};
use leptos_axum::{ResponseOptions, handle_server_fns_with_context};

use super::{exposure, recognize::analyse_form, state::AppState, upload};
use vocabulary::Analysis;

use crate::error::AppError;

/// Runs the server function at the request's path.
pub async fn call(State(state): State<AppState>, request: Request) -> Response {
    // The library panics on a form without a boundary.
    if upload::boundary(&request).is_none() {
        let error = AppError::NoFile;
        return (exposure::status(&error), Json(error)).into_response();
    }
    handle_server_fns_with_context(move || provide_context(state.clone()), request)
        .await
        .into_response()
}

/// Recognises the clip in the form's field `file` and sets the answer's status.
///
/// # Errors
/// [`AppError`].
pub async fn recognize(data: MultipartData) -> Result<Analysis, AppError> {
    let form = data.into_inner().ok_or(AppError::NoFile)?;
    let (state, request) = use_context::<AppState>()
        .zip(use_context::<Parts>())
        .ok_or_else(|| AppError::Internal {
            request_id: String::new(),
        })?;
    let response = use_context::<ResponseOptions>();
    let outcome = analyse_form(&state, form, &request.extensions).await;
    if let (Err(error), Some(response)) = (&outcome, response) {
        exposure::mark(&response, error);
    }
    outcome
}
