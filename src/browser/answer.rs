//! Answers of the server: JSON of what was asked for, or of what went wrong.

use leptos::prelude::window;
use serde::de::DeserializeOwned;
use serde_json::from_str;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::error::AppError;

/// Asks the server for what is at `path`.
///
/// # Errors
/// What the server says, or [`AppError::Unreachable`].
pub async fn fetch_answer<T: DeserializeOwned>(path: &str) -> Result<T, AppError> {
    let answer = fetch(path).await?;
    let body = answer.text().map_err(unreachable)?;
    let body = JsFuture::from(body).await.map_err(unreachable)?;
    read(answer.status(), &body.as_string().unwrap_or_default())
}

/// Asks the server for what is at `path`, whatever it is.
pub(super) async fn fetch(path: &str) -> Result<Response, AppError> {
    let answer = JsFuture::from(window().fetch_with_str(path)).await;
    Ok(answer.map_err(unreachable)?.unchecked_into())
}

pub(super) fn unreachable<T>(_: T) -> AppError {
    AppError::Unreachable
}

/// What a status (0: no answer) and a body mean.
pub(super) fn read<T: DeserializeOwned>(status: u16, body: &str) -> Result<T, AppError> {
    let unreadable = || AppError::Internal {
        request_id: String::new(),
    };
    match status {
        0 => Err(AppError::Unreachable),
        200 => from_str(body).map_err(|_| unreadable()),
        _ => Err(from_str(body).unwrap_or_else(|_| unreadable())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::Outcome;

    #[test]
    fn every_answer_means_something() {
        let read = |status, body| -> Outcome { read(status, body) };
        assert_eq!(read(0, ""), Err(AppError::Unreachable));
        assert_eq!(
            read(422, r#"{"code":"no_speech"}"#),
            Err(AppError::NoSpeech)
        );
        for (status, body) in [(502, "<html>"), (200, "{}")] {
            assert!(matches!(read(status, body), Err(AppError::Internal { .. })));
        }
    }
}
