//! Headers that keep the browser on our side, and the refusal of other sites' forms.

use axum::{
    extract::Request,
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, Uri,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use leptos::{config::Env, nonce::Nonce};

use super::{envelope::Refusal, telemetry::RequestId};
use crate::error::AppError;

/// Most bytes of all headers of a request: eight times what browsers keep to.
pub const MAX_HEAD_BYTES: usize = 64 * 1024;

/// On every answer that does not say otherwise.
const HEADERS: [(HeaderName, &str); 7] = [
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
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
    // Browsers ask again, and mostly hear 304.
    (CACHE_CONTROL, "no-cache"),
];

/// Adds the headers that a handler has not set itself.
pub async fn add_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        let headers = response.headers_mut();
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
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
    if request.method() == Method::POST && is_cross_site(request.headers()) {
        let request_id = RequestId::of(request.extensions()).0;
        let error = AppError::CrossSite;
        return Refusal { error, request_id }.into_response();
    }
    next.run(request).await
}

/// Refuses heads that no browser and no sane program sends. What the HTTP library itself does not
/// take in (a hundred headers, twice as many bytes) it refuses with a bare 431.
pub async fn bound_head(request: Request, next: Next) -> Response {
    let headers = request.headers().iter();
    let n_bytes: usize = headers
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if n_bytes > MAX_HEAD_BYTES {
        let request_id = RequestId::of(request.extensions()).0;
        let max_bytes = MAX_HEAD_BYTES;
        let error = AppError::HeadTooLarge { max_bytes };
        return Refusal { error, request_id }.into_response();
    }
    next.run(request).await
}

/// By `Sec-Fetch-Site`; browsers without it send `Origin`. Clients that send neither are no browsers.
pub fn is_cross_site(headers: &HeaderMap) -> bool {
    let header = |name| headers.get(name).map(HeaderValue::as_bytes);
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
