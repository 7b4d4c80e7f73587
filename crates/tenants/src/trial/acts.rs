//! Acts of an administrator: what they change, and that they stay told.

use std::{sync::Arc, thread};

use super::{BY, NOON_MS, Trial};
use crate::{
    calendar::Day,
    error::LedgerError,
    keys,
    ledger::Ledger,
    tenant::{Limits, Preferences},
};

#[tokio::test]
async fn what_was_done_is_told_in_its_order_and_cannot_be_taken_back() {
    for trial in Trial::both("told").await {
        let ledger = &trial.ledger;
        let limits = Limits {
            clips_per_minute: 60,
            parallel: 4,
            audio_s_per_month: 3600,
        };
        ledger
            .create_tenant(BY, "radio", limits, 90)
            .await
            .expect("made");
        let preferences = Preferences {
            model: "bilstm-v8".to_owned(),
            rules: vec!["angry >= high for 10 s".to_owned(), "sad >= low".to_owned()],
            webhook_url: "https://example.org/a".to_owned(),
            webhook_secret: "whsec_hidden".to_owned(),
            cors_origins: vec![
                "https://a.example".to_owned(),
                "https://b.example".to_owned(),
            ],
        };
        let set = ledger.set_preferences(BY, "radio", &preferences).await;
        set.expect("preferred");
        let key = ledger
            .create_key("arif", "radio", None)
            .await
            .expect("a key");
        ledger
            .set_disabled(BY, "radio", true)
            .await
            .expect("disabled");

        let radio = ledger.tenant("radio").await.expect("it is there");
        assert_eq!((radio.limits, radio.retention_days), (limits, 90));
        assert_eq!(radio.preferences, preferences);
        assert!(radio.disabled_at_ms.is_some());

        let told = ledger.audit(None, None, 100).await.expect("told");
        let acts: Vec<_> = told.iter().map(|entry| entry.act.as_str()).collect();
        let expected = [
            "tenant.disable",
            "key.create",
            "tenant.prefer",
            "tenant.create",
        ];
        assert_eq!(acts, expected);
        assert_eq!(told[1].actor, "arif");
        assert_eq!(told[1].detail, key.key.prefix);
        assert_eq!(
            told.iter().map(|entry| entry.number).collect::<Vec<_>>(),
            [4, 3, 2, 1]
        );
        let text = format!("{told:?}");
        assert!(!text.contains("hidden") && !text.contains(&key.secret));
        let older = ledger.audit(Some("radio"), Some(3), 1).await.expect("told");
        assert_eq!(older[0].act, "tenant.prefer");

        for change in [
            "UPDATE audit SET actor = 'x'",
            "DELETE FROM audit",
            "DELETE FROM audit WHERE number = 1",
        ] {
            let refused = trial.try_run(change).await.expect_err(change);
            assert!(refused.to_string().contains("append-only"), "{refused}");
        }
        let other = match super::is_postgres(ledger) {
            true => "TRUNCATE audit",
            false => "INSERT OR REPLACE INTO audit VALUES (1, 1, 'x', 'x', '', 'x')",
        };
        assert!(trial.try_run(other).await.is_err(), "{other}");
        assert_eq!(ledger.audit(None, None, 100).await.expect("told").len(), 4);
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_not_told() {
    for trial in Trial::both("refused").await {
        let ledger = &trial.ledger;
        let none = Limits::default();
        ledger
            .create_tenant(BY, "radio", none, 0)
            .await
            .expect("made");
        let again = ledger.create_tenant(BY, "radio", none, 0).await;
        assert!(
            matches!(again, Err(LedgerError::Exists { .. })),
            "{again:?}"
        );
        for name in ["", "Radio", "a b", "বেতার", &"a".repeat(65)] {
            let refused = ledger.create_tenant(BY, name, none, 0).await;
            assert!(matches!(refused, Err(LedgerError::Name { .. })), "{name:?}");
        }
        let nobody = ledger.create_tenant(" ", "other", none, 0).await;
        assert!(matches!(nobody, Err(LedgerError::NoActor)));
        assert!(matches!(
            ledger.create_key(BY, "other", None).await,
            Err(LedgerError::NoTenant { .. })
        ));
        assert!(matches!(
            ledger.set_limits(BY, "other", none, 0).await,
            Err(LedgerError::NoTenant { .. })
        ));
        assert!(matches!(
            ledger.revoke_key(BY, "bser_1").await,
            Err(LedgerError::NoKey { .. })
        ));
        let long = "a".repeat(301);
        for by in [&long, &format!("cli:{long}")] {
            let refused = ledger.create_tenant(by, "other", none, 0).await;
            assert!(matches!(refused, Err(LedgerError::LongActor { .. })));
            let refused = ledger.create_token(by, None).await;
            assert!(matches!(refused, Err(LedgerError::LongActor { .. })));
        }
        let told = ledger.audit(None, None, 100).await.expect("told");
        assert_eq!(told.len(), 1, "{told:?}");
        let of_nobody = ledger.audit(Some("nobody"), None, 100).await;
        assert!(matches!(of_nobody, Err(LedgerError::NoTenant { .. })));
    }
    for url in ["", "mysql://root@localhost/a", "tenants.db"] {
        let refused = Ledger::open(url).await;
        assert!(matches!(refused, Err(LedgerError::Scheme { .. })), "{url}");
    }
}

#[tokio::test]
async fn a_key_is_kept_as_its_hash_and_ends_when_it_should() {
    for trial in Trial::both("keys").await {
        let ledger = &trial.ledger;
        let made = ledger
            .create_tenant(BY, "radio", Limits::default(), 0)
            .await;
        made.expect("made");
        let first = ledger.create_key(BY, "radio", None).await.expect("a key");
        let expiring = ledger.create_key(BY, "radio", Some(NOON_MS + 60_000)).await;
        let expiring = expiring.expect("a key");
        assert!(first.secret.starts_with(&first.key.prefix) && first.secret.len() == 17 + 1 + 64);
        assert_ne!(first.secret, expiring.secret);
        assert!(!format!("{first:?}").contains(&first.secret));

        let [meter] = trial.meters_at(NOON_MS).await;
        let owner = |secret: &str| {
            let account = meter.account(&keys::hash(secret));
            account.map(|account| account.tenant().name.clone())
        };
        let radio = Some("radio".to_owned());
        assert_eq!(
            (owner(&first.secret), owner(&expiring.secret)),
            (radio.clone(), radio.clone())
        );
        assert_eq!(owner(&first.key.prefix), None);

        let rotated = ledger.rotate_key(BY, &first.key.prefix, 3600, None).await;
        let rotated = rotated.expect("a key");
        meter.look().await.expect("it is there");
        assert_eq!(
            (owner(&first.secret), owner(&rotated.secret)),
            (radio.clone(), radio.clone())
        );
        ledger
            .revoke_key(BY, &rotated.key.prefix)
            .await
            .expect("revoked");
        let again = ledger.rotate_key(BY, &rotated.key.prefix, 0, None).await;
        assert!(matches!(again, Err(LedgerError::Revoked { .. })));
        trial.set_clock(NOON_MS + 60_000).await;
        meter.look().await.expect("it is there");
        assert_eq!(owner(&rotated.secret), None, "revoked");
        assert_eq!(owner(&expiring.secret), None, "expired");
        assert_eq!(
            owner(&first.secret),
            radio,
            "the database's own clock says when it ends"
        );

        ledger
            .set_disabled(BY, "radio", true)
            .await
            .expect("disabled");
        meter.look().await.expect("it is there");
        assert_eq!(owner(&first.secret), None);
        ledger
            .set_disabled(BY, "radio", false)
            .await
            .expect("enabled");
        meter.look().await.expect("it is there");
        assert_eq!(owner(&first.secret), radio);
        assert_eq!(ledger.keys(Some("radio")).await.expect("keys").len(), 3);
    }
}

#[tokio::test]
async fn what_has_ended_is_neither_revoked_twice_nor_rotated() {
    for trial in Trial::both("ended").await {
        let ledger = &trial.ledger;
        let made = ledger
            .create_tenant(BY, "radio", Limits::default(), 0)
            .await;
        made.expect("made");
        let now_ms = ledger.now_ms().await.expect("told");
        let key = async |ends_at_ms| {
            let made = ledger.create_key(BY, "radio", ends_at_ms).await;
            made.expect("a key").key.prefix
        };
        let (revoked, rotated) = (key(None).await, key(None).await);
        let expired = key(Some(now_ms + 1000)).await;
        ledger.revoke_key(BY, &revoked).await.expect("revoked");
        let first = ledger.rotate_key(BY, &rotated, 3600, None).await;
        first.expect("a key");
        let n_told = async || ledger.audit(None, None, 100).await.expect("told").len();
        let (before, n_keys) = (n_told().await, async || {
            ledger.keys(None).await.expect("keys").len()
        });
        let n_before = n_keys().await;
        ledger.revoke_key(BY, &revoked).await.expect("it stays so");
        let later = ledger.later(2000);
        let rotate = async |prefix: &str| later.rotate_key(BY, prefix, 0, None).await.err();
        assert!(matches!(
            rotate(&revoked).await,
            Some(LedgerError::Revoked { .. })
        ));
        assert!(matches!(
            rotate(&rotated).await,
            Some(LedgerError::Rotated { .. })
        ));
        assert!(matches!(
            rotate(&expired).await,
            Some(LedgerError::Expired { .. })
        ));
        assert_eq!((n_told().await, n_keys().await), (before, n_before));
        ledger
            .revoke_key(BY, &rotated)
            .await
            .expect("it lives still");
        assert_eq!(n_told().await, before + 1);
    }
}

#[tokio::test]
async fn of_an_address_only_the_host_is_written_down() {
    for trial in Trial::both("host").await {
        let ledger = &trial.ledger;
        let made = ledger
            .create_tenant(BY, "radio", Limits::default(), 0)
            .await;
        made.expect("made");
        for (url, told) in [
            (
                "https://hooks.example:8443/T0/hidden?hidden#hidden",
                "\"hooks.example:8443\"",
            ),
            ("https://me:hidden@hooks.example/", "\"not told\""),
            ("https://me:hid/hidden@hooks.example/", "\"not told\""),
            ("", "\"\""),
        ] {
            let preferences = Preferences {
                webhook_url: url.to_owned(),
                ..Preferences::default()
            };
            let set = ledger.set_preferences(BY, "radio", &preferences).await;
            set.expect("preferred");
            let last = &ledger.audit(None, None, 1).await.expect("told")[0].detail;
            assert!(last.contains(&format!("webhook at {told}")), "{last}");
            assert!(!last.contains("hidden"), "{last}");
        }
    }
}

#[tokio::test]
async fn a_hundred_keys_are_checked_at_once_without_the_database() {
    for trial in Trial::both("hundred").await {
        let mut hashes = Vec::new();
        for n in 0..100 {
            hashes.push(trial.tenant(&format!("t{n}"), Limits::default()).await);
        }
        let meter = trial.meter().await;
        meter.ledger().close().await;
        let threads = hashes.into_iter().enumerate().map(|(n, hash)| {
            let meter = Arc::clone(&meter);
            thread::spawn(move || {
                let name = format!("t{n}");
                (0..1000).all(|_| {
                    let account = meter.account(&hash);
                    account.is_some_and(|account| account.tenant().name == name)
                        && meter.account(&[7; 32]).is_none()
                })
            })
        });
        let threads: Vec<_> = threads.collect();
        assert!(
            threads
                .into_iter()
                .all(|thread| thread.join().expect("no panic"))
        );
    }
}

#[tokio::test]
async fn usage_is_kept_as_long_as_its_tenant_says() {
    for trial in Trial::both("retention").await {
        let ledger = &trial.ledger;
        for (name, retention_days) in [("short", 1), ("long", 60), ("ever", 0)] {
            let made = ledger
                .create_tenant(BY, name, Limits::default(), retention_days)
                .await;
            made.expect("made");
            for day in ["2026-08-01", "2026-10-31", "2026-11-01", "2026-11-14"] {
                trial
                    .run(&format!(
                        "INSERT INTO usage VALUES ('{name}', '{day}', 'answered', 1, 5)"
                    ))
                    .await;
            }
        }
        let [meter] = trial.meters_at(NOON_MS).await;
        // It forgets when it starts, too.
        assert_eq!(
            meter
                .ledger()
                .forget_old_usage()
                .await
                .expect("it is there"),
            0
        );
        let day = |text: &str| text.parse::<Day>().expect("a day");
        for (name, n_days) in [("short", 2), ("long", 3), ("ever", 4)] {
            let all = ledger
                .usage(Some(name), day("2026-01-01"), day("2026-12-31"))
                .await;
            assert_eq!(all.expect("usage").len(), n_days, "{name}");
        }
        let one = ledger
            .usage(None, day("2026-10-31"), day("2026-10-31"))
            .await;
        assert_eq!(one.expect("usage").len(), 2);
    }
}
