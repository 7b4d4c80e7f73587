//! Brings a message to the operator's address, or a tenant's.
//!
//! Source  the Standard Webhooks specification: headers `webhook-id`, `webhook-timestamp`, `webhook-signature`
//! Never   to an address of a private network unless the operator allows it, however its name is resolved; no redirect
//!         is followed, no proxy used, nothing of an answer but its status and `Retry-After` is read

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::{Duration, SystemTime},
};

use standardwebhooks::{
    HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook as Signature,
};
use ureq::{
    Agent,
    config::Config,
    http::{StatusCode, Uri, header::RETRY_AFTER},
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

use url::Url;

use super::message::{Message, since_1970_ms};

/// How long an attempt may take, from the name to the answer's head.
const TIMEOUT: Duration = Duration::from_secs(15);

/// As the specification asks for: 192 to 512 bits.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// What does not fit.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The address; it is not repeated, as it may hold a secret.
    #[error(
        "webhook_url is no address such as https://example.org/alerts, without a name and a password"
    )]
    Url,
    /// Who could read it.
    #[error("webhook_url is not encrypted: http:// needs webhook_to_private_addresses = true")]
    Unencrypted,
    /// The secret; it is not repeated.
    #[error("webhook_secret is not whsec_ and 24 to 64 bytes in base64")]
    Secret,
}

/// Where messages are sent, and how they are signed.
pub struct Webhook {
    url: Uri,
    signature: Signature,
    agent: Agent,
}

/// What came of an attempt.
#[derive(Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Who is told has it.
    Taken,
    /// Nobody wants it there (410).
    Refused {
        /// What the answer was.
        why: String,
    },
    /// It is tried again.
    Failed {
        /// What happened.
        why: String,
        /// What `Retry-After` asks for.
        retry_after: Option<Duration>,
    },
}

impl Webhook {
    /// To an address, signed with a secret; `to_private_addresses` where it may lie in a private network, unencrypted.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub fn new(url: &str, secret: &str, to_private_addresses: bool) -> Result<Self, WebhookError> {
        Ok(Self {
            url: address(url, to_private_addresses)?,
            signature: signature(secret)?,
            agent: agent(to_private_addresses),
        })
    }

    /// Makes one attempt.
    pub fn send(&self, message: &Message) -> Delivery {
        let timestamp_s = (since_1970_ms(SystemTime::now()) / 1000).cast_signed();
        let body = message.body.as_bytes();
        let signed = self.signature.sign(&message.id, timestamp_s, body);
        let failed = |why: String| Delivery::Failed {
            why,
            retry_after: None,
        };
        let signature = match signed {
            Ok(signature) => signature,
            Err(error) => return failed(error.to_string()),
        };
        let request = self
            .agent
            .post(&self.url)
            .header("content-type", "application/json")
            .header(HEADER_WEBHOOK_ID, &message.id)
            .header(HEADER_WEBHOOK_TIMESTAMP, timestamp_s.to_string())
            .header(HEADER_WEBHOOK_SIGNATURE, signature);
        match request.send(body) {
            Ok(answer) if answer.status().is_success() => Delivery::Taken,
            Ok(answer) if answer.status() == StatusCode::GONE => Delivery::Refused {
                why: answer.status().to_string(),
            },
            Ok(answer) => {
                let value = answer.headers().get(RETRY_AFTER);
                let value = value.and_then(|value| value.to_str().ok());
                Delivery::Failed {
                    why: answer.status().to_string(),
                    retry_after: value.and_then(|value| retry_after(value, SystemTime::now())),
                }
            }
            Err(error) => failed(error.to_string()),
        }
    }
}

/// An address that messages may go to; one with a name or a password in it is none.
///
/// # Errors
/// [`WebhookError`].
pub fn address(url: &str, to_private_addresses: bool) -> Result<Uri, WebhookError> {
    // What ureq takes for an address is less strict, of a port for example.
    let strict = Url::parse(url).map_err(|_| WebhookError::Url)?;
    let has_user = !strict.username().is_empty() || strict.password().is_some();
    if !strict.has_host() || strict.port() == Some(0) || has_user {
        return Err(WebhookError::Url);
    }
    match strict.scheme() {
        "https" => {}
        "http" if to_private_addresses => {}
        "http" => return Err(WebhookError::Unencrypted),
        _ => return Err(WebhookError::Url),
    }
    url.parse().map_err(|_| WebhookError::Url)
}

/// How long to wait, as seconds or a date (RFC 9110, 10.2.3).
fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    date.duration_since(now).ok()
}

