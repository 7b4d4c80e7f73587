//! A blob's URL that is revoked when the last holder lets go of it.

use web_sys::{Blob, Url};

/// A blob's URL; revoked on drop.
#[derive(Debug, PartialEq, Eq)]
pub struct ObjectUrl(String);

impl ObjectUrl {
    /// `None` where the browser refuses.
    pub fn of(blob: &Blob) -> Option<Self> {
        Url::create_object_url_with_blob(blob).ok().map(Self)
    }

    /// The `blob:` URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        // It fails for a malformed URL only, and the browser made this one.
        drop(Url::revoke_object_url(&self.0));
    }
}
