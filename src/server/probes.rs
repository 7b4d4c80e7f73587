//! What watches over the server asks: whether it lives, whether it takes work, what it did.

use axum::{
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::IntoResponse,
};

use super::{metrics::Now, state::AppState};

/// Says that the process answers. Never waits for recognitions.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operation",
    responses((status = 200, description = "The process answers", content_type = "text/plain"))
)]
pub async fn live() -> &'static str {
    "ok\n"
}

/// Says whether new work is welcome: not while the server finishes its last requests.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operation",
    responses(
        (status = 200, description = "New work is welcome", content_type = "text/plain"),
        (status = 503, description = "The server is ending", content_type = "text/plain")
    )
)]
pub async fn ready(State(state): State<AppState>) -> impl IntoResponse {
    match state.is_ending() {
        false => (StatusCode::OK, "ready\n"),
        true => (StatusCode::SERVICE_UNAVAILABLE, "ending\n"),
    }
}

/// Counts and times in Prometheus' text format.
pub async fn metrics(State(state): State<AppState>) -> impl IntoResponse {
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let text = state.metrics.text(Now {
        n_waiting: state.models.n_waiting(),
        n_recognizing: state.models.first().n_recognizing(),
        n_uploads: state.body_limits.memory.n_uploads(),
        n_upload_bytes: state.body_limits.memory.n_bytes(),
    });
    ([(CONTENT_TYPE, content_type)], text)
}
