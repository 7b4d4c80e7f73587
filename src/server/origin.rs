//! Where a page of another site comes from, as browsers say it.

use axum::http::HeaderValue;
use url::Url;

/// A text that no browser sends as an origin.
#[derive(Debug, thiserror::Error)]
#[error("{origin} is no origin such as https://example.org")]
pub struct NoOrigin {
    origin: String,
}

/// An origin as browsers send it: scheme, host, and a port where it is not the usual one.
///
/// # Errors
/// [`NoOrigin`], without a password that may stand in it.
pub fn of(origin: &str) -> Result<HeaderValue, NoOrigin> {
    let is_http = origin.starts_with("http://") || origin.starts_with("https://");
    let parsed = Url::parse(origin).ok().filter(|_| is_http);
    let is_origin = parsed.is_some_and(|url| url.origin().ascii_serialization() == origin);
    let value = HeaderValue::from_str(origin).ok().filter(|_| is_origin);
    let told = origin.rsplit('@').next().unwrap_or_default();
    value.ok_or_else(|| NoOrigin {
        origin: told.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_browsers_send() {
        for origin in [
            "https://example.org",
            "http://localhost:3000",
            "http://[::1]:8080",
        ] {
            assert_eq!(of(origin).expect("an origin"), origin);
        }
        for origin in [
            "",
            "null",
            "*",
            "httpx",
            "https://",
            "example.org",
            "https://example.org/",
            "https://example.org/a",
            "https://Example.org",
            "https://example.org:443",
            "ftp://example.org",
            "https://me:hidden@example.org",
        ] {
            let refused = of(origin).expect_err(origin).to_string();
            assert!(!refused.contains("hidden"), "{refused}");
        }
    }
}
