//! A router to try, requests for it, and answers read whole.

use std::{path::Path, sync::LazyLock};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{
        HeaderMap, HeaderValue, Request, StatusCode,
        header::{CONTENT_TYPE, HOST},
    },
};
use banglaser::server::{
    router,
    settings::Settings,
    state::{AppState, StateError},
};
use http_body_util::BodyExt;
use inference::Recognizer;
use leptos::config::LeptosOptions;
use serde_json::Value;
use tower::ServiceExt;
use vocabulary::LabelSet;

use crate::checkpoints;

/// Every route that takes a clip only in a form.
pub const FORM_ROUTES: [&str; 3] = ["/predict", "/api/recognize", "/"];

/// Every route that takes a clip.
pub const UPLOAD_ROUTES: [&str; 4] = ["/predict", "/api/v1/recognitions", "/api/recognize", "/"];

const BOUNDARY: &str = "the-boundary";

static SHIPPED: LazyLock<AppState> = LazyLock::new(|| state(|_| {}));

/// The router with the shipped settings and checkpoint.
pub fn shipped() -> Router {
    router(SHIPPED.clone())
}

/// The router with the shipped checkpoint and changed settings.
pub fn changed(change: impl FnOnce(&mut Settings)) -> Router {
    router(state(change))
}

/// State with the shipped checkpoint and changed settings.
pub fn state(change: impl FnOnce(&mut Settings)) -> AppState {
    with_recognizer(change, first)
}

/// What answers where nobody chooses.
pub fn first(settings: &Settings) -> Recognizer {
    let opened = settings.recognizer.open(&settings.recognizer.checkpoint);
    opened.expect("the shipped checkpoint opens")
}

/// A router that answers with a random network for other labels than the shipped five.
pub fn labelled(labels: LabelSet) -> Router {
    router(with_recognizer(
        |_| {},
        |_| checkpoints::random(labels).into(),
    ))
}

/// State with changed settings and the recogniser made for their checkpoint folder.
pub fn with_recognizer(
    change: impl FnOnce(&mut Settings),
    recognizer: impl FnOnce(&Settings) -> Recognizer,
) -> AppState {
    started(change, recognizer).expect("the settings fit")
}

/// The same, or why there is none.
pub fn started(
    change: impl FnOnce(&mut Settings),
    recognizer: impl FnOnce(&Settings) -> Recognizer,
) -> Result<AppState, StateError> {
    started_with(&root().join("public"), change, recognizer)
}

/// The same, with the site in another folder.
pub fn started_with(
    site_root: &Path,
    change: impl FnOnce(&mut Settings),
    recognizer: impl FnOnce(&Settings) -> Recognizer,
) -> Result<AppState, StateError> {
    let mut settings = Settings::load(&root().join("Leptos.toml")).expect("Leptos.toml fits");
    // One model, but where a test is about several.
    settings.recognizer.further_checkpoints.clear();
    change(&mut settings);
    let options = LeptosOptions::builder()
        .output_name("banglaser")
        .site_root(site_root.to_string_lossy())
        .env(leptos::config::Env::PROD)
        .build();
    let recognizer = recognizer(&settings);
    AppState::new(options, &settings, recognizer)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    pub fn header(&self, name: &str) -> &str {
        let value = self
            .headers
            .get(name)
            .unwrap_or_else(|| panic!("no {name}"));
        value.to_str().expect("visible ASCII")
    }

    /// The error's code, in either shape that errors have.
    pub fn code(&self) -> String {
        let json = self.json();
        let code = json["error"]["code"].as_str().or(json["code"].as_str());
        code.expect("an error with a code").to_owned()
    }
}

/// Sends one request through a router, to a host where it names none.
pub async fn send(router: Router, mut request: Request<Body>) -> Answer {
    let host = HeaderValue::from_static("here");
    request.headers_mut().entry(HOST).or_insert(host);
    send_as_it_is(router, request).await
}

/// Sends one request through a router.
pub async fn send_as_it_is(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.expect("infallible");
    let (head, body) = response.into_parts();
    let body = body.collect().await.expect("the body arrives").to_bytes();
    Answer {
        status: head.status,
        headers: head.headers,
        body,
    }
}

/// A `GET` request.
pub fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).expect("a request")
}

/// A form whose field `file` holds `clip`.
pub fn upload(path: &str, clip: &[u8]) -> Request<Body> {
    post_form(path, form_with("file", "voice.wav", clip).into())
}

/// A form with one file.
pub fn form_with(field: &str, file_name: &str, content: &[u8]) -> Vec<u8> {
    form_of(&[(field, file_name, content)])
}

/// A form with files: field, name, content.
pub fn form_of(files: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let parts = files.iter().map(|(field, file_name, content)| {
        let head = format!(
            "Content-Disposition: form-data; name=\"{field}\"; filename=\"{file_name}\"\r\n\
             Content-Type: application/octet-stream"
        );
        (head.into_bytes(), *content)
    });
    form_of_parts(&parts.collect::<Vec<_>>())
}

/// A form with parts: head, content.
pub fn form_of_parts(parts: &[(Vec<u8>, &[u8])]) -> Vec<u8> {
    let mut form = Vec::new();
    for (head, content) in parts {
        form.extend(format!("--{BOUNDARY}\r\n").as_bytes());
        form.extend(head);
        form.extend(b"\r\n\r\n");
        form.extend(*content);
        form.extend(b"\r\n");
    }
    form.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
    form
}

/// A form with a clip and text fields around it.
pub fn clip_form(path: &str, clip: &[u8], fields: &[(&str, &str)]) -> Request<Body> {
    let head = |name: &str| format!("Content-Disposition: form-data; name=\"{name}\"").into_bytes();
    let file = b"Content-Disposition: form-data; name=\"file\"; filename=\"a.wav\"".to_vec();
    let mut parts = vec![(file, clip)];
    // One stands before the clip and one behind it.
    for (place, (name, content)) in fields.iter().enumerate() {
        let part = (head(name), content.as_bytes());
        match place {
            0 => parts.insert(0, part),
            _ => parts.push(part),
        }
    }
    post_form(path, form_of_parts(&parts).into())
}

/// Posts a form's bytes.
pub fn post_form(path: &str, form: Body) -> Request<Body> {
    Request::post(path)
        .header(
            CONTENT_TYPE,
            format!("multipart/form-data; boundary={BOUNDARY}"),
        )
        .body(form)
        .expect("a request")
}
