//! File names that change with the content, so that a browser may keep a file for ever: `banglaser.0f3c….wasm`.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::Path;

use anyhow::{Context, Result};

/// The file in the site that tells the server the hashes, as Leptos reads it: a line `css:HASH` for each kind.
pub const LIST: &str = "hash.txt";

/// Puts the content's hash before a file's extension, its compressed copies included; returns the hash.
pub fn give(file: &Path) -> Result<String> {
    let content = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let hash = hash(&content);
    let old = file
        .file_name()
        .context("no file name")?
        .to_string_lossy()
        .into_owned();
    let new = with_hash(&old, &hash);
    for ending in ["", ".br", ".gz"] {
        let from = file.with_file_name(format!("{old}{ending}"));
        if from.exists() {
            fs::rename(&from, file.with_file_name(format!("{new}{ending}")))
                .with_context(|| format!("cannot rename {}", from.display()))?;
        }
    }
    Ok(hash)
}

/// `name.ext` as `name.HASH.ext`.
pub fn with_hash(name: &str, hash: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
        None => format!("{name}.{hash}"),
    }
}

/// 16 hexadecimal digits; `server::security` knows a hashed name by them.
pub fn hash(content: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(content);
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_content_gets_another_name_of_the_same_kind() {
        let [one, other] = [b"one", b"two"].map(|content| with_hash("page.css", &hash(content)));
        assert_ne!(one, other);
        assert!(one.starts_with("page.") && one.ends_with(".css"));
        assert_eq!(one.len(), "page.css".len() + 17);
    }
}
