//! What the admin page keeps in a browser: who is signed in, a sign-in that has begun, and what is told once.
//!
//! No script reads any of it, no other site sends it along but by a link that is followed, and behind https it is bound
//! to this host (`__Host-`, RFC 6265bis). What is told once is bound to its page instead, and sealed ([`super::told`]):
//! another host of the domain may set a cookie of that name.

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};

/// Who is signed in.
pub const SESSION: &str = "banglaser-admin";

/// What a browser has to bring back from the provider.
pub const BEGUN: &str = "banglaser-admin-begun";

/// Ties the form of the sign-in page to the browser that it was sent to.
pub const FORM: &str = "banglaser-admin-form";

/// What is told on one page, and never again.
pub const TOLD: &str = "banglaser-admin-told";

/// Before the name of a cookie that only this host sets, for all of its paths.
const HOST: &str = "__Host-";

/// Before the name of a cookie that is only set by https.
const SECURE: &str = "__Secure-";

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
        self.kept(HOST, name, value, "/", max_age_s)
    }

    /// The header that lets a value go.
    pub fn forget(self, name: &str) -> HeaderValue {
        self.keep(name, "", Some(0))
    }

    /// A value that the browser has kept.
    pub fn read(self, headers: &HeaderMap, name: &str) -> Option<String> {
        self.found(HOST, headers, name).into_iter().next()
    }

    /// The header that keeps for a path what is told there, sealed.
    pub fn tell(self, path: &str, sealed: &str, max_age_s: u32) -> HeaderValue {
        self.kept(SECURE, TOLD, sealed, path, Some(max_age_s))
    }

    /// Everything that claims to be told, ours or not.
    pub fn told(self, headers: &HeaderMap) -> Vec<String> {
        self.found(SECURE, headers, TOLD)
    }

    fn kept(
        self,
        prefix: &str,
        name: &str,
        value: &str,
        path: &str,
        max_age_s: Option<u32>,
    ) -> HeaderValue {
        let (prefix, secure) = match self.is_https {
            true => (prefix, "; Secure"),
            false => ("", ""),
        };
        let age = max_age_s.map_or(String::new(), |age_s| format!("; Max-Age={age_s}"));
        let cookie =
            format!("{prefix}{name}={value}; Path={path}; HttpOnly; SameSite=Lax{secure}{age}");
        HeaderValue::try_from(cookie).unwrap_or(HeaderValue::from_static(""))
    }

    fn found(self, prefix: &str, headers: &HeaderMap, name: &str) -> Vec<String> {
        let prefix = if self.is_https { prefix } else { "" };
        let lines = headers.get_all(COOKIE).iter();
        let pairs = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        let values = pairs.filter(|(found, _)| found.strip_prefix(prefix) == Some(name));
        let values = values.map(|(_, value)| value.to_owned());
        values.filter(|value| !value.is_empty()).collect()
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
            assert_eq!(cookies.read(&headers, BEGUN), None);
        }
    }
}
