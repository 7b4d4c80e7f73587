//! Who reads an admin page, as the request tells it: language, appearance, and what is to be told once.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::FromRequestParts,
    http::{Method, Uri, request::Parts},
};

use super::{Admin, cookies, routes, told::Told};
use crate::{
    i18n::{Locale, admin, path},
    server::{pages, telemetry::RequestId},
    theme::Theme,
};

/// A request's reader.
#[derive(Clone)]
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
    /// Of this page, with its language.
    pub path: String,
    /// What the browser presents as its session's, whether or not that has ended.
    pub session: Option<String>,
    /// What ties the form of the sign-in page to the browser.
    pub form: Option<String>,
    in_path: Option<Locale>,
    /// The page itself, or one that can be read beside a form.
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

/// What follows the path, with its question mark.
pub fn query(uri: &Uri) -> String {
    let query = uri.query().map(|query| format!("?{query}"));
    query.unwrap_or_default()
}

impl FromRequestParts<Arc<Admin>> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, admin: &Arc<Admin>) -> Result<Self, Infallible> {
        let path = parts.uri.path();
        let wanted = pages::preferences(path, &parts.headers);
        let kept = |name| admin.cookies.read(&parts.headers, name);
        let (session, form) = (kept(cookies::SESSION), kept(cookies::FORM));
        let told = admin.cookies.told(&parts.headers);
        let told_to = |secret: &Option<String>| {
            let secret = secret.as_deref()?;
            let mut told = told.iter();
            told.find_map(|told| Told::unseal(told, path, secret))
        };
        // Before somebody signs in there are no keys to tell.
        let note = || told_to(&form).filter(|told| matches!(told, Told::Note(_)));
        let told = told_to(&session).or_else(note);
        let page = match parts.method {
            Method::GET => wanted.page + &query(&parts.uri),
            _ => routes::beside(&wanted.page).to_owned(),
        };
        Ok(Self {
            locale: wanted.locale,
            said: admin::sentences(wanted.locale),
            theme: wanted.theme,
            told,
            request_id: RequestId::of(&parts.extensions).0,
            in_path: path::split(path).0,
            path: path.to_owned(),
            session,
            form,
            page,
        })
    }
}
