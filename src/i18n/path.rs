//! The language in a path: `/bn/about` and `/en/about` are the same page, `/about` is it in the reader's language.

use super::{I18nLocaleTrait, Locale};

/// The language that a path begins with, and the path behind it: `/bn/about` is Bengali and `/about`.
pub fn split(path: &str) -> (Option<Locale>, &str) {
    let named = Locale::get_all().iter().find_map(|&locale| {
        let rest = path.strip_prefix('/')?.strip_prefix(locale.as_str())?;
        (rest.is_empty() || rest.starts_with('/')).then_some((Some(locale), rest))
    });
    named.unwrap_or((None, path))
}

/// The path of `page` (`/`, `/about`) in a language, or in the reader's.
pub fn localized(locale: Option<Locale>, page: &str) -> String {
    match (locale, page) {
        (None, page) => page.to_owned(),
        (Some(locale), "/" | "") => format!("/{locale}"),
        (Some(locale), page) => format!("/{locale}{page}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_a_whole_segment() {
        assert_eq!(split("/bn/about"), (Some(Locale::bn), "/about"));
        assert_eq!(split("/en"), (Some(Locale::en), ""));
        assert_eq!(split("/en/"), (Some(Locale::en), "/"));
        for path in ["/about", "/", "", "/bnx", "/english/about", "bn"] {
            assert_eq!(split(path), (None, path));
        }
    }

    #[test]
    fn a_page_has_a_path_in_each_language() {
        assert_eq!(localized(Some(Locale::bn), "/"), "/bn");
        assert_eq!(localized(Some(Locale::en), "/model"), "/en/model");
        assert_eq!(localized(None, "/model"), "/model");
    }
}
