//! The page, rendered on the server: by address, as the answer to its own form, and in the language
//! that a reader chose, all without WASM.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            ACCEPT_LANGUAGE, CONTENT_SECURITY_POLICY, COOKIE, HeaderName, LOCATION, SET_COOKIE,
            VARY,
        },
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use leptos::{
    context::{provide_context, use_context},
    nonce::use_nonce,
};
use leptos_axum::{AxumRouteListing, ResponseOptions, render_app_async_with_context};
use vocabulary::Analysis;

use super::{
    envelope, functions,
    models::Models,
    public_url::PublicUrl,
    security,
    state::AppState,
    upload::{Upload, request_form},
};
use crate::{
    api::SubmittedOutcome,
    app::shell,
    error::AppError,
    i18n::{I18nLocaleTrait, Locale, path},
    preferences::{COOKIE_MAX_AGE_S, LOCALE_COOKIE, Preferences},
};

/// What every rendered page finds in its context, and the headers that it gets.
pub fn context(
    state: &AppState,
    outcome: SubmittedOutcome,
) -> impl Fn() + Clone + Send + Sync + 'static {
    let env = state.leptos_options.env.clone();
    let facts = state.page_facts.clone();
    let models = Arc::clone(&state.model_facts);
    let url = state.public_url.clone();
    move || {
        provide_context(facts.clone());
        provide_context(Arc::clone(&models));
        provide_context(outcome.clone());
        let request = use_context::<Parts>();
        if let Some(request) = &request {
            provide_context(Preferences {
                site: url.origin().unwrap_or_default().to_owned(),
                ..preferences(request.uri.path(), &request.headers)
            });
        }
        let Some(response) = use_context::<ResponseOptions>() else {
            return;
        };
        let in_path = request.and_then(|request| path::split(request.uri.path()).0);
        let cookie = in_path.map(|locale| HeaderValue::try_from(locale_cookie(locale, &url)));
        if let Some(Ok(cookie)) = cookie {
            response.insert_header(SET_COOKIE, cookie);
        }
        let policy = use_nonce().map(|nonce| security::page_policy(&nonce, &env));
        if let Some(policy) = policy.and_then(|policy| HeaderValue::try_from(policy).ok()) {
            response.insert_header(CONTENT_SECURITY_POLICY, policy);
        }
        let language_sources = HeaderValue::from_static("Cookie, Accept-Language");
        response.insert_header(VARY, language_sources);
        if let Some(Err(error)) = &outcome.0 {
            envelope::mark(&response, error);
        }
    }
}

/// What the reader of the page at `path` wants.
pub fn preferences(path: &str, headers: &HeaderMap) -> Preferences {
    let header = |name: HeaderName, separator: &str| {
        let values = headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok());
        values.collect::<Vec<_>>().join(separator)
    };
    Preferences::of(path, &header(COOKIE, ";"), &header(ACCEPT_LANGUAGE, ","))
}

/// The paths of the page's routes in every language, beside the bare ones.
pub fn in_every_language(routes: Vec<AxumRouteListing>) -> Vec<AxumRouteListing> {
    let mut all = routes;
    for route_idx in 0..all.len() {
        for &locale in Locale::get_all() {
            let bare = &all[route_idx];
            let mut paths = vec![path::localized(Some(locale), bare.path())];
            if bare.path() == "/" {
                paths.push(format!("/{locale}/"));
            }
            let (mode, methods) = (bare.mode().clone(), bare.methods().collect::<Vec<_>>());
            let listed = paths
                .into_iter()
                .map(|path| AxumRouteListing::new(path, mode.clone(), methods.clone(), Vec::new()));
            all.extend(listed.collect::<Vec<_>>());
        }
    }
    all
}

/// Recognises the clip that the page's form posted and answers with the page, result included.
pub async fn submit(State(state): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let posted = Request::from_parts(head.clone(), body);
    let outcome = analyse(&state.models, posted).await;
    let bodyless = Request::from_parts(head, Body::empty());
    render(&state, SubmittedOutcome(Some(outcome)), bodyless).await
}

async fn analyse(models: &Models, request: Request) -> Result<Analysis, AppError> {
    let upload = Upload::of(request.extensions()).await?;
    let clip = upload.read_form(request_form(request)?).await?;
    functions::analyse(models, &upload, clip).await
}

/// The page that says that nothing is at this address.
pub async fn not_found(State(state): State<AppState>, request: Request) -> Response {
    let page = render(&state, SubmittedOutcome::default(), request).await;
    (StatusCode::NOT_FOUND, page).into_response()
}

async fn render(state: &AppState, outcome: SubmittedOutcome, request: Request) -> Response {
    let options = state.leptos_options.clone();
    render_app_async_with_context(context(state, outcome), move || shell(options.clone()))(request)
        .await
}

/// The language that a path names, where it names one.
pub fn named(language: Result<Path<String>, PathRejection>) -> Option<Locale> {
    let Path(language) = language.ok()?;
    language.parse().ok()
}

/// Remembers the language and goes back to the first page.
pub async fn choose_language(
    State(state): State<AppState>,
    language: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let Some(locale) = named(language) else {
        return not_found(State(state), request).await;
    };
    let headers = [
        (SET_COOKIE, locale_cookie(locale, &state.public_url)),
        (LOCATION, "/".to_owned()),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// Remembers a language for paths that name none.
fn locale_cookie(locale: Locale, url: &PublicUrl) -> String {
    let secure = if url.is_https() { "; Secure" } else { "" };
    format!("{LOCALE_COOKIE}={locale}; Path=/; Max-Age={COOKIE_MAX_AGE_S}; SameSite=Lax{secure}")
}
