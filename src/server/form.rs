//! Reads clips out of multipart forms.
//!
//! Input   a form whose body [`body::bound`](super::body::bound) has bounded
//! Output  the bytes of its files
//! Errors  `AppError`: no form, no file, empty, too large, incomplete (broken off, too slow, malformed), overloaded

use std::time::Duration;

use axum::body::Bytes;
use bytes::BytesMut;
use multer::{Field, Multipart};
use tokio::time::timeout;

use super::{arriving::Arriving, base64_audio, body_fault::Bounded, part_name::PartName};
use crate::error::AppError;

/// How long an answer waits for what stands behind the clip in its form: who is still sending may not read.
const PATIENCE: Duration = Duration::from_secs(1);

/// Longest field that is no file: a voice profile has some 60 KB.
const MAX_TEXT_BYTES: usize = 256 * 1024;

/// A clip as it was sent.
#[derive(Debug)]
pub struct Clip {
    /// Its bytes, at least one.
    pub bytes: Bytes,
    /// Its file's name, where the form tells one.
    pub file_name: Option<String>,
    /// Files that stood behind it in the same form, and are not heard.
    pub n_further_files: usize,
    /// What the form says about it.
    pub fields: Fields,
}

/// Fields of a form beside its clip, as they were sent.
#[derive(Debug, Default)]
pub struct Fields {
    /// The field `model`: name of the model that is to hear the clip.
    pub model: Option<Bytes>,
    /// The field `profile`: a voice profile in JSON.
    pub profile: Option<Bytes>,
    /// The field `speakers`: how many voices are told apart.
    pub speakers: Option<Bytes>,
    /// The field `channels`: whether they are heard apart.
    pub channels: Option<Bytes>,
    /// The field `format`: in which the answer is told.
    pub format: Option<Bytes>,
    /// The field `peaks`: how many strongest moments are told.
    pub peaks: Option<Bytes>,
    /// The field `alerts`: rules that are looked for.
    pub alerts: Option<Bytes>,
    /// The field `emotion`: code of what the speaker expresses.
    pub emotion: Option<Bytes>,
}

/// Reads the first file in a form's field `file` and what stands about it before or behind it; other fields and inputs
/// that were left alone are skipped.
///
/// # Errors
/// See the module's head.
pub async fn read_clip(mut form: Multipart<'static>, bounded: &Bounded) -> Result<Clip, AppError> {
    let mut fields = Fields::default();
    while let Some(part) = next_part(&mut form, bounded).await? {
        let name = PartName::of(part.headers());
        if !is_of_clip(&name) {
            fields.read(&name, part, bounded).await?;
            continue;
        }
        match read_file(&name, part, bounded).await {
            Err(AppError::NoFile) => {}
            Err(error) => return Err(error),
            Ok(bytes) => {
                let n_further_files = read_rest(&mut form, &mut fields, bounded).await;
                return Ok(Clip {
                    bytes,
                    file_name: name.file,
                    n_further_files,
                    fields,
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

impl Fields {
    /// Takes over a field, if it is one of these.
    async fn read(
        &mut self,
        name: &PartName,
        part: Field<'static>,
        bounded: &Bounded,
    ) -> Result<(), AppError> {
        let field = match name.field.as_deref() {
            Some("model") => &mut self.model,
            Some("profile") => &mut self.profile,
            Some("emotion") => &mut self.emotion,
            Some("speakers") => &mut self.speakers,
            Some("channels") => &mut self.channels,
            Some("format") => &mut self.format,
            Some("peaks") => &mut self.peaks,
            Some("alerts") => &mut self.alerts,
            _ => return Ok(()),
        };
        *field = Some(read_text(part, bounded).await?);
        Ok(())
    }
}

/// The content of a field that is no file; what is longer than any such field is cut off.
async fn read_text(mut part: Field<'static>, bounded: &Bounded) -> Result<Bytes, AppError> {
    let mut text = BytesMut::new();
    while let Some(chunk) = part.chunk().await.map_err(|_| bounded.fault.reason())? {
        let n_left = MAX_TEXT_BYTES - text.len();
        text.extend_from_slice(&chunk[..chunk.len().min(n_left)]);
    }
    Ok(text.freeze())
}

/// Counts the clips in the rest of a form and reads its fields, as far as it comes soon.
async fn read_rest(form: &mut Multipart<'static>, fields: &mut Fields, bounded: &Bounded) -> usize {
    let mut n_files = 0;
    let to_end = async {
        while let Ok(Some(part)) = next_part(form, bounded).await {
            let name = PartName::of(part.headers());
            if is_of_clip(&name) {
                n_files += 1;
            } else if fields.read(&name, part, bounded).await.is_err() {
                break;
            }
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
pub async fn read_file(
    name: &PartName,
    mut part: Field<'static>,
    bounded: &Bounded,
) -> Result<Bytes, AppError> {
    let max_bytes = bounded.max_file_bytes;
    let mut clip = Arriving::new().map_err(|_| bounded.overloaded())?;
    let mut n_bytes = 0;
    while let Some(chunk) = part.chunk().await.map_err(|_| bounded.fault.reason())? {
        n_bytes += chunk.len() as u64;
        if n_bytes <= max_bytes {
            clip.extend(&chunk).map_err(|_| bounded.overloaded())?;
        }
    }
    match n_bytes {
        // What a browser sends for a file input that was left alone.
        0 if name.file.as_ref().is_some_and(String::is_empty) => Err(AppError::NoFile),
        0 => Err(AppError::EmptyFile),
        _ if n_bytes > max_bytes => Err(AppError::TooLarge { max_bytes }),
        _ => Ok(base64_audio::clip_of_body(clip.finish())),
    }
}
