//! The file of API keys: a line each with a name, the SHA-256 of the key in hexadecimal, and maybe how many clips a
//! minute this key may send.

use std::{
    collections::{HashMap, hash_map::Entry},
    fs, io,
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::Arc,
};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file cannot be read.
    #[error("cannot read the API keys in {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is no name, hash and number.
    #[error("line {line} of {} is not: name, SHA-256, clips per minute", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
    /// Two lines have one hash: whose limit would hold?
    #[error("line {line} of {} repeats a key", path.display())]
    Repeated {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
}

/// What a key allows.
#[derive(Debug)]
pub struct ApiKey {
    limit: Option<NonZeroU32>,
    /// `None`: as many clips as it likes.
    pub limiter: Option<DefaultDirectRateLimiter>,
}

/// Keys by their hashes.
#[derive(Debug)]
pub struct ApiKeys(HashMap<[u8; 32], Arc<ApiKey>>);

impl ApiKeys {
    /// Reads a file; keys without a limit of their own have `default_limit`.
    ///
    /// # Errors
    /// [`KeysError`].
    pub fn read(path: &Path, default_limit: Option<NonZeroU32>) -> Result<Self, KeysError> {
        let owned = path.to_owned();
        let text = fs::read_to_string(path).map_err(|source| KeysError::Read {
            path: owned,
            source,
        })?;
        let mut keys = HashMap::new();
        for (line_idx, line) in text.lines().enumerate() {
            let (path, line_number) = (path.to_owned(), line_idx + 1);
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let Some((hash, key)) = key(line, default_limit) else {
                return Err(KeysError::Line {
                    path,
                    line: line_number,
                });
            };
            let Entry::Vacant(place) = keys.entry(hash) else {
                return Err(KeysError::Repeated {
                    path,
                    line: line_number,
                });
            };
            place.insert(Arc::new(key));
        }
        Ok(Self(keys))
    }

    /// The key with this hash.
    pub fn get(&self, hash: &[u8; 32]) -> Option<Arc<ApiKey>> {
        self.0.get(hash).cloned()
    }

    /// The same keys; those that were known with the same limit have used up what they had.
    pub fn with_limiters_of(mut self, known: &Self) -> Self {
        for (hash, key) in &mut self.0 {
            let same = known.get(hash).filter(|known| known.limit == key.limit);
            *key = same.unwrap_or_else(|| Arc::clone(key));
        }
        self
    }
}

fn key(line: &str, default_limit: Option<NonZeroU32>) -> Option<([u8; 32], ApiKey)> {
    let mut fields = line.split_whitespace();
    let (_name, hash, limit) = (fields.next()?, fields.next()?, fields.next());
    let limit = match limit {
        Some(limit) => NonZeroU32::new(limit.parse().ok()?),
        None => default_limit,
    };
    let mut bytes = [0; 32];
    if hash.len() != 64 || fields.next().is_some() {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(hash.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    let limiter = limit.map(|limit| RateLimiter::direct(Quota::per_minute(limit)));
    Some((bytes, ApiKey { limit, limiter }))
}
