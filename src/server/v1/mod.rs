//! REST interface, version 1: what other programs build on. docs/api.md tells it in words, `/api/v1/openapi.json`
//! to machines.
//!
//! | route | answer |
//! |---|---|
//! | `POST /api/v1/recognitions` | the emotion in one clip: a form with the field `file`, or the clip as the body |
//! | `POST /api/v1/profiles` | a voice profile, made or bettered by one clip |
//! | `POST /api/v1/batches` | the emotion in each file of a form |
//! | `GET /api/v1/live` | the emotion while somebody speaks: a WebSocket |
//! | `GET /api/v1/models`, `GET /api/v1/model` | the models that answer, or the first of them, and what they reach |
//! | `GET /api/v1/emotions` | the emotions that a model tells apart |
//! | `GET /api/v1/openapi.json`, `GET /api` | this interface, for machines and for people |

mod batches;
mod live;
mod manner;
mod model;
mod moments;
mod openapi;
mod profiles;
pub mod recognition;
mod recognitions;
mod reference;

use std::sync::Arc;

use axum::{Json, Router, middleware::from_fn_with_state, routing::get};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    access::{self, Access},
    body::{self, BodyLimits},
    probes,
    state::AppState,
};

/// Every route of the interface, with its document.
pub fn router(
    limits: &BodyLimits,
    max_batch_files: usize,
    access: &Arc<Access>,
) -> Router<AppState> {
    let bounded = |n_files| from_fn_with_state(limits.for_files(n_files), body::bound);
    let clips = OpenApiRouter::new()
        .routes(routes!(recognitions::recognize))
        .routes(routes!(profiles::enrol))
        .layer(bounded(1));
    let batches = OpenApiRouter::new()
        .routes(routes!(batches::recognize))
        .layer(bounded(max_batch_files));
    let live = OpenApiRouter::new()
        .routes(routes!(live::live))
        .layer(from_fn_with_state(Arc::clone(access), access::to_live));
    let (router, document) = OpenApiRouter::with_openapi(openapi::head())
        .merge(clips)
        .merge(batches)
        .merge(live)
        .routes(routes!(model::models))
        .routes(routes!(model::model))
        .routes(routes!(model::emotions))
        .routes(routes!(probes::live))
        .routes(routes!(probes::ready))
        .split_for_parts();
    let page = reference::page(&document);
    router
        .route(
            "/api/v1/openapi.json",
            get(move || async { Json(document) }),
        )
        .route("/api", get(move || async { page }))
}
