//! A month's audio over several processes, most of all where little of it is left.

use std::{sync::Arc, time::Duration};

use tokio::task::yield_now;

use super::{NOON_MS, Trial, limits::begin, settings};
use crate::{
    error::Refused,
    meter::{Meter, MeterSettings},
    outcome::Outcome,
    tenant::Limits,
};

fn month(audio_s_per_month: u32) -> Limits {
    Limits {
        audio_s_per_month,
        ..Limits::default()
    }
}

/// Hears a clip of so many seconds.
async fn hear(meter: &Arc<Meter>, hash: &[u8; 32], duration_s: u64) -> Result<(), Refused> {
    let request = begin(meter, hash).await?;
    request.count_clip().await?;
    for _ in 0..20 {
        yield_now().await;
    }
    request.heard(Outcome::Answered, Duration::from_secs(duration_s));
    Ok(())
}

#[tokio::test]
async fn a_months_audio_is_that_of_all_processes() {
    for trial in Trial::both("month").await {
        let limits = Limits {
            audio_s_per_month: 100,
            ..Limits::default()
        };
        let hash = trial.tenant("radio", limits).await;
        let [one, two] = trial.meters_at(NOON_MS).await;
        let clip = Duration::from_secs(7);
        let mut n_heard = 0;
        let mut refusals = Vec::new();
        for n in 0..60 {
            let meter = if n % 2 == 0 { &one } else { &two };
            let request = begin(meter, &hash).await.expect("any number at once");
            match request.count_clip().await {
                Ok(()) => {
                    request.heard(Outcome::Answered, clip);
                    n_heard += 1;
                }
                Err(refused) => refusals.push(refused),
            }
            meter.look().await.expect("it is there");
        }
        // 14 are within; each of the two may go above by one.
        assert!((14..=16).contains(&n_heard), "{n_heard}");
        let is_spent = |refused: &Refused| matches!(refused, Refused::MonthSpent { .. });
        let n_spent = refusals.iter().filter(|refused| is_spent(refused)).count();
        // Until it has given back its last, another one holds it.
        assert!(refusals.len() - n_spent <= 4, "{refusals:?}");
        assert!(refusals.last().is_some_and(is_spent), "{refusals:?}");
        assert_eq!(trial.used("answered").await, (n_heard, n_heard * 7000));

        // Beside others the last clips come one by one.
        let december_ms = NOON_MS + 16 * 24 * 3600 * 1000;
        trial.set_clock(december_ms).await;
        one.look().await.expect("it is there");
        let mut together = Vec::new();
        for _ in 0..30 {
            let request = begin(&one, &hash).await.expect("any number at once");
            if request.count_clip().await.is_ok() {
                together.push(request);
            }
        }
        assert!((8..=11).contains(&together.len()), "{}", together.len());
    }
}

#[tokio::test]
async fn a_month_that_is_shorter_than_the_longest_clip_is_no_single_processs() {
    for trial in Trial::both("short-month").await {
        let hash = trial.tenant("radio", month(10)).await;
        let [one, two] = trial.meters_at(NOON_MS).await;
        for n in 0..5 {
            for meter in [&one, &two] {
                assert_eq!(hear(meter, &hash, 1).await, Ok(()), "clip {n}");
            }
        }
        // Ten are within; each of the two may go above by one.
        let mut refusals = Vec::new();
        for meter in [&one, &two, &one, &two] {
            for other in [&one, &two, &one, &two] {
                other.look().await.expect("it is there");
            }
            refusals.extend(hear(meter, &hash, 1).await.err());
        }
        assert!(refusals.len() >= 2, "{refusals:?}");
        let last = refusals.last();
        assert!(
            matches!(last, Some(Refused::MonthSpent { .. })),
            "{refusals:?}"
        );
    }
}

#[tokio::test]
async fn clips_at_once_wait_for_each_other_where_a_month_is_nearly_spent() {
    for trial in Trial::both("in-turn").await {
        let hash = trial.tenant("radio", month(30)).await;
        let patient = MeterSettings {
            max_wait: Duration::from_secs(60),
            ..settings()
        };
        let meter = Meter::unwatched(trial.again().await, patient).await;
        let meter = meter.expect("it is there");
        let clips = (0..10).map(|_| {
            let meter = Arc::clone(&meter);
            tokio::spawn(async move { hear(&meter, &hash, 2).await })
        });
        for clip in clips.collect::<Vec<_>>() {
            assert_eq!(clip.await.expect("no panic"), Ok(()));
        }
        meter.finish().await.expect("it is there");
        assert_eq!(trial.used("answered").await, (10, 20_000));
        // Before anybody looks again: each share is used up by clips that wait for each other.
        let hash = trial.tenant("tv", month(60)).await;
        let long = MeterSettings {
            max_clip: Duration::from_secs(600),
            ..patient
        };
        let meter = Meter::unwatched(trial.again().await, long).await;
        let meter = meter.expect("it is there");
        let mut open = Vec::new();
        let first = begin(&meter, &hash).await.expect("any number at once");
        first.count_clip().await.expect("enough is left");
        for _ in 0..4 {
            let meter = Arc::clone(&meter);
            open.push(tokio::spawn(async move { hear(&meter, &hash, 2).await }));
        }
        for _ in 0..100 {
            yield_now().await;
        }
        first.heard(Outcome::Answered, Duration::from_secs(4));
        for clip in open {
            assert_eq!(clip.await.expect("no panic"), Ok(()));
        }
    }
}

#[tokio::test]
async fn what_others_hold_is_not_spent() {
    for trial in Trial::both("elsewhere").await {
        let hash = trial.tenant("radio", month(100)).await;
        let [one, two] = trial.meters_at(NOON_MS).await;
        assert_eq!(hear(&one, &hash, 1).await, Ok(()));
        trial.run("UPDATE holds SET amount = 100000").await;
        let refused = hear(&two, &hash, 1).await;
        assert_eq!(refused, Err(Refused::TooMany { retry_after_s: 1 }));
        one.finish().await.expect("it is there");
        two.look().await.expect("it is there");
        assert_eq!(hear(&two, &hash, 1).await, Ok(()));
        trial.run("UPDATE usage SET audio_ms = 100000").await;
        two.look().await.expect("it is there");
        two.look().await.expect("it is there");
        two.look().await.expect("it is there");
        assert!(matches!(
            hear(&two, &hash, 1).await,
            Err(Refused::MonthSpent { .. })
        ));
    }
}

#[tokio::test]
async fn what_open_clips_may_need_does_not_go_back() {
    for trial in Trial::both("open").await {
        let hash = trial.tenant("radio", month(100)).await;
        let [one, two] = trial.meters_at(NOON_MS).await;
        let mut open = Vec::new();
        for _ in 0..3 {
            let request = begin(&one, &hash).await.expect("any number at once");
            request.count_clip().await.expect("enough is left");
            open.push(request);
        }
        for _ in 0..3 {
            one.look().await.expect("it is there");
        }
        // Two of the three may be as long as any.
        let mut n_heard = 0;
        while hear(&two, &hash, 1).await.is_ok() {
            n_heard += 1;
            two.look().await.expect("it is there");
        }
        assert!((79..=81).contains(&n_heard), "{n_heard}");
        drop(open);
        for _ in 0..3 {
            one.look().await.expect("it is there");
        }
        two.look().await.expect("it is there");
        assert_eq!(hear(&two, &hash, 1).await, Ok(()), "it has come back");
    }
}
