//! Who speaks through a proxy.
//!
//! Input   the address of the connection, and `X-Forwarded-For`, to which each proxy adds the address that asked it
//! Output  [`ConnectInfo`] with the client's address: the last one that is no proxy of ours. What stands before it, the
//!         client may have made up

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName},
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Takes requests that come through one of these `proxies` for those of its client.
pub async fn resolve(
    State(proxies): State<Arc<[IpNet]>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    if let Some(&ConnectInfo(peer)) = peer {
        let client = client(&proxies, peer.ip(), request.headers());
        let client = ConnectInfo(SocketAddr::new(client, peer.port()));
        request.extensions_mut().insert(client);
    }
    next.run(request).await
}

fn client(proxies: &[IpNet], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let mut client = peer.to_canonical();
    let lists = headers.get_all(X_FORWARDED_FOR).iter().rev();
    let hops = lists.flat_map(|list| list.to_str().unwrap_or("?").rsplit(','));
    // RFC 9110, section 5.6.1.2: nothing between commas is nothing.
    let mut hops = hops.map(str::trim).filter(|hop| !hop.is_empty());
    while proxies.iter().any(|proxy| proxy.contains(&client)) {
        match hops.next().and_then(address) {
            Some(hop) => client = hop,
            None => break,
        }
    }
    client
}

/// Some proxies add the port.
fn address(hop: &str) -> Option<IpAddr> {
    let with_port = || hop.parse().map(|hop: SocketAddr| hop.ip());
    let address = hop.parse::<IpAddr>().or_else(|_| with_port());
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXIES: [&str; 2] = ["10.0.0.0/8", "fd00::/8"];

    fn client_of(peer: &str, lists: &[&str]) -> String {
        let proxies = PROXIES.map(|proxy| proxy.parse().expect("a network"));
        let values = lists.iter().map(|list| list.parse().expect("a header"));
        let headers = values.map(|value| (X_FORWARDED_FOR, value)).collect();
        client(&proxies, peer.parse().expect("an address"), &headers).to_string()
    }

    #[test]
    fn the_last_address_that_is_no_proxy_asks() {
        for (peer, lists, expected) in [
            ("198.51.100.1", &["203.0.113.7"][..], "198.51.100.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.7"], "203.0.113.7"),
            ("::ffff:10.0.0.1", &["203.0.113.7:5000"], "203.0.113.7"),
            ("fd00::1", &["[2001:db8::7]:5000"], "2001:db8::7"),
            (
                "10.0.0.1",
                &["9.9.9.9, 203.0.113.7,10.0.0.2"],
                "203.0.113.7",
            ),
            (
                "10.0.0.1",
                &["9.9.9.9", "203.0.113.7", "10.0.0.2"],
                "203.0.113.7",
            ),
            // Who made up a list is where it ends.
            ("10.0.0.1", &["9.9.9.9, nonsense, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["203.0.113.7, ,"], "203.0.113.7"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ] {
            assert_eq!(client_of(peer, lists), expected, "{peer} {lists:?}");
        }
    }
}
