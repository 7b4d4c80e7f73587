//! A request that brings clips: who sent it, under which id, and what its body may cost.

use axum::{
    body::Bytes,
    extract::{FromRequestParts, Request},
    http::{Extensions, request::Parts},
};
use futures::StreamExt;
use multer::Multipart;
use pipeline::PipelineError;

use super::{
    access::Client,
    arriving::Arriving,
    base64_audio,
    body_fault::Bounded,
    entry::{Entry, Lasting},
    envelope::Refusal,
    exposure,
    form::{self, Clip, Fields},
    form_boundary,
    telemetry::RequestId,
};
use crate::error::AppError;

/// A request that brings clips. The memory that its body holds is given back when this is dropped.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Under which the log tells more.
    pub request_id: String,
    /// What the body may cost, and why it ended.
    pub bounded: Bounded,
    entry: Entry,
}

impl Upload {
    /// An upload of at least one clip, which its client may send.
    ///
    /// # Errors
    /// Those of [`Entry::count_clip`].
    pub async fn of(request: &Extensions) -> Result<Self, AppError> {
        let request_id = RequestId::of(request).0;
        let parts = request.get().cloned().zip(request.get::<Client>().cloned());
        let Some((bounded, client)) = parts else {
            tracing::error!(request_id, "a route of clips has no bounds");
            return Err(AppError::Internal { request_id });
        };
        let upload = Self {
            request_id,
            bounded,
            entry: Entry::of(client).await?,
        };
        upload.count_clip().await?;
        Ok(upload)
    }

    /// Counts a clip of this request's client.
    ///
    /// # Errors
    /// Those of [`Entry::count_clip`].
    pub async fn count_clip(&self) -> Result<(), AppError> {
        self.entry.count_clip().await
    }

    /// What its client prefers.
    pub const fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Whose turn it is when the clips of this request are heard.
    pub fn turn(&self) -> pipeline::Client {
        self.entry.turn()
    }

    /// Reads the clip out of a request: the field `file` of its form or, where it is none, its whole body.
    ///
    /// # Errors
    /// Those of [`form`].
    pub async fn read_clip(&self, request: Request) -> Result<Clip, AppError> {
        match form_boundary::is_form(request.headers()) {
            true => self.read_form(request_form(request)?).await,
            false => self.read_body(request).await,
        }
    }

    /// Reads the clip out of a form.
    ///
    /// # Errors
    /// Those of [`form`].
    pub async fn read_form(&self, form: Multipart<'static>) -> Result<Clip, AppError> {
        form::read_clip(form, &self.bounded).await
    }

    async fn read_body(&self, request: Request) -> Result<Clip, AppError> {
        let mut chunks = request.into_body().into_data_stream();
        let overloaded = |_| self.bounded.overloaded();
        let mut body = Arriving::new().map_err(overloaded)?;
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| self.bounded.fault.reason())?;
            body.extend(&chunk).map_err(overloaded)?;
        }
        let max_bytes = self.bounded.max_file_bytes;
        let body = body.finish();
        let bytes: Bytes = match body.len() as u64 {
            0 => return Err(AppError::NoFile),
            n_bytes if n_bytes > max_bytes => return Err(AppError::TooLarge { max_bytes }),
            _ => base64_audio::clip_of_body(body),
        };
        Ok(Clip {
            bytes,
            file_name: None,
            n_further_files: 0,
            fields: Fields::default(),
        })
    }

    /// What came of a clip, counted, and with what is a fault of ours logged.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn heard<T: Lasting>(&self, outcome: Result<T, PipelineError>) -> Result<T, AppError> {
        self.entry.heard(&outcome);
        outcome.map_err(|error| exposure::expose(&error, &self.request_id))
    }

    /// The answer that tells of an error.
    pub fn refuse(&self, error: AppError) -> Refusal {
        Refusal {
            error,
            request_id: self.request_id.clone(),
        }
    }
}

/// The form in a request.
///
/// # Errors
/// [`AppError::NoFile`] when the request is no form, [`AppError::NoBoundary`] when it is none that can be read.
pub fn request_form(request: Request) -> Result<Multipart<'static>, AppError> {
    if !form_boundary::is_form(request.headers()) {
        return Err(AppError::NoFile);
    }
    let boundary = form_boundary::read(request.headers())?;
    Ok(Multipart::new(
        request.into_body().into_data_stream(),
        boundary,
    ))
}

impl<S: Sync> FromRequestParts<S> for Upload {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let upload = Self::of(&parts.extensions).await;
        upload.map_err(|error| Refusal {
            error,
            request_id: RequestId::of(&parts.extensions).0,
        })
    }
}
