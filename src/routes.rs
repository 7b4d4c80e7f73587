//! Pages and their paths, with and without a language in front.

use std::borrow::Cow;

use leptos::prelude::*;
use leptos_router::{PartialPathMatch, PathSegment, PossibleRouteMatch, hooks::use_location};

use crate::{
    i18n::{Locale, path},
    live::{Live, live},
};

/// Every page, without its language.
pub const PAGES: [&str; 5] = ["/", "/about", "/model", "/history", "/voice"];

/// Matches a page's path with any language, so that a switch of the language stays on the page.
#[derive(Clone, Copy, Debug)]
pub struct Localized(pub &'static str);

impl PossibleRouteMatch for Localized {
    fn optional(&self) -> bool {
        false
    }

    fn test<'a>(&self, path: &'a str) -> Option<PartialPathMatch<'a>> {
        let (_, page) = path::split(path);
        let is_it = page.trim_end_matches('/') == self.0.trim_end_matches('/');
        is_it.then(|| PartialPathMatch::new("", Vec::new(), path))
    }

    fn generate_path(&self, path: &mut Vec<PathSegment>) {
        path.push(PathSegment::Static(Cow::Borrowed(
            self.0.trim_start_matches('/'),
        )));
    }
}

/// Where links inside the page lead: into the language of the path that is shown. In the context of everything
/// inside the router.
#[derive(Clone, Copy)]
pub struct Links {
    here: Memo<String>,
}

impl Links {
    /// Links from the path that is shown.
    pub fn new() -> Self {
        Self {
            here: use_location().pathname,
        }
    }

    /// The language of the path that is shown, where it has one.
    pub fn locale(self) -> Option<Locale> {
        self.here.with(|here| path::split(here).0)
    }

    /// Reads the page that is shown: its path without its language and without a slash at its end.
    pub fn with_page<T>(self, read: impl FnOnce(&str) -> T) -> T {
        self.here
            .with(|here| read(path::split(here).1.trim_end_matches('/')))
    }

    /// The path of the start page.
    pub fn start(self) -> String {
        path::localized(self.locale(), "/")
    }

    /// The path of a page.
    pub fn to(self, page: &'static str) -> Live<String> {
        live(move || path::localized(self.locale(), page))
    }

    /// The path of the page that is shown, in a language.
    pub fn in_language(self, locale: Locale) -> Live<String> {
        live(move || {
            self.here
                .with(|here| path::localized(Some(locale), path::split(here).1))
        })
    }
}

impl Default for Links {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_found_in_every_language() {
        for path in ["/about", "/bn/about", "/en/about/"] {
            assert!(Localized("/about").test(path).is_some(), "{path}");
        }
        for path in ["/", "/bn", "/en/"] {
            assert!(Localized("/").test(path).is_some(), "{path}");
        }
        for path in ["/bn/model", "/tlh/about", "/about/us", "/bn/bn/about"] {
            assert!(Localized("/about").test(path).is_none(), "{path}");
        }
    }
}
