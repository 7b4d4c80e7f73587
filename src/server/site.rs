//! The site's files, and what tells search engines of its pages.

use std::{io, path::Path};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, RANGE},
    },
    response::{IntoResponse, Response},
};
use tower_http::services::ServeDir;

use super::{
    envelope::Refusal, exposure, pages, public_url::PublicUrl, state::AppState,
    telemetry::RequestId,
};
use crate::{
    error::AppError,
    i18n::{I18nLocaleTrait, Locale, path},
    routes::PAGES,
};

/// The worker that keeps the page for when there is no connection asks this server for files, and nobody else.
const WORKER_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; connect-src 'self'");

/// Of a file whose name changes with its content.
pub const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Digits of the hash in such a name, hexadecimal; `xtask` writes them.
pub const HASH_LENGTH: usize = 16;

/// The site's files below `root`.
pub fn files(root: &str) -> ServeDir {
    ServeDir::new(Path::new(root))
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
}

/// Answers with a file of the site, or the page's 404.
pub async fn file(State(state): State<AppState>, mut request: Request) -> Response {
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return refuse_method(&state, request).await;
    }
    keep_whole_ranges(request.headers_mut());
    let (head, body) = request.into_parts();
    let asked = Request::from_parts(head.clone(), body);
    match state.site.clone().try_call(asked).await {
        Ok(found) if found.status() != StatusCode::NOT_FOUND => {
            let mut found = found.map(Body::new);
            let is_there = !found.status().is_client_error();
            if is_there && has_hashed_name(head.uri.path()) {
                found.headers_mut().insert(CACHE_CONTROL, FOR_EVER);
            }
            found
        }
        Err(error) if !is_of_path(&error) => unreadable(&error, RequestId::of(&head.extensions).0),
        _ => pages::not_found(State(state), Request::from_parts(head, Body::empty())).await,
    }
}

/// The answer where a file that is there cannot be read.
pub fn unreadable(error: &io::Error, request_id: String) -> Response {
    tracing::error!(request_id, error = exposure::chain(error), "a file");
    let error = AppError::Internal {
        request_id: request_id.clone(),
    };
    Refusal { error, request_id }.into_response()
}

/// The refusal of a request that does not only read: there is nothing, or it can be read only.
async fn refuse_method(state: &AppState, request: Request) -> Response {
    let request_id = RequestId::of(request.extensions()).0;
    let (mut head, _) = request.into_parts();
    head.method = Method::HEAD;
    let asked = Request::from_parts(head, Body::empty());
    let found = state.site.clone().try_call(asked).await;
    let is_there = found.is_ok_and(|found| found.status() != StatusCode::NOT_FOUND);
    let error = match is_there {
        true => AppError::MethodNotAllowed,
        false => AppError::NotFound,
    };
    let allowed = is_there.then_some([(ALLOW, "GET,HEAD")]);
    (allowed, Refusal { error, request_id }).into_response()
}

/// The worker's script.
pub async fn worker(state: State<AppState>, request: Request) -> Response {
    let mut script = file(state, request).await;
    let headers = script.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, WORKER_POLICY);
    script
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

/// Whether the system refuses a path that nothing can be at: too long, with a zero byte, below a file.
fn is_of_path(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, InvalidInput, IsADirectory, NotADirectory, NotFound};
    let kinds = [
        InvalidFilename,
        InvalidInput,
        IsADirectory,
        NotADirectory,
        NotFound,
    ];
    kinds.contains(&error.kind())
}

/// Leaves only ranges that are one range of bytes: RFC 9110 (14.2) lets a server answer any other with the whole.
fn keep_whole_ranges(headers: &mut HeaderMap) {
    let mut ranges = headers.get_all(RANGE).iter();
    let is_one = match (ranges.next(), ranges.next()) {
        (Some(range), None) => range.to_str().is_ok_and(is_range),
        _ => false,
    };
    if !is_one {
        headers.remove(RANGE);
    }
}

/// `bytes=1-2`, `bytes=1-` or `bytes=-2`.
fn is_range(text: &str) -> bool {
    let Some((unit, range)) = text.split_once('=') else {
        return false;
    };
    let Some((first, last)) = range.trim().split_once('-') else {
        return false;
    };
    let number = |digits: &str| {
        let is_number = digits.bytes().all(|digit| digit.is_ascii_digit());
        digits.parse::<u64>().ok().filter(|_| is_number)
    };
    let fits = match (first, last) {
        ("", last) => number(last).is_some(),
        (first, "") => number(first).is_some(),
        (first, last) => number(first)
            .zip(number(last))
            .is_some_and(|(first, last)| first <= last),
    };
    unit.eq_ignore_ascii_case("bytes") && fits
}

/// What search engines may visit: everything that is a page, where the settings say that the page is public.
pub async fn robots(State(url): State<PublicUrl>) -> Response {
    let text = match url.origin() {
        Some(origin) => format!("User-agent: *\nDisallow: /api/\nSitemap: {origin}/sitemap.xml\n"),
        None => "User-agent: *\nDisallow: /\n".to_owned(),
    };
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// Every page in every language (sitemaps.org), where the settings say where the page is.
pub async fn sitemap(State(state): State<AppState>, request: Request) -> Response {
    let Some(origin) = state.public_url.origin().map(str::to_owned) else {
        return pages::not_found(State(state), request).await;
    };
    let mut text = String::from(concat!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
        "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    ));
    for &locale in Locale::get_all() {
        for page in PAGES {
            let page = path::localized(Some(locale), page);
            text += &format!("  <url><loc>{origin}{page}</loc></url>\n");
        }
    }
    text += "</urlset>\n";
    ([(CONTENT_TYPE, "application/xml")], text).into_response()
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

    #[test]
    fn one_range_of_bytes_is_kept() {
        for (range, is_kept) in [
            ("bytes=0-9", true),
            ("BYTES=5-", true),
            ("bytes=-5", true),
            ("bytes=9-0", false),
            ("bytes=-", false),
            ("bytes=0-1,3-4", false),
            ("bytes=a-b", false),
            ("bytes=+1-2", false),
            ("lines=0-9", false),
            ("bytes 0-9", false),
            ("", false),
        ] {
            let value = range.try_into().expect("a header");
            let mut headers = HeaderMap::from_iter([(RANGE, value)]);
            keep_whole_ranges(&mut headers);
            assert_eq!(headers.contains_key(RANGE), is_kept, "{range}");
        }
    }
}
