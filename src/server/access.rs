//! Who may send clips, and how many.
//!
//! Where there is a file of keys, the REST interface only takes clips with one of them: `Authorization: Bearer KEY`;
//! where the settings say so, the page too. So it is where there are tenants: their keys and those of the file are
//! taken alike. A client is a key, a tenant or, where no key is needed, an address. Its clips count, not its requests:
//! those of a batch one by one, those of the page like any other.

use std::{
    hash::{BuildHasher, RandomState},
    net::{IpAddr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
    path::PathBuf,
    sync::{Arc, OnceLock, PoisonError, RwLock},
    time::Duration,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{
        HeaderMap, HeaderValue, Method,
        header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use governor::{
    DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use sha2::{Digest, Sha256};
use tenants::{Account, Ledger, LedgerError, Meter, MeterSettings, Refused};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::{
    api_keys::{ApiKey, ApiKeys, KeysError},
    envelope::Refusal,
    exposure, origin,
    origin::NoOrigin,
    settings::{AccessSettings, TenantSettings},
    telemetry::{REQUEST_ID_HEADER, RequestId},
};
use crate::error::AppError;

/// Clients that are remembered before those that have been quiet are forgotten.
const MAX_REMEMBERED: usize = 10_000;

/// What one subscriber of IPv6 has: 64 bits of an address.
const SUBSCRIBER_BITS: u32 = 64;

/// Why nobody can be let in.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The file of keys does not fit.
    #[error("api_keys")]
    Keys(#[from] KeysError),
    /// An origin that no browser sends.
    #[error("cors_origins")]
    Origin(#[from] NoOrigin),
    /// The page asks for keys that nobody has.
    #[error("page_needs_key is true, api_keys names no file, and there are no tenants")]
    NoKeys,
}

/// Keys, limits and origins.
#[derive(Debug)]
pub struct Access {
    /// `None`: there is no file of them.
    keys: Option<RwLock<ApiKeys>>,
    keys_file: PathBuf,
    /// Whether keys may be of tenants.
    has_tenants: bool,
    /// Their keys and limits, once the server runs.
    tenants: OnceLock<Arc<Meter>>,
    default_limit: Option<NonZeroU32>,
    page_needs_key: bool,
    limiter: Option<DefaultKeyedRateLimiter<IpAddr>>,
    /// Makes numbers of clients, which nobody outside can foresee.
    hasher: RandomState,
    origins: Vec<HeaderValue>,
}

impl Access {
    /// As the settings say; reads the file of keys.
    ///
    /// # Errors
    /// [`AccessError`].
    pub fn new(settings: &AccessSettings, tenants: &TenantSettings) -> Result<Self, AccessError> {
        let default_limit = NonZeroU32::new(settings.clips_per_minute);
        let keys_file = settings.api_keys.clone();
        let keys = match keys_file.as_os_str().is_empty() {
            true => None,
            false => Some(ApiKeys::read(&keys_file, default_limit)?),
        };
        let has_tenants = tenants.are_on();
        if keys.is_none() && !has_tenants && settings.page_needs_key {
            return Err(AccessError::NoKeys);
        }
        let origins = settings
            .cors_origins
            .iter()
            .map(|origin| origin::of(origin));
        Ok(Self {
            keys: keys.map(RwLock::new),
            keys_file,
            has_tenants,
            tenants: OnceLock::new(),
            default_limit,
            page_needs_key: settings.page_needs_key,
            hasher: RandomState::new(),
            limiter: default_limit.map(|limit| RateLimiter::keyed(Quota::per_minute(limit))),
            origins: origins.collect::<Result<_, _>>()?,
        })
    }

    /// Opens the database of tenants, where there is one: their keys are known from then on.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn open_tenants(
        &self,
        url: &str,
        settings: MeterSettings,
    ) -> Result<(), LedgerError> {
        if self.has_tenants {
            let meter = Meter::start(Ledger::open_or_create(url).await?, settings).await?;
            // Whoever opens it twice goes on with the first.
            let _ = self.tenants.set(meter);
        }
        Ok(())
    }

    /// Whether there may be tenants.
    pub const fn has_tenants(&self) -> bool {
        self.has_tenants
    }

    /// The tenants, where there are any and their database was opened.
    pub fn tenants(&self) -> Option<&Arc<Meter>> {
        self.tenants.get()
    }

    /// Reads the file of keys again; what a client has used up stays used up. Where the file does not fit, the
    /// keys stay as they were.
    ///
    /// # Errors
    /// [`KeysError`].
    pub fn read_keys_again(&self) -> Result<(), KeysError> {
        let Some(keys) = &self.keys else {
            return Ok(());
        };
        let read = ApiKeys::read(&self.keys_file, self.default_limit)?;
        let mut keys = keys.write().unwrap_or_else(PoisonError::into_inner);
        *keys = read.with_limiters_of(&keys);
        Ok(())
    }

    /// Lets pages of the settings' and tenants' origins read answers; `None` where there are none, so that no header is
    /// sent.
    pub fn cors(self: &Arc<Self>) -> Option<CorsLayer> {
        if self.origins.is_empty() && !self.has_tenants {
            return None;
        }
        let access = Arc::clone(self);
        let known = AllowOrigin::predicate(move |origin, _| access.knows_origin(Some(origin)));
        let cors = CorsLayer::new()
            .allow_origin(known)
            .allow_methods([Method::GET, Method::POST])
            .allow_headers([AUTHORIZATION, CONTENT_TYPE])
            .expose_headers([RETRY_AFTER, REQUEST_ID_HEADER]);
        Some(cors)
    }

    /// Whether pages of this origin may speak with the REST interface.
    pub fn knows_origin(&self, origin: Option<&HeaderValue>) -> bool {
        let of_tenant = |origin: &HeaderValue| {
            let origin = origin.to_str().ok();
            origin
                .zip(self.tenants())
                .is_some_and(|(origin, tenants)| tenants.knows_origin(origin))
        };
        origin.is_some_and(|origin| self.origins.contains(origin) || of_tenant(origin))
    }

    /// Who sent a request: a key, where one is needed, else an address.
    fn client(self: &Arc<Self>, request: &Request, needs_key: bool) -> Result<Client, AppError> {
        let who = match needs_key && (self.keys.is_some() || self.has_tenants) {
            true => self.holder(presented(request.headers()).ok_or(AppError::Unauthorized)?)?,
            false => {
                let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
                peer.map_or(Who::Unknown, |ConnectInfo(peer)| {
                    Who::Address(subscriber(peer.ip()))
                })
            }
        };
        let access = Arc::clone(self);
        Ok(Client { access, who })
    }

    /// Whose key has this hash: the file's, or a tenant's.
    fn holder(&self, hash: [u8; 32]) -> Result<Who, AppError> {
        let keys = self.keys.as_ref();
        let keys = keys.map(|keys| keys.read().unwrap_or_else(PoisonError::into_inner));
        if let Some(key) = keys.and_then(|keys| keys.get(&hash)) {
            return Ok(Who::Key(hash, key));
        }
        let meter = self.tenants().ok_or(AppError::Unauthorized)?;
        if meter.is_over() {
            return Err(exposure::refused(Refused::Unavailable));
        }
        let account = meter.account(&hash).ok_or(AppError::Unauthorized)?;
        Ok(Who::Tenant(hash, account))
    }

    fn count_clip_of(&self, address: IpAddr) -> Result<(), AppError> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        if limiter.len() > MAX_REMEMBERED {
            limiter.retain_recent();
        }
        limiter.check_key(&address).map_err(too_many)
    }
}

/// Who sends clips.
#[derive(Clone, Debug)]
pub struct Client {
    access: Arc<Access>,
    who: Who,
}

#[derive(Clone, Debug)]
enum Who {
    Key([u8; 32], Arc<ApiKey>),
    Tenant([u8; 32], Arc<Account>),
    Address(IpAddr),
    /// A request without a connection: only tests send such.
    Unknown,
}

impl Client {
    /// Begins a tenant's request; `None` where the client is no tenant.
    ///
    /// # Errors
    /// [`AppError::TooManyRequests`], [`AppError::Overloaded`].
    pub async fn begin(&self) -> Result<Option<tenants::Request>, AppError> {
        match (&self.who, self.access.tenants()) {
            (Who::Tenant(hash, account), Some(meter)) => {
                let begun = meter.begin(account).await.map_err(exposure::refused)?;
                Ok(Some(begun.with_key(*hash)))
            }
            _ => Ok(None),
        }
    }

    /// Counts a clip of a client that is no tenant.
    ///
    /// # Errors
    /// [`AppError::TooManyRequests`] when the client may send no more for now.
    pub fn count_clip(&self) -> Result<(), AppError> {
        match &self.who {
            Who::Key(_, key) => key
                .limiter
                .as_ref()
                .map_or(Ok(()), |limiter| limiter.check().map_err(too_many)),
            Who::Address(address) => self.access.count_clip_of(*address),
            // Its request counts.
            Who::Tenant(..) | Who::Unknown => Ok(()),
        }
    }

    /// The same number for all requests of a client.
    pub fn turn(&self) -> pipeline::Client {
        let hasher = &self.access.hasher;
        pipeline::Client(match &self.who {
            Who::Key(hash, _) => hasher.hash_one(hash),
            Who::Tenant(_, account) => hasher.hash_one(&account.tenant().name),
            Who::Address(address) => hasher.hash_one(address),
            Who::Unknown => 0,
        })
    }
}

fn too_many(until: NotUntil<<DefaultClock as Clock>::Instant>) -> AppError {
    let wait: Duration = until.wait_time_from(DefaultClock::default().now());
    AppError::TooManyRequests {
        retry_after_s: (wait.as_secs() as u32).saturating_add(1),
    }
}

/// All addresses that one subscriber may have: an IPv4 address, or the 64 bits that an IPv6 network has in common.
pub fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = address.to_bits() >> SUBSCRIBER_BITS << SUBSCRIBER_BITS;
            Ipv6Addr::from_bits(network).into()
        }
        address => address,
    }
}

