//! Reads a clip out of an upload, bounded in bytes, in time and in number.
//!
//! Input   a multipart form whose field `file` holds the clip
//! Output  the clip's bytes, and a place among the uploads that are in memory
//! Errors  `AppError`: no file, empty, too large, incomplete (broken off, too slow, malformed), overloaded
//!
//! The bound sits in the request body itself, so that it also holds for server functions, which
//! read their bodies without axum's extractors, and for bodies that do not tell their length.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::header::{CONTENT_LENGTH, CONTENT_TYPE, EXPECT},
    middleware::Next,
    response::Response,
};
use bytes::BytesMut;
use futures::{Stream, StreamExt, stream::try_unfold};
use multer::{Field, Multipart};
use tokio::time::{Instant, timeout_at};

use super::{state::AppState, v1::BATCHES_ROUTE};
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

/// Bounds every request body (a batch may be as long as all of its files) and leaves a [`BodyFault`] in the request's
/// extensions.
pub async fn bound_body(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let settings = &state.settings.server;
    let fault = BodyFault::default();
    request.extensions_mut().insert(fault.clone());
    let n_files = match request.uri().path() {
        BATCHES_ROUTE => settings.max_batch_files.get(),
        _ => 1,
    };
    let bounds = Bounds {
        max_file_bytes: settings.max_upload_bytes.get(),
        n_files: n_files as u64,
        declared_bytes: declared_bytes(&request),
        client_waits: request.headers().contains_key(EXPECT),
        deadline: Instant::now() + settings.upload_timeout() * n_files as u32,
        stall_timeout: settings.upload_stall_timeout(),
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
    n_files: u64,
    /// From the request's headers; 0 when not told.
    declared_bytes: u64,
    /// The client sends its body only after having been asked for it.
    client_waits: bool,
    deadline: Instant,
    /// Longest pause between two pieces.
    stall_timeout: Duration,
    fault: BodyFault,
}

impl Bounds {
    fn apply(self, body: Body) -> impl Stream<Item = Result<Bytes, AppError>> + Send {
        let start = (body.into_data_stream(), 0, self);
        try_unfold(start, |(mut chunks, n_bytes, bounds)| async move {
            let max_bytes = (bounds.max_file_bytes + FORM_OVERHEAD_BYTES) * bounds.n_files;
            let mut n_bytes: u64 = n_bytes;
            if bounds.declared_bytes > max_bytes && bounds.client_waits {
                return Err(bounds.too_large());
            }
            while let Some(chunk) = timeout_at(bounds.patience(), chunks.next())
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

    /// When waiting for the next piece ends.
    fn patience(&self) -> Instant {
        self.deadline.min(Instant::now() + self.stall_timeout)
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

/// Whether a request says that it is a multipart form.
pub fn is_form(request: &Request) -> bool {
    let content_type = request.headers().get(CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().starts_with(b"multipart/"))
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
        return read_file(field, fault, max_file_bytes).await;
    }
    Err(AppError::NoFile)
}

/// Reads one file of a form; what is larger than allowed is read to its end and thrown away, so that
/// the next file can be read.
///
/// # Errors
/// See the module's head.
pub async fn read_file(
    mut field: Field<'static>,
    fault: &BodyFault,
    max_file_bytes: u64,
) -> Result<Bytes, AppError> {
    let is_chosen = field.file_name().is_none_or(|name| !name.is_empty());
    let mut clip = BytesMut::new();
    let mut n_bytes = 0;
    while let Some(chunk) = field.chunk().await.map_err(|_| fault.reason())? {
        n_bytes += chunk.len() as u64;
        if n_bytes <= max_file_bytes {
            clip.extend_from_slice(&chunk);
        }
    }
    match n_bytes {
        0 if is_chosen => Err(AppError::EmptyFile),
        // What a browser sends for a file input that was left alone.
        0 => Err(AppError::NoFile),
        _ if n_bytes > max_file_bytes => Err(AppError::TooLarge {
            max_bytes: max_file_bytes,
        }),
        _ => Ok(clip.freeze()),
    }
}

/// Reads the clip that is a request's whole body.
///
/// # Errors
/// See the module's head; a body without bytes is no file.
pub async fn read_body(
    body: Body,
    fault: &BodyFault,
    max_file_bytes: u64,
) -> Result<Bytes, AppError> {
    let mut chunks = body.into_data_stream();
    let mut clip = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        clip.extend_from_slice(&chunk.map_err(|_| fault.reason())?);
    }
    match clip.len() as u64 {
        0 => Err(AppError::NoFile),
        n_bytes if n_bytes > max_file_bytes => Err(AppError::TooLarge {
            max_bytes: max_file_bytes,
        }),
        _ => Ok(clip.freeze()),
    }
}
