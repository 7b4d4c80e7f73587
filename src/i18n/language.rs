//! The language that the page speaks, and may change.

use leptos::prelude::*;

use super::Locale;

/// The language of the page. In the context of everything; copies share it.
#[derive(Clone, Copy, Debug)]
pub struct I18n {
    locale: RwSignal<Locale>,
}

impl I18n {
    /// Begins with a language.
    pub fn new(locale: Locale) -> Self {
        Self {
            locale: RwSignal::new(locale),
        }
    }

    /// The language; what reads it is read again when it changes.
    pub fn get_locale(self) -> Locale {
        self.locale.get()
    }

    /// The language at this moment.
    pub fn get_locale_untracked(self) -> Locale {
        self.locale.get_untracked()
    }

    /// Speaks another language.
    pub fn set_locale(self, locale: Locale) {
        self.locale.set(locale);
    }
}

/// The language of the page that this is called in.
pub fn use_i18n() -> I18n {
    expect_context()
}
