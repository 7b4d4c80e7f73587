//! REST interface, version 1: what other programs build on. docs/api.md tells it in words, `/api/v1/openapi.json`
//! to machines.
//!
//! | route | answer |
//! |---|---|
//! | `POST /api/v1/recognitions` | the emotion in one clip: a form with the field `file`, or the clip as the body |
//! | `POST /api/v1/batches` | the emotion in each file of a form |
//! | `GET /api/v1/model` | the loaded checkpoint and what it reaches |
//! | `GET /api/v1/emotions` | the emotions that it tells apart |
//! | `GET /api/v1/openapi.json`, `GET /api` | this interface, for machines and for people |

mod batches;
mod model;
mod openapi;
mod recognition;
mod recognitions;
mod reference;

use axum::{
    Router,
    routing::{get, post},
};

use super::state::AppState;

/// Route of the batches, whose bodies may be longer than one clip's.
pub const BATCHES_ROUTE: &str = "/api/v1/batches";

/// Every route of the interface.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/api/v1/recognitions", post(recognitions::recognize))
        .route(BATCHES_ROUTE, post(batches::recognize))
        .route("/api/v1/model", get(model::model))
        .route("/api/v1/emotions", get(model::emotions))
        .route("/api/v1/openapi.json", get(openapi::document))
        .route("/api", get(reference::page))
}
