//! Who may use the REST interface, and how often.
//!
//! Where there is a file of keys, clips are only taken with one of them: `Authorization: Bearer KEY`. The
//! file holds their hashes, a line each: name, SHA-256 of the key in hexadecimal, and maybe the requests per
//! minute that this key allows. A client is a key or, where none is needed, an address.

use std::{
    collections::HashMap,
    fs, io,
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    path::{Path, PathBuf},
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{
        HeaderValue, Method,
        header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use sha2::{Digest, Sha256};
use tower_http::cors::CorsLayer;

use super::{
    rest::RestError,
    settings::AccessSettings,
    state::AppState,
    telemetry::{REQUEST_ID_HEADER, RequestId},
};
use crate::error::AppError;

/// Clients that are remembered before those that have been quiet are forgotten.
const MAX_REMEMBERED: usize = 10_000;

/// Why nobody can be let in.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The file of keys cannot be read.
    #[error("cannot read the API keys in {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is no name, hash and number.
    #[error("line {line} of {} is not: name, SHA-256, requests per minute", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
    /// An origin that no browser sends.
    #[error("cors_origins: {origin} is no origin")]
    Origin {
        /// As the settings have it.
        origin: String,
    },
}

/// Keys, limits and origins.
#[derive(Debug)]
pub struct Access {
    /// By hash; `None`: nobody needs one.
    keys: Option<HashMap<[u8; 32], Key>>,
    limiter: Option<DefaultKeyedRateLimiter<IpAddr>>,
    origins: Vec<HeaderValue>,
}

#[derive(Debug)]
struct Key {
    limiter: Option<governor::DefaultDirectRateLimiter>,
}

impl Access {
    /// As the settings say; reads the file of keys.
    ///
    /// # Errors
    /// [`AccessError`].
    pub fn new(settings: &AccessSettings) -> Result<Self, AccessError> {
        let default = NonZeroU32::new(settings.requests_per_minute);
        let keys = match settings.api_keys.as_os_str().is_empty() {
            true => None,
            false => Some(read_keys(&settings.api_keys, default)?),
        };
        let origin = |origin: &String| {
            let is_origin = origin.starts_with("http") && !origin.ends_with('/');
            let value = HeaderValue::from_str(origin).ok().filter(|_| is_origin);
            value.ok_or_else(|| AccessError::Origin {
                origin: origin.clone(),
            })
        };
        Ok(Self {
            keys,
            limiter: default.map(|limit| RateLimiter::keyed(Quota::per_minute(limit))),
            origins: settings
                .cors_origins
                .iter()
                .map(origin)
                .collect::<Result<_, _>>()?,
        })
    }

    /// Lets pages of the settings' origins read answers; `None` without any, so that no header is sent.
    pub fn cors(&self) -> Option<CorsLayer> {
        if self.origins.is_empty() {
            return None;
        }
        let cors = CorsLayer::new()
            .allow_origin(self.origins.clone())
            .allow_methods([Method::GET, Method::POST])
            .allow_headers([AUTHORIZATION, CONTENT_TYPE])
            .expose_headers([RETRY_AFTER, REQUEST_ID_HEADER]);
        Some(cors)
    }

    fn allow(&self, request: &Request) -> Result<(), AppError> {
        let refused = |wait: std::time::Duration| AppError::TooManyRequests {
            retry_after_s: (wait.as_secs() as u32).saturating_add(1),
        };
        let now = DefaultClock::default().now();
        if let Some(keys) = &self.keys {
            let key = presented(request).and_then(|key| keys.get(&key));
            let limiter = &key.ok_or(AppError::Unauthorized)?.limiter;
            return match limiter {
                Some(limiter) => limiter
                    .check()
                    .map_err(|not| refused(not.wait_time_from(now))),
                None => Ok(()),
            };
        }
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let (Some(limiter), Some(ConnectInfo(peer))) = (&self.limiter, peer) else {
            return Ok(());
        };
        if limiter.len() > MAX_REMEMBERED {
            limiter.retain_recent();
        }
        limiter
            .check_key(&peer.ip())
            .map_err(|not| refused(not.wait_time_from(now)))
    }
}

/// Refuses clips of clients that may not send any, or not so many.
pub async fn check(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if request.method() == Method::POST
        && let Err(error) = state.access.allow(&request)
    {
        let request_id = RequestId::of(request.extensions()).0;
        return RestError { error, request_id }.into_response();
    }
    next.run(request).await
}

/// Hash of the key in the request's headers.
fn presented(request: &Request) -> Option<[u8; 32]> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    let is_bearer = scheme.eq_ignore_ascii_case("bearer");
    is_bearer.then(|| Sha256::digest(key.trim()).into())
}

fn read_keys(
    path: &Path,
    default: Option<NonZeroU32>,
) -> Result<HashMap<[u8; 32], Key>, AccessError> {
    let text = fs::read_to_string(path).map_err(|source| AccessError::Read {
        path: path.to_owned(),
        source,
    })?;
    let lines = text.lines().enumerate().filter(|(_, line)| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#')
    });
    lines
        .map(|(line_idx, line)| {
            key(line, default).ok_or_else(|| AccessError::Line {
                path: path.to_owned(),
                line: line_idx + 1,
            })
        })
        .collect()
}

fn key(line: &str, default: Option<NonZeroU32>) -> Option<([u8; 32], Key)> {
    let mut fields = line.split_whitespace();
    let (_name, hash, limit) = (fields.next()?, fields.next()?, fields.next());
    let limit = match limit {
        Some(limit) => NonZeroU32::new(limit.parse().ok()?),
        None => default,
    };
    let mut bytes = [0; 32];
    if hash.len() != 64 || fields.next().is_some() {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(hash.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    let limiter = limit.map(|limit| RateLimiter::direct(Quota::per_minute(limit)));
    Some((bytes, Key { limiter }))
}
