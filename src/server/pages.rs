//! The page, rendered on the server: by address, as the answer to its own form, and in the language
//! that a reader chose, all without WASM.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_SECURITY_POLICY, LOCATION, SET_COOKIE, VARY},
    },
    response::{IntoResponse, Response},
};
use leptos::{
    context::{provide_context, use_context},
    nonce::use_nonce,
};
use leptos_axum::{ResponseOptions, render_app_async_with_context};

use super::{exposure, recognize::recognize_request, security, state::AppState};
use crate::{
    api::SubmittedOutcome,
    app::{LOCALE_COOKIE, LOCALE_COOKIE_MAX_AGE_MS, shell},
    i18n::Locale,
};

/// What every rendered page finds in its context, and the headers that it gets.
pub fn context(
    state: &AppState,
    outcome: SubmittedOutcome,
) -> impl Fn() + Clone + Send + Sync + 'static {
    let env = state.leptos_options.env.clone();
    let facts = state.page_facts.clone();
    let model = Arc::clone(&state.model_facts);
    move || {
        provide_context(facts.clone());
        provide_context(Arc::clone(&model));
        provide_context(outcome.clone());
        let Some(response) = use_context::<ResponseOptions>() else {
            return;
        };
        let policy = use_nonce().map(|nonce| security::page_policy(&nonce, &env));
        if let Some(policy) = policy.and_then(|policy| HeaderValue::try_from(policy).ok()) {
            response.insert_header(CONTENT_SECURITY_POLICY, policy);
        }
        let language_sources = HeaderValue::from_static("Cookie, Accept-Language");
        response.insert_header(VARY, language_sources);
        if let Some(Err(error)) = &outcome.0 {
            exposure::mark(&response, error);
        }
    }
}

/// Recognises the clip that the page's form posted and answers with the page, result included.
pub async fn submit(State(state): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let upload = Request::from_parts(head.clone(), body);
    let outcome = recognize_request(&state, upload).await;
    let bodyless = Request::from_parts(head, Body::empty());
    render(&state, SubmittedOutcome(Some(outcome)), bodyless).await
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

/// Remembers the language and goes back to the first page.
pub async fn choose_language(
    State(state): State<AppState>,
    Path(language): Path<String>,
    request: Request,
) -> Response {
    let Ok(locale) = language.parse::<Locale>() else {
        return not_found(State(state), request).await;
    };
    let max_age_s = LOCALE_COOKIE_MAX_AGE_MS / 1000;
    let cookie = format!("{LOCALE_COOKIE}={locale}; Path=/; Max-Age={max_age_s}; SameSite=Lax");
    let headers = [(SET_COOKIE, cookie), (LOCATION, "/".to_owned())];
    (StatusCode::SEE_OTHER, headers).into_response()
}
