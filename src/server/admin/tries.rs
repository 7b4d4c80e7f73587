//! How often somebody may try to sign in.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    num::NonZeroU32,
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::request::Parts,
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::Admin;
use crate::server::access::subscriber;

/// Tries of one address per minute.
pub const TRIES_PER_MINUTE: NonZeroU32 = NonZeroU32::new(20).expect("not 0");

/// Addresses that are remembered before those that have been quiet are forgotten.
const MAX_REMEMBERED: usize = 10_000;

/// Counts tries by address.
#[derive(Debug)]
pub struct Tries(DefaultKeyedRateLimiter<IpAddr>);

impl Tries {
    /// None yet.
    pub fn new() -> Self {
        Self(RateLimiter::keyed(Quota::per_minute(TRIES_PER_MINUTE)))
    }

    fn count(&self, address: IpAddr) -> bool {
        if self.0.len() > MAX_REMEMBERED {
            self.0.retain_recent();
        }
        self.0.check_key(&address).is_ok()
    }
}

/// Whether this request may try to sign in; it is counted.
#[derive(Debug)]
pub struct Trying(pub bool);

impl FromRequestParts<Arc<Admin>> for Trying {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, admin: &Arc<Admin>) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        // Only tests send requests without a connection.
        let address = peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(peer)| {
            subscriber(peer.ip())
        });
        Ok(Self(admin.tries.count(address)))
    }
}
