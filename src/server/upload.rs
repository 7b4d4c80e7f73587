//! Reads a clip out of an upload, bounded in bytes, in time and in number.
//!
//! Input   a multipart form whose field `file` holds the clip
//! Output  the clip's bytes, and a place among the uploads that are in memory
//! Errors  `AppError`: no file, empty, too large, incomplete (broken off, too slow, malformed), overloaded
//!
//! The bound sits in the request body itself, so that it also holds for server functions, which
//! read their bodies without axum's extractors, and for bodies that do not tell their length.

use std::sync::{Arc, OnceLock};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::header::{CONTENT_LENGTH, CONTENT_TYPE, EXPECT},
    middleware::Next,
    response::Response,
};
use futures::{Stream, StreamExt, stream::try_unfold};
use multer::Multipart;
use tokio::time::{Instant, timeout_at};

use super::state::AppState;
use crate::error::AppError;

/// What a form may add to its file: boundaries, part headers, small fields.
const FORM_OVERHEAD_BYTES: u64 = 64 * 1024;

/// A browser that is still sending does not read an answer, so a body that is too large is read on
/// and thrown away, up to this many times the limit.
const DISCARD_FACTOR: u64 = 8;

/// Why a request body ended early. Server functions reduce body errors to text; the fact is kept here.
#[derive(Clone, Debug, Default)]
pub struct BodyFault(Arc<OnceLock<AppError>>);

impl BodyFault {
    /// The recorded reason; a body that ended for any other is incomplete.
    pub fn reason(&self) -> AppError {
        self.0.get().cloned().unwrap_or(AppError::UploadIncomplete)
    }

    fn record(&self, error: AppError) -> AppError {
        self.0.get_or_init(|| error).clone()
    }
}

/// Bounds every request body and leaves a [`BodyFault`] in the request's extensions.
pub async fn bound_body(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let settings = &state.settings.server;
    let fault = BodyFault::default();
    request.extensions_mut().insert(fault.clone());
    let bounds = Bounds {
        max_file_bytes: settings.max_upload_bytes.get(),
        declared_bytes: declared_bytes(&request),
        client_waits: request.headers().contains_key(EXPECT),
        deadline: Instant::now() + settings.upload_timeout(),
        fault,
    };
    next.run(request.map(|body| Body::from_stream(bounds.apply(body))))
        .await
}

fn declared_bytes(request: &Request) -> u64 {
    let declared = request.headers().get(CONTENT_LENGTH);
    declared
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .unwrap_or(0)
}

/// What one request body may cost.
struct Bounds {
    max_file_bytes: u64,
    /// From the request's headers; 0 when not told.
    declared_bytes: u64,
    /// The client sends its body only after having been asked for it.
    client_waits: bool,
    deadline: Instant,
    fault: BodyFault,
}

impl Bounds {
    fn apply(self, body: Body) -> impl Stream<Item = Result<Bytes, AppError>> + Send {
        let start = (body.into_data_stream(), 0, self);
        try_unfold(start, |(mut chunks, n_bytes, bounds)| async move {
            let max_bytes = bounds.max_file_bytes + FORM_OVERHEAD_BYTES;
            let mut n_bytes: u64 = n_bytes;
            if bounds.declared_bytes > max_bytes && bounds.client_waits {
                return Err(bounds.too_large());
            }
            while let Some(chunk) = timeout_at(bounds.deadline, chunks.next())
                .await
                .map_err(|_| bounds.fault.record(AppError::UploadIncomplete))?
            {
                let chunk = chunk.map_err(|_| bounds.fault.record(AppError::UploadIncomplete))?;
                n_bytes = n_bytes.saturating_add(chunk.len() as u64);
                if n_bytes.max(bounds.declared_bytes) <= max_bytes {
                    return Ok(Some((chunk, (chunks, n_bytes, bounds))));
                }
                if n_bytes > max_bytes.saturating_mul(DISCARD_FACTOR) {
                    break;
                }
            }
            match n_bytes.max(bounds.declared_bytes) > max_bytes {
                true => Err(bounds.too_large()),
                false => Ok(None),
            }
        })
    }

    fn too_large(&self) -> AppError {
        self.fault.record(AppError::TooLarge {
            max_bytes: self.max_file_bytes,
        })
    }
}

/// The multipart form of a request.
///
/// # Errors
/// [`AppError::NoFile`] when the request is no form.
pub fn form(request: Request) -> Result<Multipart<'static>, AppError> {
    let boundary = boundary(&request).ok_or(AppError::NoFile)?;
    Ok(Multipart::new(
        request.into_body().into_data_stream(),
        boundary,
    ))
}

/// The boundary of a request that is a multipart form.
pub fn boundary(request: &Request) -> Option<String> {
    let content_type = request.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(content_type).ok()
}

/// Reads the clip in the form's field `file`; other fields are skipped, its file name is not looked at.
///
/// # Errors
/// See the module's head.
pub async fn read_clip(
    mut form: Multipart<'static>,
    fault: &BodyFault,
    max_file_bytes: u64,
) -> Result<Bytes, AppError> {
    let incomplete = |_| fault.reason();
    while let Some(field) = form.next_field().await.map_err(incomplete)? {
        if field.name() != Some("file") {
            continue;
        }
        let chosen = field.file_name().is_none_or(|name| !name.is_empty());
        let clip = field.bytes().await.map_err(incomplete)?;
        return match clip.len() as u64 {
            0 if chosen => Err(AppError::EmptyFile),
            // What a browser sends for a file input that was left alone.
            0 => Err(AppError::NoFile),
            n_bytes if n_bytes > max_file_bytes => Err(AppError::TooLarge {
                max_bytes: max_file_bytes,
            }),
            _ => Ok(clip),
        };
    }
    Err(AppError::NoFile)
}
