//! From a request to what is said about its clip.
//!
//! Input   a request with a clip, any bytes
//! Output  `Prediction`; for the page `Analysis`, which has pictures of the clip beside it
//! Errors  [`AppError`], with what is a fault of ours already logged
//!
//! An upload takes a place in memory or is refused; its clip waits in the [`pipeline`]'s queue.

use axum::{body::Bytes, extract::Request, http::Extensions};
use multer::Multipart;
use tokio::sync::SemaphorePermit;
use vocabulary::{Analysis, Prediction};

use super::{
    exposure,
    state::AppState,
    telemetry::RequestId,
    upload::{self, BodyFault},
};
use crate::error::AppError;

/// Recognises the clip in a request's form.
///
/// # Errors
/// [`AppError`], with what is a fault of ours already logged.
pub async fn recognize_request(state: &AppState, request: Request) -> Result<Prediction, AppError> {
    let extensions = request.extensions().clone();
    let form = upload::form(request)?;
    let recognizing = Recognizing::start(state, &extensions)?;
    let clip = recognizing.read_clip(form, &extensions).await?;
    recognizing.recognize(clip).await
}

/// Recognises the clip in a request's form or, where it has none, the clip that is its body.
///
/// # Errors
/// [`AppError`], with what is a fault of ours already logged.
pub async fn recognize_body(state: &AppState, request: Request) -> Result<Prediction, AppError> {
    if upload::is_form(&request) {
        return recognize_request(state, request).await;
    }
    let recognizing = Recognizing::start(state, request.extensions())?;
    let fault: BodyFault = request.extensions().get().cloned().unwrap_or_default();
    let max_bytes = state.settings.server.max_upload_bytes.get();
    let clip = upload::read_body(request.into_body(), &fault, max_bytes).await?;
    recognizing.recognize(clip).await
}

/// Recognises and draws the clip in the page's form.
///
/// # Errors
/// [`AppError`], with what is a fault of ours already logged.
pub async fn analyse_form(
    state: &AppState,
    form: Multipart<'static>,
    request: &Extensions,
) -> Result<Analysis, AppError> {
    let recognizing = Recognizing::start(state, request)?;
    let clip = recognizing.read_clip(form, request).await?;
    recognizing.analyse(clip).await
}

/// A request that holds a place among the uploads in memory until it is dropped.
pub struct Recognizing<'a> {
    state: &'a AppState,
    request_id: String,
    _place: SemaphorePermit<'a>,
}

impl<'a> Recognizing<'a> {
    /// Takes a place.
    ///
    /// # Errors
    /// [`AppError::Overloaded`] when there is none.
    pub fn start(state: &'a AppState, request: &Extensions) -> Result<Self, AppError> {
        let retry_after_s = state.settings.server.retry_after_s();
        let place = state.upload_places.try_acquire();
        Ok(Self {
            state,
            request_id: RequestId::of(request).0,
            _place: place.map_err(|_| AppError::Overloaded { retry_after_s })?,
        })
    }

    /// Recognises a clip.
    ///
    /// # Errors
    /// [`AppError`], with what is a fault of ours already logged.
    pub async fn recognize(&self, clip: Bytes) -> Result<Prediction, AppError> {
        let outcome = self.state.recognitions.recognize(clip).await;
        outcome.map_err(|error| exposure::expose(&error, &self.request_id))
    }

    /// Recognises a clip and draws it.
    async fn analyse(&self, clip: Bytes) -> Result<Analysis, AppError> {
        let outcome = self.state.recognitions.analyse(clip).await;
        outcome.map_err(|error| exposure::expose(&error, &self.request_id))
    }

    /// Reads the clip out of a form.
    async fn read_clip(
        &self,
        form: Multipart<'static>,
        request: &Extensions,
    ) -> Result<Bytes, AppError> {
        let fault: BodyFault = request.get().cloned().unwrap_or_default();
        let max_bytes = self.state.settings.server.max_upload_bytes.get();
        upload::read_clip(form, &fault, max_bytes).await
    }
}
