//! An alert as it is sent.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tower_http::request_id::{MakeRequestId, MakeRequestUuid};

use super::About;
use crate::server::moments::Alert;

/// How long after each attempt that failed the next one is made, as the Standard Webhooks specification proposes it:
/// three days altogether.
const BACKOFF: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(5 * 3600),
    Duration::from_secs(10 * 3600),
    Duration::from_secs(14 * 3600),
    Duration::from_secs(20 * 3600),
    Duration::from_secs(24 * 3600),
];

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The same in every attempt, so that who gets it twice can tell; a file name.
    pub id: String,
    /// JSON, sent as it stands.
    pub body: String,
    /// Whose address it goes to; the operator's where nobody is named.
    #[serde(default)]
    pub tenant: Option<String>,
    /// Attempts that failed.
    pub n_failed: usize,
    /// When it is tried next, milliseconds since 1970.
    pub next_at_ms: u64,
}

/// What is sent, as docs/alerts.md shows it.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    request_id: &'a str,
    file: Option<&'a str>,
    model: &'a str,
    #[serde(flatten)]
    alert: &'a Alert,
}

impl Message {
    /// Tells of an alert; it is to be sent at once.
    pub fn new(alert: &Alert, about: &About<'_>, tenant: Option<&str>) -> Self {
        let now = SystemTime::now();
        let at_ms = since_1970_ms(now);
        let body = Body {
            kind: "alert",
            // The clock of a machine is in the years that RFC 3339 writes.
            timestamp: OffsetDateTime::from(now)
                .format(&Rfc3339)
                .unwrap_or_default(),
            data: Data {
                request_id: about.request_id,
                file: about.file_name,
                model: about.model,
                alert,
            },
        };
        Self {
            id: format!("msg_{at_ms}_{}", random()),
            body: serde_json::to_string(&body).expect("messages have names for keys"),
            tenant: tenant.map(str::to_owned),
            n_failed: 0,
            next_at_ms: at_ms,
        }
    }

    /// The message after an attempt that failed at `now_ms`; who was told to wait waits. `None` after the last one.
    pub fn later(self, now_ms: u64, retry_after: Option<Duration>) -> Option<Self> {
        let backoff = BACKOFF.get(self.n_failed)?;
        let wait = retry_after.unwrap_or_default().clamp(*backoff, BACKOFF[8]);
        Some(Self {
            n_failed: self.n_failed + 1,
            next_at_ms: now_ms + wait.as_millis() as u64,
            ..self
        })
    }
}

/// Milliseconds since 1970.
pub fn since_1970_ms(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis() as u64
}

/// 122 bits that nobody else has.
fn random() -> String {
    let id = MakeRequestUuid.make_request_id(&axum::http::Request::new(()));
    let id = id.and_then(|id| id.into_header_value().to_str().map(str::to_owned).ok());
    id.unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn message() -> Message {
        let alert = Alert {
            rule: "angry >= high for 10 s".to_owned(),
            emotion: "angry",
            start_s: 1.5,
            end_s: 12.0,
            speaker: Some("B".to_owned()),
            channel: None,
            confidence: 0.75,
        };
        let about = About {
            request_id: "r1",
            file_name: Some("কল.wav"),
            model: "m",
            tenant: None,
        };
        Message::new(&alert, &about, None)
    }

    #[test]
    fn a_message_says_what_held_where() {
        let message = message();
        let body: serde_json::Value = serde_json::from_str(&message.body).expect("JSON");
        assert_eq!(body["type"], "alert");
        assert!(
            body["timestamp"]
                .as_str()
                .is_some_and(|at| at.ends_with('Z'))
        );
        let data = serde_json::json!({
            "request_id": "r1", "file": "কল.wav", "model": "m", "rule": "angry >= high for 10 s", "emotion": "angry",
            "start_s": 1.5, "end_s": 12.0, "speaker": "B", "channel": null, "confidence": 0.75,
        });
        assert_eq!(body["data"], data);
        assert_ne!(message.id, self::message().id);
    }

    #[test]
    fn attempts_become_rarer_and_end() {
        let mut waits_s = Vec::new();
        let mut message = Some(message());
        while let Some(next) = message.take().and_then(|one| one.later(1000, None)) {
            waits_s.push((next.next_at_ms - 1000) / 1000);
            message = Some(next);
        }
        assert_eq!(waits_s.len(), BACKOFF.len());
        assert!(waits_s.is_sorted() && waits_s[0] == 5, "{waits_s:?}");
        let days = waits_s.iter().sum::<u64>() as f64 / 86_400.0;
        assert!((3.0..4.0).contains(&days), "{days}");
    }

    #[test]
    fn who_is_told_to_wait_waits() {
        let after_s = |retry_after_s| {
            let told = Some(Duration::from_secs(retry_after_s));
            message().later(0, told).map(|next| next.next_at_ms / 1000)
        };
        let day_s = 24 * 3600;
        assert_eq!(after_s(60), Some(60));
        assert_eq!(after_s(1), Some(5), "not sooner than usual");
        assert_eq!(after_s(u64::MAX / 2), Some(day_s));
    }
}
