//! The server: routes on one screen, and behind them one way from an upload to a prediction.
//!
//! | route | answer |
//! |---|---|
//! | `GET /`, and the page's other addresses, also below `/bn` and `/en` | the page |
//! | `POST /`, `/bn`, `/en` | the page with the result of its form, for browsers without WASM |
//! | `POST /api/recognize`, `GET /api/model` | the server functions that the page calls |
//! | `POST /predict`, `GET /health` | the original application's REST interface |
//! | `/api/v1/...`, `GET /api` | ours, see [`v1`]; anything else below `/api` is 404 in its envelope |
//! | `GET /healthz`, `/readyz`, `/metrics` | for what watches over the server |
//! | `GET /language/{language}` | remembers the language |
//! | `GET /manifest/{language}` | what a phone needs to install the page |
//! | anything else | a file of the site, or the page's 404 |
//!
//! Invariant: every clip passes through [`recognize::Recognizing`].

pub mod access;
pub mod exposure;
pub mod functions;
mod manifest;
mod markdown;
pub mod metrics;
mod model_card;
pub mod pages;
mod probes;
mod process;
pub mod recognize;
pub mod rest;
pub mod security;
pub mod settings;
pub mod state;
pub mod telemetry;
pub mod upload;
pub mod v1;

use axum::{
    Router,
    handler::Handler,
    middleware::{from_fn, from_fn_with_state},
    routing::{any, get, post},
};
use leptos::server_fn::ServerFn;
use leptos_axum::{LeptosRoutes, generate_route_list_with_exclusions_and_ssg_and_context};
use tower_http::{
    compression::{CompressionLayer, CompressionLevel},
    services::ServeDir,
};

pub use process::{ServeError, serve};
use state::AppState;

use crate::{
    api::{Recognize, SubmittedOutcome},
    app::{App, shell},
};

/// For answers that are made anew each time. As shipped tower-http takes brotli at 4, which leaves a tenth more.
const COMPRESSION: CompressionLevel = CompressionLevel::Precise(6);

/// Every route.
pub fn router(state: AppState) -> Router {
    let options = state.leptos_options.clone();
    let site = ServeDir::new(&*options.site_root)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .not_found_service(pages::not_found.with_state(state.clone()));

    let forms = Router::new()
        .route("/", post(pages::submit))
        .route("/bn", post(pages::submit))
        .route("/en", post(pages::submit))
        .route(Recognize::PATH, post(functions::call))
        .layer(from_fn(security::refuse_cross_site));

    let context = pages::context(&state, SubmittedOutcome::default());
    let ours = vec![Recognize::PATH.to_owned()];
    let (page_routes, _) =
        generate_route_list_with_exclusions_and_ssg_and_context(App, Some(ours), context.clone());
    let page_routes = pages::in_every_language(page_routes);

    let rest = Router::new()
        .route("/predict", post(rest::predict))
        .route("/health", get(rest::health))
        .merge(v1::router())
        .route("/api/{*rest}", any(rest::not_found))
        // Here too, or preflights would not pass through the layer below.
        .method_not_allowed_fallback(rest::method_not_allowed)
        .layer(from_fn_with_state(state.clone(), access::check));
    let rest = match state.access.cors() {
        Some(cors) => rest.layer(cors),
        None => rest,
    };

    Router::new()
        .leptos_routes_with_context(&state, page_routes, context, move || shell(options.clone()))
        .merge(forms)
        .merge(rest)
        .route("/healthz", get(probes::live))
        .route("/readyz", get(probes::ready))
        .route("/metrics", get(probes::metrics))
        .route("/language/{language}", get(pages::choose_language))
        .route("/manifest/{language}", get(manifest::manifest))
        .method_not_allowed_fallback(rest::method_not_allowed)
        .fallback_service(site)
        .layer(from_fn_with_state(state.clone(), upload::bound_body))
        .layer(CompressionLayer::new().quality(COMPRESSION))
        .layer(from_fn(security::bound_head))
        .layer(from_fn(exposure::catch_panic))
        .layer(from_fn(security::add_headers))
        .layer(from_fn_with_state(state.clone(), telemetry::observe))
        .with_state(state)
}
