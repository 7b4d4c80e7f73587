//! What a reader wants, as a request tells it: language and appearance.

use crate::{
    i18n::{I18nLocaleTrait, Locale, path},
    theme::Theme,
};

/// Remembers the language.
pub const LOCALE_COOKIE: &str = "locale";

/// Remembers the appearance.
pub const THEME_COOKIE: &str = "theme";

/// How long both are remembered: a year.
pub const COOKIE_MAX_AGE_S: u32 = 365 * 24 * 60 * 60;

/// What a reader wants; in the context of every page rendered by the server.
#[derive(Clone, Debug, PartialEq)]
pub struct Preferences {
    /// What stands before the paths of links that are for search engines, such as `https://example.org`; empty where
    /// the server was not told.
    pub site: String,
    /// The page that is asked for: a path without its language.
    pub page: String,
    /// The path's language, else the cookie's, else the first of ours that the browser accepts, else English.
    pub locale: Locale,
    /// The cookie's; `None` follows the system.
    pub theme: Option<Theme>,
}

impl Preferences {
    /// Reads a request's path and its headers `Cookie` and `Accept-Language`.
    pub fn of(path: &str, cookies: &str, accept_language: &str) -> Self {
        let (in_path, page) = path::split(path);
        let locale = in_path.or_else(|| remembered_locale(cookies));
        Self {
            site: String::new(),
            page: if page.is_empty() { "/" } else { page }.to_owned(),
            locale: locale.unwrap_or_else(|| accepted(accept_language)),
            theme: cookie(cookies, THEME_COOKIE).and_then(Theme::from_code),
        }
    }
}

/// The language that cookies, as in a header `Cookie`, remember.
pub fn remembered_locale(cookies: &str) -> Option<Locale> {
    cookie(cookies, LOCALE_COOKIE)?.parse().ok()
}

fn cookie<'a>(cookies: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = cookies
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// The language of ours that the header weighs most (RFC 9110, 12.5.4); of equals the first.
fn accepted(accept_language: &str) -> Locale {
    let mut best = (0.0, Locale::default());
    for range in accept_language.split(',') {
        let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
        let weight = parameters
            .trim()
            .strip_prefix("q=")
            .map_or(Ok(1.0), str::parse);
        let primary = tag.trim().split('-').next().unwrap_or_default();
        let ours = Locale::get_all()
            .iter()
            .find(|locale| locale.as_str().eq_ignore_ascii_case(primary));
        if let (Some(&locale), Ok(weight)) = (ours, weight)
            && weight > best.0
        {
            best = (weight, locale);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_stands_above_cookie_and_cookie_above_browser() {
        let locale = |path, cookies, accepted| Preferences::of(path, cookies, accepted).locale;
        assert_eq!(locale("/bn/about", "locale=en", "en"), Locale::bn);
        assert_eq!(locale("/about", "theme=dark; locale=bn", "en"), Locale::bn);
        assert_eq!(locale("/about", "locale=tlh", "bn-BD"), Locale::bn);
        assert_eq!(locale("/", "", ""), Locale::en);
    }

    #[test]
    fn the_browsers_languages_have_weights() {
        for (header, expected) in [
            ("bn-BD,bn;q=0.9,en;q=0.8", Locale::bn),
            ("en;q=0.5, bn;q=0.7", Locale::bn),
            ("de-DE,de", Locale::en),
            ("BN, en", Locale::bn),
            ("bn;q=0, de", Locale::en),
            ("bn;q=x,,;", Locale::en),
        ] {
            assert_eq!(accepted(header), expected, "{header}");
        }
    }

    #[test]
    fn a_page_and_an_appearance_are_read() {
        let preferences = Preferences::of("/en", "theme=dark", "");
        assert_eq!(
            (preferences.page.as_str(), preferences.theme),
            ("/", Some(Theme::Dark))
        );
        assert_eq!(Preferences::of("/model", "theme=pink", "").theme, None);
    }
}
