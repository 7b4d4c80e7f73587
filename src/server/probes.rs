//! What watches over the server asks: whether it lives, whether it takes work, what it did.

use axum::{
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::IntoResponse,
};

use tenants::Health;

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

/// Says whether new work is welcome: not while the server finishes its last requests, nor once the database of tenants
/// has been gone for too long.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operation",
    responses(
        (status = 200, description = "New work is welcome", content_type = "text/plain"),
        (
            status = 503,
            description = "The server is ending, or the database of tenants is gone",
            content_type = "text/plain"
        )
    )
)]
pub async fn ready(State(state): State<AppState>) -> impl IntoResponse {
    let told = |status, text: &str| (status, text.to_owned());
    if state.is_ending() {
        return told(StatusCode::SERVICE_UNAVAILABLE, "ending\n");
    }
    match state.access.tenants().map(|tenants| tenants.health()) {
        Some(health) if health.is_over => {
            let text = "the database of tenants is gone\n";
            told(StatusCode::SERVICE_UNAVAILABLE, text)
        }
        Some(Health {
            away_s: Some(away_s),
            ..
        }) => {
            let text = format!("ready, for {away_s} s without the database of tenants\n");
            told(StatusCode::OK, &text)
        }
        _ => told(StatusCode::OK, "ready\n"),
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
        tenants: state.access.tenants().map(|tenants| tenants.health()),
    });
    ([(CONTENT_TYPE, content_type)], text)
}
