//! Every sentence of the page in Bengali and English, from `locales/*.json`.
//!
//! A sentence that one language lacks stops the build (`build.rs`). Numbers reach a sentence as
//! text that [`number`] wrote with the language's digits.

#[cfg(feature = "ssr")]
pub mod admin;
pub mod emotion_words;
mod error_message;
mod language;
pub mod number;
pub mod path;
pub mod time_words;
pub mod turn_words;

/// The language whose speech the application hears, as markup names it.
pub const SPOKEN: &str = "bn";

mod generated {
    include!(concat!(env!("OUT_DIR"), "/i18n.rs"));
}

pub use error_message::error_message;
pub use generated::i18n::{I18nLocaleTrait, Locale, td_string};
pub use language::{I18n, use_i18n};

/// A sentence without numbers that follows the language, for the inside of an element or for an attribute.
///
/// Every use of leptos_i18n's `t!` is a type of its own; these share one.
macro_rules! text {
    ($i18n:ident, $($key:tt)+) => {
        $crate::live::live(move || $crate::i18n::td_string!($i18n.get_locale(), $($key)+))
    };
}
pub(crate) use text;
