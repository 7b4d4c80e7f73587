//! Every sentence of the page in Bengali and English, from `locales/*.json`.
//!
//! A sentence that one language lacks stops the build (`build.rs`). Numbers reach a sentence as
//! text that [`number`] wrote with the language's digits.

pub mod emotion_words;
mod error_message;
pub mod number;
pub mod path;

mod generated {
    include!(concat!(env!("OUT_DIR"), "/i18n.rs"));
}

pub use error_message::error_message;
pub use generated::i18n::*;
