//! Sentences of the admin page, from `locales/admin/*.json`: only the server has them, so that the page that everybody
//! visits is no larger for them.

mod generated {
    include!(concat!(env!("OUT_DIR"), "/admin_i18n.rs"));
}

pub use generated::i18n::Locale;
pub use generated::i18n::td_string as said;

use super::I18nLocaleTrait;

/// The admin page's sentences in a language of the page.
pub fn sentences(locale: super::Locale) -> Locale {
    locale.as_str().parse().unwrap_or_default()
}
