//! Reads clips out of multipart forms.
//!
//! Input   a form whose body [`body::bound`](super::body::bound) has bounded
//! Output  the bytes of its files
//! Errors  `AppError`: no form, no file, empty, too large, incomplete (broken off, too slow, malformed), overloaded

use std::time::Duration;

use axum::{body::Bytes, http::header::HeaderName};
use bytes::BytesMut;
use multer::{Field, Multipart};
use tokio::time::timeout;

use super::{base64_audio, body_fault::Bounded, part_name::PartName};
use crate::error::AppError;

/// How long an answer waits for what stands behind the clip in its form: who is still sending may not read.
const PATIENCE: Duration = Duration::from_secs(1);

const CONTENT_TRANSFER_ENCODING: HeaderName = HeaderName::from_static("content-transfer-encoding");

/// A clip as it was sent.
#[derive(Debug)]
pub struct Clip {
    /// Its bytes, at least one.
    pub bytes: Bytes,
    /// Files that stood behind it in the same form, and are not heard.
    pub n_further_files: usize,
}

/// Reads the first file in a form's field `file`; other fields and inputs that were left alone are skipped.
///
/// # Errors
/// See the module's head.
pub async fn read_clip(mut form: Multipart<'static>, bounded: &Bounded) -> Result<Clip, AppError> {
    while let Some(part) = next_part(&mut form, bounded).await? {
        if !is_of_clip(&PartName::of(part.headers())) {
            continue;
        }
        match read_file(part, bounded).await {
            Err(AppError::NoFile) => {}
            Err(error) => return Err(error),
            Ok(bytes) => {
                let n_further_files = count_files(&mut form, bounded).await;
                return Ok(Clip {
                    bytes,
                    n_further_files,
                });
            }
        }
    }
    Err(AppError::NoFile)
}

/// The next part of a form.
///
/// # Errors
/// See the module's head.
pub async fn next_part(
    form: &mut Multipart<'static>,
    bounded: &Bounded,
) -> Result<Option<Field<'static>>, AppError> {
    form.next_field().await.map_err(|_| bounded.fault.reason())
}

fn is_of_clip(name: &PartName) -> bool {
    name.field.as_deref() == Some("file")
}

/// Counts the clips in the rest of a form, as far as it comes soon.
async fn count_files(form: &mut Multipart<'static>, bounded: &Bounded) -> usize {
    let mut n_files = 0;
    let to_end = async {
        while let Ok(Some(part)) = next_part(form, bounded).await {
            n_files += usize::from(is_of_clip(&PartName::of(part.headers())));
        }
    };
    // The clip is there: it is heard, however its form goes on.
    let _ = timeout(PATIENCE, to_end).await;
    n_files
}

/// Reads one file of a form; what is larger than allowed is read to its end and thrown away, so that
/// the next file can be read.
///
/// # Errors
/// See the module's head.
pub async fn read_file(mut part: Field<'static>, bounded: &Bounded) -> Result<Bytes, AppError> {
    let file_name = PartName::of(part.headers()).file;
    let encoding = part.headers().get(CONTENT_TRANSFER_ENCODING).cloned();
    let max_bytes = bounded.max_file_bytes;
    let mut clip = BytesMut::new();
    let mut n_bytes = 0;
    while let Some(chunk) = part.chunk().await.map_err(|_| bounded.fault.reason())? {
        n_bytes += chunk.len() as u64;
        if n_bytes <= max_bytes {
            clip.extend_from_slice(&chunk);
        }
    }
    match n_bytes {
        // What a browser sends for a file input that was left alone.
        0 if file_name.is_some_and(|name| name.is_empty()) => Err(AppError::NoFile),
        0 => Err(AppError::EmptyFile),
        _ if n_bytes > max_bytes => Err(AppError::TooLarge { max_bytes }),
        _ if encoding
            .is_some_and(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"base64")) =>
        {
            Ok(base64_audio::decode(&clip))
        }
        _ => Ok(clip.freeze()),
    }
}
