//! Signing in, with a one-time token or with the provider, and out.
//!
//! Whoever signs in gets a new session, whatever the browser brought along; signing out ends it on the server.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, header::SET_COOKIE},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use serde::Deserialize;
use tenants::Session;
use tokio::task::spawn_blocking;

use super::{
    Admin, SIGN_IN, cookies, guard,
    page::{field, form, page},
    provider::{Begun, ProviderError},
    reader::Reader,
    told::{Note, Told},
    tries::Trying,
    trouble::Trouble,
    viewer::{Leaving, Posted, csrf_of},
};
use crate::{i18n::admin::said, server::exposure};

/// How long a sign-in with the provider may take: people look for their second factor.
const BEGUN_MAX_AGE_S: u32 = 600;

/// The page to sign in on.
pub async fn show(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    // Who reads what went wrong stays here, also while the database is gone.
    if reader.told.is_none() && matches!(guard::signed_in(&admin, &headers).await, Ok(Some(_))) {
        return Ok(admin.go(&reader, "/admin", None));
    }
    let kept = reader.form.clone();
    let secret = kept.map_or_else(tenants::secret, Ok)?;
    let content = view! {
        <p class="lead">{said!(reader.said, sign_in.lead)}</p>
        <div class="admin-cards">
            {by_provider(&admin, &reader)}
            {by_token(&reader, &csrf_of(&secret))}
        </div>
    };
    let heading = said!(reader.said, sign_in.heading);
    let mut shown = page(&admin, &reader, None, heading, content.into_any());
    let cookie = admin.cookies.keep(cookies::FORM, &secret, None);
    shown.headers_mut().append(SET_COOKIE, cookie);
    Ok(shown)
}

fn by_provider(admin: &Admin, reader: &Reader) -> Option<impl IntoView + use<>> {
    let host = admin.provider.as_ref()?.host().to_owned();
    Some(view! {
        <section class="card" aria-labelledby="provider-heading">
            <h2 id="provider-heading">{said!(reader.said, sign_in.provider_heading)}</h2>
            <p>
                <a class="button button-primary" href=reader.to("/admin/sign-in/provider")>
                    {said!(reader.said, sign_in.provider, host)}
                </a>
            </p>
        </section>
    })
}

fn by_token(reader: &Reader, csrf: &str) -> impl IntoView + use<> {
    let input = view! {
        <input id="token" name="token" type="password" autocomplete="one-time-code" required />
    };
    let content = view! {
        {field("token", said!(reader.said, sign_in.token), input.into_any())}
        <button type="submit" class="button button-primary">
            {said!(reader.said, sign_in.submit)}
        </button>
    };
    view! {
        <section class="card" aria-labelledby="token-heading">
            <h2 id="token-heading">{said!(reader.said, sign_in.token_heading)}</h2>
            <p class="fine">{said!(reader.said, sign_in.token_hint)}</p>
            {form(reader, csrf, "/admin/sign-in", content.into_any())}
        </section>
    }
}

/// Signs in with a one-time token.
pub async fn with_token(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    Trying(may_try): Trying,
    headers: HeaderMap,
    posted: Posted,
) -> Result<Response, Trouble> {
    if !may_try {
        return Ok(admin.refuse_sign_in(&reader, Note::TooOften));
    }
    let session = admin.ledger.take_token(posted.text("token")).await?;
    match session {
        Some(session) => admin.sign_in(&reader, &headers, &session).await,
        None => Ok(admin.refuse_sign_in(&reader, Note::TokenRefused)),
    }
}

