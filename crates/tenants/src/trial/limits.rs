//! Limits over several processes: what one took the others do not have.

use std::{sync::Arc, time::Duration};

use super::{NOON_MS, Trial};
use crate::{
    calendar::Day,
    error::Refused,
    meter::{Meter, Request},
    outcome::Outcome,
    tenant::Limits,
};

pub(super) async fn begin(meter: &Arc<Meter>, hash: &[u8; 32]) -> Result<Request, Refused> {
    let account = meter.account(hash).expect("the key is valid");
    meter.begin(&account).await
}

/// How many of `n` clips are taken.
async fn n_taken(meter: Arc<Meter>, hash: [u8; 32], n: usize) -> i64 {
    let mut n_taken = 0;
    for _ in 0..n {
        let request = begin(&meter, &hash).await.expect("any number at once");
        match request.count_clip().await {
            Ok(()) => {
                request.heard(Outcome::Answered, Duration::from_millis(1500));
                n_taken += 1;
            }
            Err(Refused::TooMany { retry_after_s }) => assert_eq!(retry_after_s, 30),
            Err(other) => panic!("{other}"),
        }
    }
    n_taken
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_minutes_clips_are_those_of_all_processes() {
    for trial in Trial::both("minute").await {
        let limits = |clips_per_minute| Limits {
            clips_per_minute,
            ..Limits::default()
        };
        let few = trial.tenant("few", limits(3)).await;
        let many = trial.tenant("many", limits(500)).await;
        let any = trial.tenant("any", limits(0)).await;
        let [one, two] = trial.meters_at(NOON_MS).await;
        let mut of_each = Vec::new();
        for (hash, n) in [(few, 10), (many, 400), (any, 300)] {
            let taking = [&one, &two, &one, &two]
                .map(|meter| tokio::spawn(n_taken(Arc::clone(meter), hash, n / 2)));
            let mut all = 0;
            for taken in taking {
                all += taken.await.expect("no panic");
            }
            of_each.push(all);
        }
        // Whoever asks no more may hold a twentieth that the other asks for in vain.
        assert!((475..=500).contains(&of_each[1]), "{of_each:?}");
        assert_eq!((of_each[0], of_each[2]), (3, 600));
        trial.set_clock(NOON_MS + 60_000).await;
        one.look().await.expect("it is there");
        two.look().await.expect("it is there");
        let next =
            n_taken(Arc::clone(&two), few, 5).await + n_taken(Arc::clone(&one), few, 5).await;
        assert_eq!(next, 3, "the next minute");
        for meter in [&one, &two] {
            meter.finish().await.expect("it is there");
        }
        let answered = of_each.iter().sum::<i64>() + 3;
        assert_eq!(trial.used("answered").await, (answered, answered * 1500));
        let refused = 20 + 800 + 600 + 10 - answered;
        assert_eq!(trial.used("refused").await, (refused, 0));
        let days = (Day::of(NOON_MS), Day::of(NOON_MS));
        let few = trial
            .ledger
            .usage(Some("few"), days.0, days.1)
            .await
            .expect("usage");
        assert_eq!((few[0].outcome, few[0].n_clips), (Outcome::Answered, 6));
    }
}

#[tokio::test]
async fn requests_at_once_are_those_of_all_processes() {
    for trial in Trial::both("parallel").await {
        let limits = Limits {
            parallel: 3,
            ..Limits::default()
        };
        let hash = trial.tenant("radio", limits).await;
        let [one, two] = trial.meters_at(NOON_MS).await;
        let mut held = Vec::new();
        for meter in [&one, &two, &one, &two, &one] {
            held.extend(begin(meter, &hash).await.ok());
        }
        assert_eq!(held.len(), 3);
        // Requests of the first process end: the second has them once the first has looked twice.
        drop(held.remove(2));
        drop(held.remove(0));
        for meter in [&one, &one, &two] {
            meter.look().await.expect("it is there");
        }
        held.push(begin(&two, &hash).await.expect("a place"));
        held.push(begin(&two, &hash).await.expect("a place"));
        let refused = begin(&one, &hash).await.expect_err("no place");
        assert_eq!(refused, Refused::TooMany { retry_after_s: 1 });
        // A process that is gone holds nothing after a while.
        trial.set_clock(NOON_MS + 11_000).await;
        one.look().await.expect("it is there");
        assert!(begin(&one, &hash).await.is_ok());
    }
}

#[tokio::test]
async fn a_request_that_goes_on_ends_with_its_key() {
    for trial in Trial::both("goes-on").await {
        let hash = trial.tenant("radio", Limits::default()).await;
        let meter = trial.meter().await;
        let request = begin(&meter, &hash).await.expect("begun").with_key(hash);
        assert_eq!(request.count_clip().await, Ok(()));
        let keys = trial.ledger.keys(Some("radio")).await.expect("told");
        let revoked = trial.ledger.revoke_key(super::BY, &keys[0].prefix).await;
        revoked.expect("revoked");
        meter.look().await.expect("it is there");
        assert_eq!(request.count_clip().await, Err(Refused::Ended));
    }
}
