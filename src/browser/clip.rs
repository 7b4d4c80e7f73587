//! Audio that the user chose or recorded and has not sent yet.

use std::sync::Arc;

use send_wrapper::SendWrapper;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, FormData};

use super::object_url::ObjectUrl;
use crate::error::AppError;

/// Name of the clip's field; `api::recognize` reads it.
const FIELD: &str = "file";

/// Audio in the browser's memory; clones share it.
#[derive(Clone, Debug)]
pub struct Clip {
    /// Name of the chosen file; `None` for a recording.
    pub file_name: Option<String>,
    size_bytes: u64,
    blob: SendWrapper<Blob>,
    url: Option<Arc<ObjectUrl>>,
}

impl Clip {
    /// What the microphone heard.
    pub fn recorded(blob: Blob) -> Self {
        Self::new(blob, None)
    }

    /// A chosen file.
    pub fn chosen(blob: Blob, file_name: String) -> Self {
        Self::new(blob, Some(file_name))
    }

    /// A clip of the same name with something else in it.
    pub fn with_content(&self, blob: Blob) -> Self {
        Self::new(blob, self.file_name.clone())
    }

    fn new(blob: Blob, file_name: Option<String>) -> Self {
        Self {
            file_name,
            size_bytes: blob.size() as u64,
            url: ObjectUrl::of(&blob).map(Arc::new),
            blob: SendWrapper::new(blob),
        }
    }

    /// Where an audio element finds it.
    pub fn url(&self) -> Option<String> {
        self.url.as_ref().map(|url| url.as_str().to_owned())
    }

    /// Whether it has no bytes.
    pub(super) const fn is_empty(&self) -> bool {
        self.size_bytes == 0
    }

    /// The bytes.
    pub(super) fn blob(&self) -> &Blob {
        &self.blob
    }

    /// The content as text; empty where the browser cannot read it.
    pub async fn text(&self) -> String {
        let text = JsFuture::from(self.blob.text()).await.ok();
        text.and_then(|text| text.as_string()).unwrap_or_default()
    }

    /// The upload form with this clip and the `fields` that have a value in it. The file's own name stays here: the
    /// server reads the content only.
    ///
    /// # Errors
    /// [`AppError::EmptyFile`] without bytes, [`AppError::TooLarge`] above `max_upload_bytes`,
    /// [`AppError::NoFile`] where the browser refuses the blob.
    pub fn form(
        &self,
        max_upload_bytes: u64,
        fields: &[(&str, Option<&str>)],
    ) -> Result<FormData, AppError> {
        if self.is_empty() {
            return Err(AppError::EmptyFile);
        }
        if self.size_bytes > max_upload_bytes {
            return Err(AppError::TooLarge {
                max_bytes: max_upload_bytes,
            });
        }
        let form = FormData::new().map_err(|_| AppError::NoFile)?;
        form.append_with_blob_and_filename(FIELD, &self.blob, "clip")
            .map_err(|_| AppError::NoFile)?;
        for (name, value) in fields {
            if let Some(value) = value {
                form.append_with_str(name, value)
                    .map_err(|_| AppError::NoFile)?;
            }
        }
        Ok(form)
    }
}

impl PartialEq for Clip {
    /// Whether it is the same clip, not an equal one.
    fn eq(&self, other: &Self) -> bool {
        *self.blob == *other.blob
    }
}
