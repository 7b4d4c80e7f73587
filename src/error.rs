//! What the page's requests fail with: an [`AppError`] as the server functions' protocol carries it.

use leptos::server_fn::{codec::JsonEncoding, error::FromServerFnError, error::ServerFnErrorErr};
use serde::{Deserialize, Serialize};
pub use vocabulary::AppError;

/// An [`AppError`] on its way to the page; its JSON is that of the error.
#[derive(Clone, Debug, PartialEq, thiserror::Error, Serialize, Deserialize)]
#[serde(transparent)]
#[error(transparent)]
pub struct RequestError(#[from] pub AppError);

impl FromServerFnError for RequestError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self(match error {
            ServerFnErrorErr::Request(_) => AppError::Unreachable,
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => AppError::NoFile,
            _ => AppError::Internal {
                request_id: String::new(),
            },
        })
    }
}
