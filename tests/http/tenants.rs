//! Customers: their keys beside those of the file, their limits by every way in, what they used, what they prefer.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::{
    body::Body,
    http::{Request, StatusCode, header::ORIGIN},
};
use banglaser::server::{router, settings::Settings, state::AppState};
use tenants::{Day, DayUsage, Ledger, Limits, Meter, Outcome, Preferences};

use crate::{
    access::{hash, key_file, raw, ways, with_credentials},
    checkpoints,
    clips::syllables_wav,
    trial::{form_of, get, post_form, send, state},
};

const BY: &str = "rima";

/// A server with a database of its own.
struct Trial {
    state: AppState,
    ledger: Ledger,
    tenants: Arc<Meter>,
}

impl Trial {
    async fn new(test: &str, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let file = folder.join(format!("tenants-{test}.db"));
        for suffix in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{suffix}", file.display()));
        }
        let url = format!("sqlite:{}", file.display());
        let mut meter = None;
        let state = state(|settings| {
            settings.tenants.database_url = url.clone();
            settings.alerts.outbox = folder.join(format!("tenants-{test}-outbox"));
            let max_wait = settings.server.queue_timeout();
            meter = Some(settings.tenants.meter(Duration::from_secs(600), max_wait));
            change(settings);
        });
        let ledger = Ledger::open_or_create(&url).await.expect("it opens");
        let meter = meter.expect("settings");
        let opened = state.access.open_tenants(&url, meter).await;
        opened.expect("it opens");
        let tenants = Arc::clone(state.access.tenants().expect("they were opened"));
        Self {
            state,
            ledger,
            tenants,
        }
    }

    /// A new tenant with these limits; its key.
    async fn tenant(&self, name: &str, limits: Limits) -> String {
        let made = self.ledger.create_tenant(BY, name, limits, 0).await;
        made.expect("a new tenant");
        let key = self.ledger.create_key(BY, name, None).await;
        self.tenants.look().await.expect("it is there");
        key.expect("a new key").secret
    }

    async fn status(&self, request: Request<Body>) -> u16 {
        send(router(self.state.clone()), request)
            .await
            .status
            .as_u16()
    }

    async fn used(&self, tenant: &str) -> Vec<DayUsage> {
        self.tenants.finish().await.expect("it is there");
        let today = Day::of(self.ledger.now_ms().await.expect("it is there"));
        let usage = self
            .ledger
            .usage(Some(tenant), today.before(1), today)
            .await;
        usage.expect("it is there")
    }
}

fn bearer(request: Request<Body>, key: &str) -> Request<Body> {
    with_credentials(request, &format!("Bearer {key}"))
}

#[tokio::test]
async fn a_tenants_key_works_wherever_one_of_the_file_does() {
    let keys: PathBuf = key_file("tenants-keys", &format!("rima {}\n", hash("of-file")));
    let trial = Trial::new("keys", |settings| {
        settings.access.api_keys = keys;
        settings.access.page_needs_key = true;
    })
    .await;
    let key = trial.tenant("radio", Limits::default()).await;
    let unauthorized = StatusCode::UNAUTHORIZED.as_u16();
    let requests = || {
        ways()
            .into_iter()
            .chain([get("/"), get("/bn/about"), get("/api/v1/live")])
    };
    for request in requests() {
        let path = request.uri().clone();
        assert_eq!(trial.status(request).await, unauthorized, "{path}");
    }
    for (key, is_known) in [
        (key.as_str(), true),
        ("of-file", true),
        ("nobody's", false),
        (&key[..17], false),
    ] {
        for request in requests() {
            let path = request.uri().clone();
            let status = trial.status(bearer(request, key)).await;
            assert_eq!(status != unauthorized, is_known, "{path} {status}");
        }
    }
    trial
        .ledger
        .revoke_key(BY, &key[..17])
        .await
        .expect("revoked");
    trial.tenants.look().await.expect("it is there");
    assert_eq!(
        trial.status(bearer(raw(Vec::new()), &key)).await,
        unauthorized
    );
    assert_ne!(
        trial.status(bearer(raw(Vec::new()), "of-file")).await,
        unauthorized
    );
}

#[tokio::test]
async fn what_was_heard_is_counted_by_every_way_to_the_millisecond() {
    let trial = Trial::new("usage", |_| {}).await;
    let key = trial.tenant("radio", Limits::default()).await;
    let clip = syllables_wav(2.0);
    let files = [
        ("a", "a", &clip[..]),
        ("b", "b", b"text"),
        ("c", "c", &clip[..]),
    ];
    for request in [
        raw(clip.clone()),
        raw(b"text".to_vec()),
        post_form("/api/v1/batches", form_of(&files).into()),
    ] {
        assert_ne!(trial.status(bearer(request, &key)).await, 401);
    }
    let usage = trial.used("radio").await;
    let of = |outcome| {
        let rows = usage.iter().filter(move |row| row.outcome == outcome);
        rows.fold((0, 0), |(n, ms), row| (n + row.n_clips, ms + row.audio_ms))
    };
    assert_eq!(of(Outcome::Answered), (3, 6000), "{usage:?}");
    assert_eq!(of(Outcome::Failed), (2, 0), "{usage:?}");
}

