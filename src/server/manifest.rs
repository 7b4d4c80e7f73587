//! What a phone needs to install the page, in the page's language.

use axum::{
    Json,
    extract::{Path, Request, State, rejection::PathRejection},
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{pages, state::AppState};
use crate::{
    app::{PAPER_COLOR, THEME_COLOR},
    i18n::{emotion_words::how_many, path, td_string},
};

/// The web app manifest (W3C) in a language.
pub async fn manifest(
    State(state): State<AppState>,
    language: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let Some(locale) = pages::named(language) else {
        return pages::not_found(State(state), request).await;
    };
    let count = how_many(locale, state.page_facts.model.n_emotions);
    let icon = |file: &str, side: u32, purpose: &str| {
        json!({
            "src": format!("/icons/{file}"),
            "sizes": format!("{side}x{side}"),
            "type": "image/png",
            "purpose": purpose,
        })
    };
    // tools/make-screenshots.mjs makes them.
    let screenshot = |form: &str, sizes: &str| {
        json!({
            "src": format!("/screenshots/{locale}-{form}.png"),
            "sizes": sizes,
            "type": "image/png",
            "form_factor": form,
            "label": td_string!(locale, home.heading),
        })
    };
    let manifest = json!({
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "lang": locale.to_string(),
        "dir": "ltr",
        "name": td_string!(locale, site.title),
        "short_name": "BanglaSER",
        "description": td_string!(locale, site.description, count),
        "background_color": PAPER_COLOR,
        "theme_color": THEME_COLOR,
        "shortcuts": [
            { "name": td_string!(locale, recorder.start), "url": path::localized(Some(locale), "/") },
            { "name": td_string!(locale, site.history), "url": path::localized(Some(locale), "/history") },
            { "name": td_string!(locale, voice.heading), "url": path::localized(Some(locale), "/voice") },
        ],
        // public/service-worker.js takes it before it reaches the server.
        "share_target": {
            "action": "/share",
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": { "files": [{ "name": "file", "accept": vocabulary::ACCEPTED_FILES.split(',').collect::<Vec<_>>() }] },
        },
        "screenshots": [screenshot("wide", "1280x800"), screenshot("narrow", "390x844")],
        "icons": [
            icon("icon-192.png", 192, "any"),
            icon("icon-512.png", 512, "any"),
            icon("maskable-512.png", 512, "maskable"),
        ],
    });
    (
        [(CONTENT_TYPE, "application/manifest+json")],
        Json(manifest),
    )
        .into_response()
}
