//! Who reads an admin page, as the request tells it: language, appearance, and what is to be told once.

use std::{convert::Infallible, sync::Arc};

use axum::{extract::FromRequestParts, http::request::Parts};

use super::{Admin, cookies, told::Told};
use crate::{
    i18n::{Locale, admin, path},
    server::{pages, telemetry::RequestId},
    theme::Theme,
};

/// A request's reader.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Of numbers.
    pub locale: Locale,
    /// Of sentences.
    pub said: admin::Locale,
    /// What the cookie says.
    pub theme: Option<Theme>,
    /// What is told on this page only.
    pub told: Option<Told>,
    /// Under which the log tells more.
    pub request_id: String,
    in_path: Option<Locale>,
    page: String,
}

impl Reader {
    /// The path of an admin page, in the language of the page that is read.
    pub fn to(&self, page: &str) -> String {
        path::localized(self.in_path, page)
    }

    /// This page in another language.
    pub fn in_language(&self, locale: Locale) -> String {
        path::localized(Some(locale), &self.page)
    }
}

impl FromRequestParts<Arc<Admin>> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, admin: &Arc<Admin>) -> Result<Self, Infallible> {
        let path = parts.uri.path();
        let wanted = pages::preferences(path, &parts.headers);
        let told = admin.cookies.read(&parts.headers, cookies::TOLD);
        Ok(Self {
            locale: wanted.locale,
            said: admin::sentences(wanted.locale),
            theme: wanted.theme,
            told: told.and_then(|told| Told::read(&told)),
            request_id: RequestId::of(&parts.extensions).0,
            in_path: path::split(path).0,
            page: wanted.page,
        })
    }
}
