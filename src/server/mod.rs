//! The server: routes on one screen, and behind them one way from an upload to a prediction.
//!
//! | route | answer |
//! |---|---|
//! | `GET /`, and the page's other addresses, also below `/bn` and `/en` | the page |
//! | `POST /`, `/bn`, `/en` | the page with the result of its form, for browsers without WASM |
//! | `POST /api/recognize`, `POST /api/enrol`, `GET /api/model` | the server functions that the page calls |
//! | `POST /predict`, `GET /health` | the original application's REST interface |
//! | `/api/v1/...`, `GET /api` | ours, see [`v1`]; anything else below `/api` is 404 in its envelope |
//! | `GET /healthz`, `/readyz`, `/metrics` | for what watches over the server |
//! | `GET /robots.txt`, `/sitemap.xml` | for search engines |
//! | `GET /language/{language}` | remembers the language |
//! | `GET /manifest/{language}` | what a phone needs to install the page |
//! | `GET /on-device/...` | what hears on the reader's own device, see [`on_device`] |
//! | `GET /service-worker.js` | the script that keeps the page for when there is no connection |
//! | `GET /admin`, and what is below it, also below `/bn` and `/en` | the admin page, where there are tenants, see [`admin`] |
//! | anything else | a file of the site, or the page's 404 |
//!
//! Invariant: every clip comes as an [`upload::Upload`] and is heard by one of the [`models::Models`].

pub mod access;
pub mod admin;
pub mod alerts;
mod api_keys;
mod arriving;
mod asked;
mod base64_audio;
pub mod body;
mod body_fault;
mod connections;
mod entry;
pub mod envelope;
pub mod exposure;
mod form;
mod form_boundary;
mod form_guard;
mod forwarded;
pub mod functions;
mod http_rules;
mod live_session;
mod manifest;
mod markdown;
pub mod metrics;
mod model_card;
pub mod models;
pub mod moments;
pub mod on_device;
pub mod origin;
pub mod pages;
pub mod panics;
mod part_name;
mod probes;
mod process;
pub mod public_url;
pub mod rest;
pub mod security;
pub mod settings;
mod site;
pub mod state;
pub mod telemetry;
pub mod upload;
pub mod upload_memory;
pub mod v1;
mod web_socket;

use std::sync::Arc;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{any, get, post},
};
use leptos::server_fn::ServerFn;
use leptos_axum::{LeptosRoutes, generate_route_list_with_exclusions_and_ssg_and_context};
use tower_http::compression::{CompressionLayer, CompressionLevel};

pub use process::{ServeError, serve};
use state::{AppState, MaxBatchFiles};

use crate::{
    api::{Enrol, Recognize, SubmittedOutcome},
    app::{App, shell},
};

/// For answers that are made anew each time. As shipped tower-http takes brotli at 4, which leaves a tenth more.
const COMPRESSION: CompressionLevel = CompressionLevel::Precise(6);

/// Every route.
pub fn router(state: AppState) -> Router {
    Router::new()
        .merge(page(&state))
        .merge(interface(&state))
        .merge(probes(&state))
        .merge(on_device::worker(&state))
        .route("/robots.txt", get(site::robots))
        .route("/sitemap.xml", get(site::sitemap))
        .route("/service-worker.js", get(site::worker))
        .route("/manifest/{language}", get(manifest::manifest))
        .method_not_allowed_fallback(envelope::method_not_allowed)
        .fallback(site::file)
        .layer(CompressionLayer::new().quality(COMPRESSION))
        .merge(on_device::models(&state))
        // Not compressed: what is secret in a page must not show in its length.
        .merge(administration(&state))
        .layer(from_fn(security::bound_head))
        .layer(from_fn(http_rules::check))
        .layer(from_fn(panics::answer))
        .layer(from_fn(security::add_headers))
        .layer(from_fn_with_state(state.clone(), telemetry::observe))
        .layer(from_fn_with_state(
            Arc::clone(&state.proxies),
            forwarded::resolve,
        ))
        .with_state(state)
}

/// The page's addresses, and the clips that it sends.
fn page(state: &AppState) -> Router<AppState> {
    let options = state.leptos_options.clone();
    let context = pages::context(state, SubmittedOutcome::default());
    let ours = [Recognize::PATH, Enrol::PATH].map(str::to_owned).to_vec();
    let (page_routes, _) =
        generate_route_list_with_exclusions_and_ssg_and_context(App, Some(ours), context.clone());
    let page_routes = pages::in_every_language(page_routes);

    let forms = Router::new()
        .route("/", post(pages::submit))
        .route("/bn", post(pages::submit))
        .route("/en", post(pages::submit))
        .route(Recognize::PATH, post(functions::call))
        .route(Enrol::PATH, post(functions::call))
        .layer(from_fn_with_state(state.body_limits.clone(), body::bound))
        .layer(from_fn(security::refuse_cross_site));
    Router::new()
        .leptos_routes_with_context(state, page_routes, context, move || shell(options.clone()))
        .route("/language/{language}", get(pages::choose_language))
        .merge(forms)
        .layer(from_fn_with_state(
            Arc::clone(&state.access),
            access::to_page,
        ))
}

/// What other programs call.
fn interface(state: &AppState) -> Router<AppState> {
    let limits = &state.body_limits;
    let MaxBatchFiles(max_batch_files) = state.max_batch_files;
    let original = Router::new()
        .route("/predict", post(rest::predict))
        .layer(from_fn_with_state(limits.clone(), body::bound))
        .route("/health", get(rest::health));
    let interface = original
        .merge(v1::router(limits, max_batch_files, &state.access))
        .route("/api/{*rest}", any(envelope::not_found))
        // Here too, or preflights would not pass through the layer below.
        .method_not_allowed_fallback(envelope::method_not_allowed)
        .layer(from_fn_with_state(
            Arc::clone(&state.access),
            access::to_interface,
        ));
    match state.access.cors() {
        Some(cors) => interface.layer(cors),
        None => interface,
    }
}

/// The admin page, where there are tenants.
fn administration(state: &AppState) -> Router<AppState> {
    let admin = state.admin.as_ref();
    admin.map_or_else(Router::new, admin::router)
}

/// What watches over the server asks here, where it has no address of its own.
fn probes(state: &AppState) -> Router<AppState> {
    match state.has_public_metrics {
        true => Router::new().route("/metrics", get(probes::metrics)),
        false => Router::new(),
    }
}
