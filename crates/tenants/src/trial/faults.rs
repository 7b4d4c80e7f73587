//! What goes wrong: a database that is gone, answers that are lost, a clock that goes back, migrations that break off.

use std::{sync::Arc, time::Duration};

use sqlx::Executor;

use super::{NOON_MS, Trial, cluster::Cluster, connected, settings};
use crate::{
    error::Refused,
    ledger::Ledger,
    meter::{Meter, MeterSettings},
    outcome::Outcome,
    schema,
    sessions::Session,
    tenant::Limits,
};

/// Clips that are taken until one is not.
async fn n_until_refused(meter: &Arc<Meter>, hash: &[u8; 32]) -> (i64, Refused) {
    let account = meter.account(hash).expect("the key is valid");
    for n in 0.. {
        let taken = async {
            let request = meter.begin(&account).await?;
            request.count_clip().await?;
            request.heard(Outcome::Answered, Duration::from_secs(1));
            Ok(())
        };
        if let Err(refused) = taken.await {
            return (n, refused);
        }
    }
    unreachable!()
}

#[tokio::test]
async fn answers_go_on_while_the_database_is_gone_and_nothing_counts_twice() {
    let Some(cluster) = Cluster::start("outage") else {
        return;
    };
    let url = cluster.new_database("outage").await;
    let trial = Trial {
        ledger: Ledger::open_or_create(&url).await.expect("it is there"),
        url,
        file: None,
        _cluster: None,
    };
    let limits = Limits {
        clips_per_minute: 21,
        parallel: 4,
        audio_s_per_month: 1000,
    };
    let hash = trial.tenant("radio", limits).await;
    let [one, two] = trial.meters_at::<2>(NOON_MS).await;
    one.look().await.expect("both are known");
    let account = one.account(&hash).expect("the key is valid");
    let request = one.begin(&account).await.expect("a place");
    request.count_clip().await.expect("within the limit");
    request.heard(Outcome::Answered, Duration::from_secs(1));
    drop(request);
    two.look().await.expect("it is there");

    cluster.stop();
    assert!(one.look().await.is_err() && two.look().await.is_err());
    assert!(one.health().away_s.is_some() && !one.health().is_over);
    for meter in [&one, &two] {
        meter.was_lost_before(Duration::from_secs(10));
    }
    let (n_one, refused) = n_until_refused(&one, &hash).await;
    assert!(matches!(refused, Refused::TooMany { .. }), "{refused}");
    let (n_two, _) = n_until_refused(&two, &hash).await;
    assert_eq!((n_one, n_two), (10, 10), "each has half of what was left");

    cluster.go_on();
    for meter in [&one, &two] {
        meter.look().await.expect("it is there again");
        assert_eq!(meter.health().away_s, None);
    }
    for meter in [&one, &two] {
        let (n, _) = n_until_refused(meter, &hash).await;
        assert_eq!(n, 0, "what was given out alone counts");
        meter.finish().await.expect("it is there");
    }
    assert_eq!(trial.used("answered").await, (21, 21_000));
}

#[tokio::test]
async fn while_others_may_have_the_database_a_process_gives_out_a_twentieth_without_it() {
    for trial in Trial::both("slow").await {
        let limits = Limits {
            clips_per_minute: 100,
            parallel: 20,
            audio_s_per_month: 200,
        };
        let hash = trial.tenant("radio", limits).await;
        let [one, two] = trial.meters_at::<2>(NOON_MS).await;
        one.look().await.expect("both are known");
        let mut other = connected(&trial.url).await;
        let lock = match super::is_postgres(&trial.ledger) {
            true => "BEGIN; LOCK TABLE processes IN ACCESS EXCLUSIVE MODE",
            false => "BEGIN IMMEDIATE",
        };
        other.execute(lock).await.expect("locked");
        // It waits for nothing but time, which passes at once.
        tokio::time::pause();
        assert!(one.look().await.is_err());
        tokio::time::resume();
        other.execute("ROLLBACK").await.expect("let go");
        let (n_one, refused) = n_until_refused(&one, &hash).await;
        assert_eq!(refused, Refused::TooMany { retry_after_s: 1 });
        assert!((1..=5).contains(&n_one), "{n_one}");
        let (n_two, _) = n_until_refused(&two, &hash).await;
        assert!((100..=105).contains(&(n_one + n_two)), "{n_one} {n_two}");
    }
}

#[tokio::test]
async fn a_database_that_stays_away_refuses_in_the_end() {
    for trial in Trial::both("away").await {
        let hash = trial.tenant("radio", Limits::default()).await;
        let short = MeterSettings {
            max_outage: Duration::ZERO,
            ..settings()
        };
        let meter = Meter::unwatched(trial.again().await, short).await;
        let meter = meter.expect("it is there");
        let account = meter.account(&hash).expect("the key is valid");
        assert!(meter.begin(&account).await.is_ok());
        meter.ledger().close().await;
        assert!(meter.look().await.is_err());
        assert!(meter.health().is_over);
        let refused = meter.begin(&account).await.expect_err("it is gone");
        assert_eq!(refused, Refused::Unavailable);
    }
}

