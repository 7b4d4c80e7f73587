//! Where a database is: made for its owner alone, by who may; missed when it is moved; told without a password.

use std::{env, fs, path::PathBuf};

use super::{Trial, settings};
use crate::{
    error::{LedgerError, Refused},
    ledger::Ledger,
    meter::Meter,
    tenant::Limits,
};

fn fresh(name: &str) -> (PathBuf, String) {
    let name = format!("banglaser-{name}-{}.db", std::process::id());
    let file = env::temp_dir().join(name);
    let _ = fs::remove_file(&file);
    let url = format!("sqlite:{}", file.display());
    (file, url)
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let trial = Trial::sqlite("mode").await;
    let file = trial.file.as_ref().expect("a file").display();
    for suffix in ["", "-wal", "-shm"] {
        let path = format!("{file}{suffix}");
        let about = fs::metadata(&path).expect("it is there");
        assert_eq!(about.permissions().mode() & 0o777, 0o600, "{path}");
    }
}

#[tokio::test]
async fn who_only_opens_makes_no_database() {
    let (file, url) = fresh("mistyped");
    let refused = Ledger::open(&url).await.expect_err("there is none");
    assert!(
        matches!(refused, LedgerError::NoDatabase { .. }),
        "{refused}"
    );
    assert!(refused.to_string().contains(&file.display().to_string()));
    assert!(!file.exists());
    // Another program's file, and a database of PostgreSQL without tables.
    fs::write(&file, "").expect("written");
    let mut urls = vec![url];
    let cluster = super::cluster("mistyped");
    if let Some(cluster) = &cluster {
        urls.push(cluster.new_database("mistyped").await);
    }
    for url in urls {
        let refused = Ledger::open(&url).await;
        assert!(
            matches!(refused, Err(LedgerError::NoDatabase { .. })),
            "{url}"
        );
        Ledger::open_or_create(&url).await.expect("made");
        Ledger::open(&url).await.expect("it is there now");
    }
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{suffix}", file.display()));
    }
}

#[tokio::test]
async fn what_was_written_last_is_not_overwritten() {
    let (file, url) = fresh("remains");
    let journal = format!("{}-wal", file.display());
    let ledger = Ledger::open_or_create(&url).await.expect("made");
    assert!(fs::metadata(&journal).is_ok_and(|file| file.len() > 0));
    fs::remove_file(&file).expect("it is there");
    let refused = Ledger::open_or_create(&url).await;
    assert!(
        matches!(refused, Err(LedgerError::Remains { .. })),
        "{refused:?}"
    );
    drop(ledger);
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{suffix}", file.display()));
    }
}

#[tokio::test]
async fn a_file_alone_is_the_whole_database_when_its_server_has_ended() {
    let trial = Trial::sqlite("alone").await;
    trial.tenant("radio", Limits::default()).await;
    let meter = Meter::unwatched(trial.again().await, settings()).await;
    meter
        .expect("it is there")
        .finish()
        .await
        .expect("it is there");
    let (copy, url) = fresh("alone-copy");
    fs::copy(trial.file.as_ref().expect("a file"), &copy).expect("copied");
    let ledger = Ledger::open(&url).await.expect("it is whole");
    assert_eq!(ledger.tenants().await.expect("they are there").len(), 1);
    ledger.close().await;
    let _ = fs::remove_file(&copy);
}

#[tokio::test]
async fn a_file_that_is_moved_or_replaced_is_missed() {
    let trial = Trial::sqlite("moved").await;
    let file = trial.file.clone().expect("a file");
    let away = file.with_extension("away");
    let hash = trial.tenant("radio", Limits::default()).await;
    let meter = Meter::unwatched(trial.again().await, settings()).await;
    let meter = meter.expect("it is there");
    fs::rename(&file, &away).expect("moved");
    for is_replaced in [false, true] {
        if is_replaced {
            fs::write(&file, "").expect("replaced");
        }
        let missed = meter.look().await;
        assert!(
            matches!(missed, Err(LedgerError::Moved { .. })),
            "{missed:?}"
        );
        assert!(meter.health().away_s.is_some());
        assert!(missed.is_err_and(|error| error.is_away()));
        let act = meter.ledger().create_key("rima", "radio", None).await;
        let error = act.expect_err("nothing is done elsewhere");
        assert!(error.is_away(), "{error:?}");
        let account = meter.account(&hash).expect("it goes on with what it knew");
        assert_ne!(
            meter.begin(&account).await.err(),
            Some(Refused::Unavailable)
        );
    }
    fs::rename(&away, &file).expect("put back");
    meter.look().await.expect("it is there again");
    assert_eq!(meter.health().away_s, None);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_without_the_password() {
    for url in [
        "postgres://banglaser:hidden@127.0.0.1:1/customers?connect_timeout=1",
        "postgres://127.0.0.1:1/customers?user=banglaser&password=hidden",
        "postgres://banglaser:hid/den@127.0.0.1:1/customers",
    ] {
        let error = Ledger::open(url).await.expect_err("nobody answers");
        let told = format!("{error} {:?}", std::error::Error::source(&error));
        assert!(!told.contains("hid"), "{told}");
        assert!(error.is_away(), "{told}");
        assert!(told.contains("tenants.database_url"), "{told}");
    }
}