/// Sends the browser to the provider.
pub async fn to_provider(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    Trying(may_try): Trying,
) -> Result<Response, Trouble> {
    let provider = admin.provider.clone().ok_or(Trouble::NotFound)?;
    if !may_try {
        return Ok(admin.refuse_sign_in(&reader, Note::TooOften));
    }
    let begun = spawn_blocking(move || provider.begin()).await;
    match begun {
        Ok(Ok((url, begun))) => {
            let cookie = &begun.cookie();
            let cookie = admin
                .cookies
                .keep(cookies::BEGUN, cookie, Some(BEGUN_MAX_AGE_S));
            Ok(([(SET_COOKIE, cookie)], Redirect::to(url.as_str())).into_response())
        }
        Ok(Err(error)) => Ok(admin.refuse_provider(&reader, &error)),
        Err(_) => Ok(admin.refuse_sign_in(&reader, Note::ProviderFailed)),
    }
}

/// What the provider sends a browser back with.
#[derive(Debug, Deserialize)]
pub struct Returned {
    code: Option<String>,
    #[serde(default)]
    state: String,
}

/// Signs in who comes back from the provider.
pub async fn from_provider(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    Trying(may_try): Trying,
    headers: HeaderMap,
    Query(returned): Query<Returned>,
) -> Result<Response, Trouble> {
    let provider = admin.provider.clone().ok_or(Trouble::NotFound)?;
    let begun = admin.cookies.read(&headers, cookies::BEGUN);
    let begun = begun.and_then(|begun| Begun::read(&begun));
    let begun = begun.filter(|begun| may_try && begun.state == returned.state);
    let (Some(begun), Some(code)) = (begun, returned.code) else {
        return Ok(admin.refuse_sign_in(&reader, Note::ProviderFailed));
    };
    let mut response = match spawn_blocking(move || provider.finish(code, begun)).await {
        Ok(Ok(who)) => match admin.role_of(&who).await? {
            Some(tenant) => {
                let is_by_provider = true;
                let session = Session {
                    who,
                    tenant,
                    is_by_provider,
                };
                admin.sign_in(&reader, &headers, &session).await?
            }
            None => admin.refuse_sign_in(&reader, Note::Stranger),
        },
        Ok(Err(error)) => admin.refuse_provider(&reader, &error),
        Err(_) => admin.refuse_sign_in(&reader, Note::ProviderFailed),
    };
    let forgotten = admin.cookies.forget(cookies::BEGUN);
    response.headers_mut().append(SET_COOKIE, forgotten);
    Ok(response)
}

/// Ends the session: in the browser in any case, and on the server unless the database is gone, which is said.
pub async fn out(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    Leaving { secret }: Leaving,
) -> Response {
    let note = match admin.ledger.end_session(&secret).await {
        Ok(()) => Note::SignedOut,
        Err(error) => {
            let (request_id, error) = (&reader.request_id, exposure::chain(&error));
            tracing::error!(request_id, error, "a session goes on");
            Note::NotEnded
        }
    };
    let mut response = admin.go(&reader, SIGN_IN, Some(Told::Note(note)));
    let headers = response.headers_mut();
    headers.append(SET_COOKIE, admin.cookies.forget(cookies::SESSION));
    response
}

impl Admin {
    /// A new session in place of whatever the browser has.
    async fn sign_in(
        &self,
        reader: &Reader,
        headers: &HeaderMap,
        session: &Session,
    ) -> Result<Response, Trouble> {
        if let Some(old) = self.cookies.read(headers, cookies::SESSION) {
            self.ledger.end_session(&old).await?;
        }
        let secret = self.ledger.begin_session(session).await?;
        let mut response = self.go(reader, "/admin", None);
        let headers = response.headers_mut();
        headers.append(
            SET_COOKIE,
            self.cookies.keep(cookies::SESSION, &secret, None),
        );
        headers.append(SET_COOKIE, self.cookies.forget(cookies::FORM));
        Ok(response)
    }

    fn refuse_sign_in(&self, reader: &Reader, note: Note) -> Response {
        self.go(reader, SIGN_IN, Some(Told::Note(note)))
    }

    fn refuse_provider(&self, reader: &Reader, error: &ProviderError) -> Response {
        let (request_id, error) = (&reader.request_id, exposure::chain(error));
        tracing::warn!(request_id, error, "a sign-in with the provider");
        self.refuse_sign_in(reader, Note::ProviderFailed)
    }
}