#[tokio::test]
async fn a_database_that_somebody_holds_may_do_it_later() {
    for trial in Trial::both("held").await {
        let ledger = &trial.ledger;
        trial.tenant("radio", Limits::default()).await;
        let session = Session {
            who: "rima".to_owned(),
            tenant: None,
            is_by_provider: false,
        };
        let secret = ledger.begin_session(&session).await.expect("begun");
        let mut other = connected(&trial.url).await;
        let hold = match super::is_postgres(ledger) {
            true => "BEGIN; UPDATE version SET number = number",
            false => "BEGIN IMMEDIATE",
        };
        other.execute(hold).await.expect("held");
        let (act, ending) = tokio::join!(
            ledger.create_key(super::BY, "radio", None),
            ledger.end_session(&secret)
        );
        for error in [act.err(), ending.err()] {
            let error = error.expect("somebody holds it");
            assert!(error.is_away(), "{error:?}");
        }
        other.execute("ROLLBACK").await.expect("let go");
        let found = ledger.session(&secret).await.expect("an answer");
        assert_eq!(found, Some(session), "it goes on");
        ledger.end_session(&secret).await.expect("ended");
        assert_eq!(ledger.session(&secret).await.expect("an answer"), None);
    }
}

#[tokio::test]
async fn usage_whose_answer_was_lost_is_added_once() {
    for trial in Trial::both("lost").await {
        let hash = trial.tenant("radio", Limits::default()).await;
        let meter = trial.meter().await;
        let account = meter.account(&hash).expect("the key is valid");
        let request = meter.begin(&account).await.expect("a place");
        for n in 1..=3 {
            request.heard(Outcome::Answered, Duration::from_millis(1234));
            // Added, and nobody heard that it was.
            meter.add_and_lose_the_answer().await;
            request.heard(Outcome::Failed, Duration::ZERO);
            meter.look().await.expect("it is there");
            meter.look().await.expect("it is there");
            assert_eq!(trial.used("answered").await, (n, n * 1234));
            assert_eq!(trial.used("failed").await, (n, 0));
        }
        assert_eq!(meter.health().n_waiting, 0);
        // A backup was restored: the database remembers less than the process.
        trial.run("UPDATE processes SET flushed = 1").await;
        request.heard(Outcome::Answered, Duration::from_millis(1234));
        meter.look().await.expect("it is there");
        meter.look().await.expect("it is there");
        assert_eq!(trial.used("answered").await, (4, 4 * 1234));
    }
}

#[tokio::test]
async fn a_clock_that_goes_back_gives_no_minute_twice() {
    for trial in Trial::both("back").await {
        let limits = Limits {
            clips_per_minute: 5,
            ..Limits::default()
        };
        let hash = trial.tenant("radio", limits).await;
        let [meter] = trial.meters_at(NOON_MS).await;
        assert_eq!(n_until_refused(&meter, &hash).await.0, 5);
        for (shift_s, expected) in [(60, 5), (0, 0), (60, 0), (-3600, 5), (0, 0)] {
            trial.set_clock(NOON_MS + shift_s * 1000).await;
            meter.look().await.expect("it is there");
            let (n, _) = n_until_refused(&meter, &hash).await;
            assert_eq!(n, expected, "{shift_s} s from noon");
        }
    }
}

#[tokio::test]
async fn processes_that_start_at_once_migrate_once() {
    let mut urls = Vec::new();
    let trial = Trial::sqlite("at-once").await;
    let fresh = format!("{}-fresh", trial.url);
    urls.push(fresh.clone());
    let cluster = super::cluster("at-once");
    if let Some(cluster) = &cluster {
        urls.push(cluster.new_database("at-once").await);
    }
    for url in urls {
        let openings: Vec<_> = (0..6)
            .map(|_| {
                let url = url.clone();
                tokio::spawn(async move { Ledger::open_or_create(&url).await })
            })
            .collect();
        for opening in openings {
            let ledger = opening.await.expect("no panic").expect("it opens");
            assert!(ledger.tenants().await.expect("tables").is_empty());
        }
        let mut connection = connected(&url).await;
        let applied = "SELECT count(*) FROM _sqlx_migrations";
        let (n,): (i64,) = sqlx::query_as(applied)
            .fetch_one(&mut connection)
            .await
            .expect("told");
        assert_eq!(n, schema::n_migrations());
    }
    for suffix in ["", "-wal", "-shm"] {
        let file = fresh.trim_start_matches("sqlite:").to_owned() + suffix;
        let _ = std::fs::remove_file(file);
    }
}

#[tokio::test]
async fn a_migration_that_breaks_off_leaves_nothing() {
    for trial in Trial::both("half").await {
        let text = "CREATE TABLE half_done (number BIGINT); SELECT * FROM nothing_here";
        let broken = schema::migrate_with(&trial.ledger, text).await;
        assert!(broken.is_err());
        let half = trial.try_run("SELECT * FROM half_done").await;
        assert!(half.is_err(), "it was taken back");
        let again = trial.again().await;
        assert!(again.tenants().await.is_ok(), "and the next start works");
    }
}

#[tokio::test]
async fn a_start_waits_for_who_migrates() {
    for trial in Trial::both("wait").await {
        let mut other = connected(&trial.url).await;
        let (begin, lock) = match super::is_postgres(&trial.ledger) {
            true => ("BEGIN", schema::LOCK),
            false => ("BEGIN IMMEDIATE", "SELECT 1"),
        };
        other.execute(begin).await.expect("begun");
        other.execute(lock).await.expect("locked");
        let url = trial.url.clone();
        let mut opening = tokio::spawn(async move { Ledger::open(&url).await });
        let early = tokio::time::timeout(Duration::from_millis(300), &mut opening).await;
        assert!(early.is_err(), "it waits");
        other.execute("ROLLBACK").await.expect("let go");
        assert!(opening.await.expect("no panic").is_ok());
    }
}
