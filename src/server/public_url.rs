//! Where readers find the page, as the settings say.

use std::sync::Arc;

/// Scheme and host such as `https://example.org`, or nothing; clones share it.
#[derive(Clone, Debug)]
pub struct PublicUrl(Arc<str>);

impl PublicUrl {
    /// As the setting `public_url` has it.
    pub fn new(setting: &str) -> Self {
        Self(setting.trim().trim_end_matches('/').into())
    }

    /// The URL without a slash at its end; `None` where the settings do not say it.
    pub fn origin(&self) -> Option<&str> {
        Some(&*self.0).filter(|url| !url.is_empty())
    }

    /// Whether readers come by https, so that cookies never travel without it.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}