#[tokio::test]
async fn a_tenant_stays_within_its_limits() {
    let trial = Trial::new("limits", |_| {}).await;
    let often = Limits {
        clips_per_minute: 2,
        ..Limits::default()
    };
    let often = trial.tenant("often", often).await;
    let mut codes = Vec::new();
    // A minute may end meanwhile, two do not.
    for _ in 0..5 {
        let answer = send(
            router(trial.state.clone()),
            bearer(raw(b"text".to_vec()), &often),
        )
        .await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            let wait_s: u32 = answer.header("retry-after").parse().expect("seconds");
            assert!((1..=60).contains(&wait_s));
        }
        codes.push(answer.code());
    }
    assert_eq!(codes[0], "unsupported_audio");
    assert!(codes.contains(&"too_many_requests".to_owned()), "{codes:?}");

    let long = Limits {
        audio_s_per_month: 3,
        ..Limits::default()
    };
    let long = trial.tenant("long", long).await;
    let clip = syllables_wav(2.0);
    for expected in [200, 200, 429] {
        let answer = send(
            router(trial.state.clone()),
            bearer(raw(clip.clone()), &long),
        )
        .await;
        assert_eq!(answer.status.as_u16(), expected);
        if expected == 429 {
            assert_eq!(answer.code(), "month_spent");
            let wait_s: u32 = answer.header("retry-after").parse().expect("seconds");
            assert!(wait_s <= 31 * 24 * 3600 + 1);
            let json = answer.json();
            for message in ["message_bn", "message_en"] {
                assert!(json[message].as_str().is_some_and(|text| text.len() > 20));
            }
        }
    }
    let refused = trial.used("long").await;
    let refused = refused.iter().find(|row| row.outcome == Outcome::Refused);
    assert_eq!(refused.map(|row| row.n_clips), Some(1));
}

#[tokio::test]
async fn a_tenants_clips_are_heard_as_it_prefers() {
    let further = Path::new(env!("CARGO_TARGET_TMPDIR")).join("models/tenants");
    let labels = vocabulary::LabelSet::new(vocabulary::Emotion::ALL.into()).expect("none twice");
    checkpoints::write_random(&further, labels);
    let trial = Trial::new("prefers", |settings| {
        settings.recognizer.further_checkpoints = vec![further];
    })
    .await;
    let key = trial.tenant("radio", Limits::default()).await;
    let plain = trial.tenant("plain", Limits::default()).await;
    let rules = vocabulary::Emotion::ALL.map(|emotion| format!("{emotion} >= low"));
    let preferences = Preferences {
        model: "random".to_owned(),
        rules: rules.to_vec(),
        cors_origins: vec!["https://radio.example".to_owned()],
        ..Preferences::default()
    };
    let set = trial
        .ledger
        .set_preferences(BY, "radio", &preferences)
        .await;
    set.expect("preferred");
    trial.tenants.look().await.expect("it is there");

    let clip = syllables_wav(2.0);
    let from = |key: &str, origin: &'static str| {
        let mut request = bearer(raw(clip.clone()), key);
        request
            .headers_mut()
            .insert(ORIGIN, origin.parse().expect("a header"));
        request
    };
    let ask = async |request| send(router(trial.state.clone()), request).await;
    let answer = ask(from(&key, "https://radio.example")).await;
    assert_eq!(
        answer.header("access-control-allow-origin"),
        "https://radio.example"
    );
    let json = answer.json();
    assert_eq!(json["model"], "random");
    assert!(
        json["alerts"]
            .as_array()
            .is_some_and(|alerts| !alerts.is_empty()),
        "{json}"
    );
    let other = ask(from(&plain, "https://other.example")).await;
    assert!(other.headers.get("access-control-allow-origin").is_none());
    assert_ne!(other.json()["model"], "random");
    assert!(other.json()["alerts"].as_array().is_none_or(Vec::is_empty));
}

#[tokio::test]
async fn answers_go_on_without_the_database_and_the_probes_say_so() {
    let trial = Trial::new("away", |_| {}).await;
    let limits = Limits {
        clips_per_minute: 60,
        parallel: 2,
        audio_s_per_month: 600,
    };
    let key = trial.tenant("radio", limits).await;
    let ask = async |path: &str| send(router(trial.state.clone()), get(path)).await;
    assert_eq!(ask("/readyz").await.text(), "ready\n");
    trial.tenants.ledger().close().await;
    assert!(trial.tenants.look().await.is_err());
    assert_eq!(
        trial.status(bearer(raw(syllables_wav(2.0)), &key)).await,
        200
    );
    let ready = ask("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
    assert!(
        ready.text().contains("without the database"),
        "{}",
        ready.text()
    );
    let metrics = ask("/metrics").await;
    assert!(
        metrics
            .text()
            .contains("banglaser_tenant_clips_waiting 1\n")
    );
    assert!(metrics.text().contains("banglaser_tenant_keys 1\n"));
}