fn signature(secret: &str) -> Result<Signature, WebhookError> {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let encoded = secret.strip_prefix("whsec_").ok_or(WebhookError::Secret)?;
    let secret = BASE64_STANDARD.decode(encoded);
    let secret = secret
        .ok()
        .filter(|secret| SECRET_BYTES.contains(&secret.len()));
    let signature = Signature::from_bytes(secret.ok_or(WebhookError::Secret)?);
    signature.map_err(|_| WebhookError::Secret)
}

fn agent(to_private_addresses: bool) -> Agent {
    let config = Config::builder()
        .timeout_global(Some(TIMEOUT))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .proxy(None)
        .user_agent(concat!("banglaser/", env!("CARGO_PKG_VERSION")))
        .build();
    match to_private_addresses {
        true => Agent::new_with_config(config),
        false => Agent::with_parts(config, DefaultConnector::new(), PublicOnly::default()),
    }
}

/// Finds addresses, but for those of private networks.
#[derive(Debug, Default)]
struct PublicOnly(DefaultResolver);

impl Resolver for PublicOnly {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.0.resolve(uri, config, timeout)?;
        let mut public = self.empty();
        let is_public = |address: &&SocketAddr| is_public(address.ip());
        found
            .iter()
            .filter(is_public)
            .for_each(|address| public.push(*address));
        match public.is_empty() {
            true => Err(ureq::Error::BadUri(
                "its address is private: see webhook_to_private_addresses".to_owned(),
            )),
            false => Ok(public),
        }
    }
}

/// Whether an address is one of the internet at large: none of those that IANA's registries of special-purpose
/// addresses keep for something else.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => v6
            .to_ipv4_mapped()
            .map_or_else(|| is_public_v6(v6), is_public_v4),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = match a {
        0 | 10 | 127 | 224..=255 => true,
        100 => b & 0xc0 == 64,
        169 => b == 254,
        172 => b & 0xf0 == 16,
        192 => b == 168 || (b == 0 && (c == 0 || c == 2)) || (b == 88 && c == 99),
        198 => b & 0xfe == 18 || (b == 51 && c == 100),
        203 => b == 0 && c == 113,
        _ => false,
    };
    !is_special
}

/// Global unicast (2000::/3), less Teredo and ORCHID (2001::/23), documentation and 6to4, which may hold any IPv4.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let is_special = match first {
        0x2001 => second < 0x200 || second == 0xdb8,
        0x2002 => true,
        0x3fff => second < 0x1000,
        _ => first & 0xe000 != 0x2000,
    };
    !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_known() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "ff02::1",
        ] {
            assert!(
                !is_public(private.parse().expect("an address")),
                "{private}"
            );
        }
        for public in [
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "192.0.1.1",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert!(is_public(public.parse().expect("an address")), "{public}");
        }
    }

    #[test]
    fn a_name_does_not_lead_into_a_private_network() {
        for url in [
            "http://localhost:9/",
            "http://127.0.0.1:9/",
            "http://[::1]:9/",
            "http://[::ffff:7f00:1]:9/",
        ] {
            let sent = agent(false).post(url).send("");
            let error = sent.expect_err("nobody is asked").to_string();
            assert!(error.contains("private"), "{url}: {error}");
        }
    }

    #[test]
    fn waiting_is_asked_for_in_seconds_or_until_a_date() {
        let now = httpdate::parse_http_date("Sun, 29 Nov 2026 17:00:00 GMT").expect("a date");
        for (value, expected_s) in [
            ("120", Some(120)),
            ("Sun, 29 Nov 2026 18:00:00 GMT", Some(3600)),
            ("Sun, 29 Nov 2026 16:00:00 GMT", None),
            ("99999999999999999999", Some(u64::MAX)),
            ("-1", None),
            ("soon", None),
            ("", None),
        ] {
            let found = retry_after(value, now).map(|wait| wait.as_secs());
            assert_eq!(found, expected_s, "{value}");
        }
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let good = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let refused = |url, secret, private| Webhook::new(url, secret, private).err();
        assert!(refused("https://example.org/a", good, false).is_none());
        assert!(refused("http://10.0.0.1/a", good, true).is_none());
        let plain = refused("http://example.org/a", good, false);
        assert!(matches!(plain, Some(WebhookError::Unencrypted)));
        for url in [
            "example.org",
            "ftp://example.org",
            "https://",
            "/a",
            "https://example.org:99999/",
            "https://example.org:0/",
            "https://me:secret@example.org/",
        ] {
            let refused = refused(url, good, false);
            assert!(
                matches!(refused, Some(WebhookError::Url)),
                "{url}: {refused:?}"
            );
        }
        for secret in ["", "secret", "whsec_", "whsec_c2hvcnQ=", "whsec_%%%"] {
            let refused = refused("https://example.org", secret, false);
            assert!(matches!(refused, Some(WebhookError::Secret)), "{secret}");
        }
    }
}
