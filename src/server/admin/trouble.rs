//! What an admin page refuses, as a page.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tenants::LedgerError;

use super::{
    Admin, SIGN_IN, page,
    reader::Reader,
    told::{Note, Told},
};
use crate::server::exposure;

/// When to try again while the database is gone or somebody else holds it, seconds.
const AWAY_RETRY_S: HeaderValue = HeaderValue::from_static("5");

/// Why there is no such page, or why something is not done.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// Nobody is signed in.
    SignInNeeded,
    /// There is nothing, or nothing for whoever asks.
    NotFound,
    /// The form was not sent by a page of this session.
    CrossSite,
    /// The form lacks something, or holds what does not fit.
    Unfit,
    /// The key has ended, or has one in its place already.
    KeyOver,
    /// The database.
    Ledger(Arc<LedgerError>),
}

impl From<LedgerError> for Trouble {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::NoTenant { .. } | LedgerError::NoKey { .. } => Self::NotFound,
            LedgerError::Name { .. } | LedgerError::Disabled { .. } => Self::Unfit,
            LedgerError::Revoked { .. }
            | LedgerError::Expired { .. }
            | LedgerError::Rotated { .. } => Self::KeyOver,
            error => Self::Ledger(Arc::new(error)),
        }
    }
}

impl IntoResponse for Trouble {
    /// A mark that [`as_page`] turns into a page.
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Tells whoever reads what is refused, in their language.
pub async fn as_page(
    State(admin): State<Arc<Admin>>,
    reader: Reader,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let status = match response.extensions_mut().remove::<Trouble>() {
        None => return response,
        Some(Trouble::SignInNeeded) => {
            let note = Told::Note(Note::SignInNeeded);
            return admin.go(&reader, SIGN_IN, Some(note));
        }
        Some(Trouble::NotFound) => StatusCode::NOT_FOUND,
        Some(Trouble::CrossSite) => StatusCode::FORBIDDEN,
        Some(Trouble::Unfit) => StatusCode::UNPROCESSABLE_ENTITY,
        Some(Trouble::KeyOver) => StatusCode::CONFLICT,
        Some(Trouble::Ledger(error)) => {
            let request_id = &reader.request_id;
            tracing::error!(
                request_id,
                error = exposure::chain(&*error),
                "the database of tenants"
            );
            match error.is_away() {
                true => StatusCode::SERVICE_UNAVAILABLE,
                false => StatusCode::INTERNAL_SERVER_ERROR,
            }
        }
    };
    let mut refusal = page::refusal(&admin, &reader, status);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        refusal.headers_mut().insert(RETRY_AFTER, AWAY_RETRY_S);
    }
    refusal
}
