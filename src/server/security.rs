//! Headers that keep the browser on our side, and the refusal of other sites' forms.

use axum::{
    extract::Request,
    http::{
        HeaderName, HeaderValue, Method, StatusCode, Uri,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use leptos::{config::Env, nonce::Nonce};

use super::{rest::RestError, telemetry::RequestId};
use crate::error::AppError;

/// Most bytes of all headers of a request: eight times what browsers keep to.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// On every answer that does not say otherwise.
const HEADERS: [(HeaderName, &str); 6] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
    // Browsers ask again, and mostly hear 304.
    (CACHE_CONTROL, "no-cache"),
];

/// The worker that keeps the page for when there is no connection: it asks this server for files, and nobody else.
const WORKER: (&str, &str) = (
    "/service-worker.js",
    "default-src 'none'; connect-src 'self'",
);

/// Of a file whose name changes with its content.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Digits of the hash in such a name, hexadecimal; `xtask` writes them.
const HASH_LENGTH: usize = 16;

/// Adds the headers that a handler has not set itself.
pub async fn add_headers(request: Request, next: Next) -> Response {
    let is_worker = request.uri().path() == WORKER.0;
    let is_permanent = has_hashed_name(request.uri().path());
    let mut response = next.run(request).await;
    let is_there = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    if is_permanent && is_there {
        // Script, style sheet or font: no document, which alone the other headers tell anything.
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, FOR_EVER);
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        return response;
    }
    if is_worker {
        let policy = HeaderValue::from_static(WORKER.1);
        response
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in HEADERS {
        let headers = response.headers_mut();
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Whether a path ends in a name like `page.0123456789abcdef.css`.
fn has_hashed_name(path: &str) -> bool {
    let hash = path
        .rsplit('/')
        .next()
        .and_then(|name| name.rsplit('.').nth(1));
    hash.is_some_and(|hash| {
        hash.len() == HASH_LENGTH && hash.bytes().all(|digit| digit.is_ascii_hexdigit())
    })
}

/// Content security policy of a page: our files, the page's own inline scripts by nonce, WASM,
/// recordings as `blob:`; in development also the socket that reloads the page.
pub fn page_policy(nonce: &Nonce, env: &Env) -> String {
    let reload = match env {
        Env::DEV => " ws:",
        Env::PROD => "",
    };
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; \
         img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'{reload}; \
         worker-src 'self'; manifest-src 'self'; \
         object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// Refuses what another site's page makes a browser post. `/predict` is open to every client: it
/// reads no cookie, and without CORS headers other sites cannot read its answers.
pub async fn refuse_cross_site(request: Request, next: Next) -> Response {
    if request.method() == Method::POST && is_cross_site(&request) {
        let request_id = RequestId::of(request.extensions()).0;
        let error = AppError::CrossSite;
        return RestError { error, request_id }.into_response();
    }
    next.run(request).await
}

/// Refuses heads that no browser and no sane program sends. What the HTTP library itself does not
/// take in (a hundred headers, 400 KB of them) it refuses with a bare 431.
pub async fn bound_head(request: Request, next: Next) -> Response {
    let headers = request.headers().iter();
    let n_bytes: usize = headers
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if n_bytes > MAX_HEAD_BYTES {
        let request_id = RequestId::of(request.extensions()).0;
        let max_bytes = MAX_HEAD_BYTES;
        let error = AppError::HeadTooLarge { max_bytes };
        return RestError { error, request_id }.into_response();
    }
    next.run(request).await
}

/// By `Sec-Fetch-Site`; browsers without it send `Origin`. Clients that send neither are no browsers.
fn is_cross_site(request: &Request) -> bool {
    let header = |name| request.headers().get(name).map(HeaderValue::as_bytes);
    if let Some(site) = header(HeaderName::from_static("sec-fetch-site")) {
        return site != b"same-origin" && site != b"none";
    }
    let Some(origin) = header(ORIGIN) else {
        return false;
    };
    let origin = Uri::try_from(origin).ok();
    let origin = origin.as_ref().and_then(Uri::authority);
    origin.map(|authority| authority.as_str().as_bytes()) != header(HOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        assert!(has_hashed_name("/pkg/banglaser.0123456789abcdef.wasm"));
        for path in [
            "/",
            "/pkg/banglaser.wasm",
            "/a.0123456789abcdeg.css",
            "/0123456789abcdef",
        ] {
            assert!(!has_hashed_name(path), "{path}");
        }
    }
}