/// Lets in who may send clips to the REST interface, and leaves a [`Client`] in the request's extensions.
pub async fn to_interface(
    State(access): State<Arc<Access>>,
    request: Request,
    next: Next,
) -> Response {
    let needs_key = request.method() == Method::POST;
    admit(access.client(&request, needs_key), request, next).await
}

/// Lets in who may see the page, and leaves a [`Client`] in the request's extensions. Browsers ask their users for
/// a key where one is needed: any name, and the key as the password.
pub async fn to_page(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    let client = access.client(&request, access.page_needs_key);
    let is_refused = client.is_err();
    let mut response = admit(client, request, next).await;
    if is_refused {
        let asks = HeaderValue::from_static("Basic realm=\"BanglaSER\", charset=\"UTF-8\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, asks);
    }
    response
}

/// Lets in who may send clips by any request, and leaves a [`Client`] in its extensions.
pub async fn to_live(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    admit(access.client(&request, true), request, next).await
}

async fn admit(client: Result<Client, AppError>, mut request: Request, next: Next) -> Response {
    match client {
        Ok(client) => {
            request.extensions_mut().insert(client);
            next.run(request).await
        }
        Err(error) => {
            let request_id = RequestId::of(request.extensions()).0;
            Refusal { error, request_id }.into_response()
        }
    }
}

/// Hash of the key in the request's headers: `Bearer KEY`, or `Basic` with the key as the password.
fn presented(headers: &HeaderMap) -> Option<[u8; 32]> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = value.split_once(' ')?;
    let credentials = credentials.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Sha256::digest(credentials).into());
    }
    let is_basic = scheme.eq_ignore_ascii_case("basic");
    let decoded = is_basic.then(|| BASE64_STANDARD.decode(credentials).ok())??;
    let colon = decoded.iter().position(|&byte| byte == b':')?;
    Some(Sha256::digest(&decoded[colon + 1..]).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscriber_is_one_client_whatever_its_address_is() {
        let of = |address: &str| subscriber(address.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.2"));
    }
}
