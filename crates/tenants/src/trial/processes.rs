//! Real processes: this test program again, as servers would be.
//!
//! `BANGLASER_TENANTS_REQUESTS=10000 cargo test --release -p tenants two_servers` sends as many requests as that.

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead, BufReader, Write, stdout},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{task::yield_now, time::interval};

use super::{NOON_MS, Trial, settings};
use crate::{
    account::Account,
    error::Refused,
    keys::hex,
    ledger::Ledger,
    meter::{Meter, MeterSettings},
    outcome::Outcome,
    tenant::Limits,
};

/// What a child is to do, and where.
const TASK: &str = "BANGLASER_TENANTS_CHILD";
const URL: &str = "BANGLASER_TENANTS_URL";
const KEYS: &str = "BANGLASER_TENANTS_KEYS";

/// How many requests all servers get together.
const N_REQUESTS: &str = "BANGLASER_TENANTS_REQUESTS";

const N_TENANTS: usize = 50;
const N_SERVERS: usize = 2;
const N_AT_ONCE: usize = 8;

/// A clip of a tenant; no round number, so that nothing is exact by rounding.
const CLIP: Duration = Duration::from_millis(1234);

fn child(task: &str, url: &str, keys: &[[u8; 32]], n_requests: usize) -> Child {
    let keys: Vec<String> = keys.iter().map(|key| hex(key)).collect();
    Command::new(env::current_exe().expect("this program"))
        .args([
            "trial::processes::this_program_as_a_server",
            "--exact",
            "--nocapture",
        ])
        .env(TASK, task)
        .env(URL, url)
        .env(KEYS, keys.join(" "))
        .env(N_REQUESTS, n_requests.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts")
}

/// Lines that begin so, without that.
fn lines(child: &mut Child, mark: &str) -> impl Iterator<Item = String> {
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let lines = lines.map_while(Result::ok);
    lines.filter_map(move |line| Some(line.split_once(mark)?.1.to_owned()))
}

fn told(line: &str) {
    let mut stdout = stdout().lock();
    let _ = writeln!(stdout, "{line}");
    let _ = stdout.flush();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn this_program_as_a_server() {
    let (Ok(task), Ok(url)) = (env::var(TASK), env::var(URL)) else {
        return;
    };
    let keys = env::var(KEYS).expect("keys");
    let keys = keys.split(' ').map(|digits| {
        let byte = |at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).expect("digits");
        std::array::from_fn(byte)
    });
    let keys: Vec<[u8; 32]> = keys.collect();
    let ledger = Ledger::open(&url).await.expect("it is there");
    match task.as_str() {
        "serve" => serve(ledger, keys).await,
        "serve until killed" => serve_until_killed(ledger, keys[0]).await,
        other => panic!("{other}"),
    }
}

async fn started(ledger: Ledger) -> Arc<Meter> {
    let settings = MeterSettings {
        flush: Duration::from_secs(1),
        max_wait: Duration::from_secs(1),
        ..settings()
    };
    let meter = Meter::start(ledger, settings).await;
    meter.expect("it is there")
}

async fn serve(ledger: Ledger, keys: Vec<[u8; 32]>) {
    let meter = started(ledger.with_clock("SELECT now_ms FROM clock")).await;
    let n_requests: usize = env::var(N_REQUESTS)
        .expect("set")
        .parse()
        .expect("a number");
    let tasks = (0..N_AT_ONCE).map(|first| {
        let (meter, keys) = (Arc::clone(&meter), keys.clone());
        tokio::spawn(async move {
            let mut n_taken = BTreeMap::new();
            for n in (first..n_requests).step_by(N_AT_ONCE) {
                let account = meter
                    .account(&keys[n % keys.len()])
                    .expect("the key is valid");
                if hear(&meter, &account).await.is_ok() {
                    *n_taken.entry(account.tenant().name.clone()).or_insert(0) += 1;
                }
            }
            n_taken
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        for (tenant, n_taken) in task.await.expect("no panic") {
            told(&format!("taken: {tenant} {n_taken}"));
        }
    }
    meter.finish().await.expect("it is there");
}

async fn hear(meter: &Arc<Meter>, account: &Arc<Account>) -> Result<(), Refused> {
    let request = meter.begin(account).await?;
    request.count_clip().await?;
    for _ in 0..20 {
        yield_now().await;
    }
    request.heard(Outcome::Answered, CLIP);
    Ok(())
}

async fn serve_until_killed(ledger: Ledger, key: [u8; 32]) {
    let meter = started(ledger).await;
    let account = meter.account(&key).expect("the key is valid");
    let (start, mut clips) = (Instant::now(), interval(Duration::from_millis(5)));
    loop {
        clips.tick().await;
        hear(&meter, &account).await.expect("no limits");
        told(&format!("heard at: {}", start.elapsed().as_millis()));
    }
}

#[tokio::test]
async fn two_servers_stay_within_the_limits_of_fifty_tenants_and_count_exactly() {
    let n_requests = env::var(N_REQUESTS).map_or(1000, |n| n.parse().expect("a number"));
    let n_each = (n_requests / N_TENANTS) as u32;
    let limit = n_each / 2;
    for trial in Trial::both("servers").await {
        // No minute ends meanwhile.
        drop(trial.meters_at::<1>(NOON_MS).await);
        let mut keys = Vec::new();
        for n in 0..N_TENANTS {
            let limits = Limits {
                clips_per_minute: limit,
                audio_s_per_month: if n % 5 == 0 { limit / 2 } else { 0 },
                parallel: 0,
            };
            keys.push(trial.tenant(&format!("t{n:02}"), limits).await);
        }
        let start = Instant::now();
        let servers =
            (0..N_SERVERS).map(|_| child("serve", &trial.url, &keys, n_requests / N_SERVERS));
        let mut n_taken: BTreeMap<String, u32> = BTreeMap::new();
        for mut server in servers.collect::<Vec<_>>() {
            for line in lines(&mut server, "taken: ") {
                let (tenant, n) = line.split_once(' ').expect("two words");
                *n_taken.entry(tenant.to_owned()).or_default() +=
                    n.parse::<u32>().expect("a number");
            }
            assert!(server.wait().expect("it ends").success());
        }
        let took_s = start.elapsed().as_secs_f32();
        let all: u32 = n_taken.values().sum();
        let name = if super::is_postgres(&trial.ledger) {
            "PostgreSQL"
        } else {
            "SQLite"
        };
        told(&format!(
            "{name}: {n_requests} requests, {all} taken, {took_s:.1} s"
        ));
        for n in 0..N_TENANTS {
            let name = format!("t{n:02}");
            let taken = n_taken.get(&name).copied().unwrap_or_default();
            match n % 5 {
                0 => {
                    // What is within the month, and one for each process.
                    let within = limit / 2 * 1000 / CLIP.as_millis() as u32;
                    assert!(
                        taken <= within + 1 + N_SERVERS as u32,
                        "{name}: {taken} of {within}"
                    );
                }
                _ => {
                    assert!(taken <= limit, "{name}: {taken} of {limit}");
                    assert!(taken >= limit * 8 / 10, "{name}: {taken} of {limit}");
                }
            }
            let day = crate::Day::of(NOON_MS);
            let usage = trial
                .ledger
                .usage(Some(&name), day, day)
                .await
                .expect("usage");
            let answered = usage.iter().find(|row| row.outcome == Outcome::Answered);
            let used = answered.map_or((0, 0), |row| (row.n_clips, row.audio_ms));
            let exact = i64::from(taken) * CLIP.as_millis() as i64;
            assert_eq!(used, (i64::from(taken), exact), "{name}");
            let n_clips: i64 = usage.iter().map(|row| row.n_clips).sum();
            assert_eq!(n_clips, i64::from(n_each), "{name}: answered and refused");
        }
    }
}

#[tokio::test]
async fn a_server_that_is_killed_loses_no_more_than_one_interval() {
    for trial in Trial::both("killed").await {
        let key = trial.tenant("radio", Limits::default()).await;
        let mut server = child("serve until killed", &trial.url, &[key], 0);
        let mut heard_ms: Vec<u32> = Vec::new();
        for line in lines(&mut server, "heard at: ") {
            heard_ms.push(line.parse().expect("a number"));
            if heard_ms.last() > Some(&3300) {
                break;
            }
        }
        // SIGKILL.
        server.kill().expect("it lives");
        server.wait().expect("it ends");
        let last_ms = heard_ms.last().expect("it heard something");
        // An interval, the time of a look, and what two busy cores may be late.
        let certain = heard_ms
            .iter()
            .filter(|ms| **ms + 1000 + 800 < *last_ms)
            .count() as i64;
        let (n_clips, audio_ms) = trial.used("answered").await;
        assert!(n_clips >= certain && certain > 0, "{n_clips} of {certain}");
        assert!(n_clips <= heard_ms.len() as i64);
        assert_eq!(audio_ms, n_clips * CLIP.as_millis() as i64);
    }
}
