//! What the admin page keeps in a browser: who is signed in, a sign-in that has begun, and what is told once.
//!
//! No script reads any of it, no other site sends it along but by a link that is followed, and behind https it is bound
//! to this host (`__Host-`, RFC 6265bis).

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};

/// Who is signed in.
pub const SESSION: &str = "banglaser-admin";

/// What a browser has to bring back from the provider.
pub const BEGUN: &str = "banglaser-admin-begun";

/// Ties the form of the sign-in page to the browser that it was sent to.
pub const FORM: &str = "banglaser-admin-form";

/// What is told on the next page, and never again.
pub const TOLD: &str = "banglaser-admin-told";

/// How cookies are named and guarded.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    is_https: bool,
}

impl Cookies {
    /// Of a page that readers find by https, or not.
    pub fn new(is_https: bool) -> Self {
        Self { is_https }
    }

    /// The header that keeps a value; `max_age_s`: otherwise until the browser is closed.
    pub fn keep(self, name: &str, value: &str, max_age_s: Option<u32>) -> HeaderValue {
        let (prefix, secure) = match self.is_https {
            true => ("__Host-", "; Secure"),
            false => ("", ""),
        };
        let age = max_age_s.map_or(String::new(), |age_s| format!("; Max-Age={age_s}"));
        let cookie = format!("{prefix}{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
        HeaderValue::try_from(cookie).unwrap_or(HeaderValue::from_static(""))
    }

    /// The header that lets a value go.
    pub fn forget(self, name: &str) -> HeaderValue {
        self.keep(name, "", Some(0))
    }

    /// A value that the browser has kept.
    pub fn read(self, headers: &HeaderMap, name: &str) -> Option<String> {
        let prefix = if self.is_https { "__Host-" } else { "" };
        let lines = headers.get_all(COOKIE).iter();
        let mut pairs = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        let found = pairs.find(|(found, _)| found.strip_prefix(prefix) == Some(name));
        let (_, value) = found?;
        (!value.is_empty()).then(|| value.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_read_back_and_bound_to_the_host_behind_https() {
        for is_https in [true, false] {
            let cookies = Cookies::new(is_https);
            let kept = cookies.keep(SESSION, "abc", None);
            let kept = kept.to_str().expect("visible ASCII").to_owned();
            assert!(kept.contains("HttpOnly; SameSite=Lax"));
            assert_eq!(kept.starts_with("__Host-"), is_https, "{kept}");
            assert_eq!(kept.contains("; Secure"), is_https, "{kept}");
            let pair = kept.split(';').next().expect("a pair");
            let sent = format!("locale=bn; {pair}; x{pair}").try_into();
            let headers = HeaderMap::from_iter([(COOKIE, sent.expect("a header"))]);
            assert_eq!(cookies.read(&headers, SESSION).as_deref(), Some("abc"));
            assert_eq!(Cookies::new(!is_https).read(&headers, SESSION), None);
            assert_eq!(cookies.read(&headers, TOLD), None);
        }
    }
}
