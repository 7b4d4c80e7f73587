//! How long a request of a tenant takes longer than one of nobody: key check, places, minute, month, usage.
//!
//! `cargo run --release -p tenants --example overhead -- postgres://... [N]`: N requests (100,000) of 50 tenants on
//! this one thread, each timed; prints p50, p99 and the longest. The database should be empty and is left with what was
//! done.

use std::{
    env,
    error::Error,
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};
use tenants::{Ledger, Limits, Meter, MeterSettings, Outcome};

const N_TENANTS: usize = 50;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let url = arguments.next().ok_or("which database?")?;
    let n: usize = arguments.next().map_or(Ok(100_000), |n| n.parse())?;
    let ledger = Ledger::open_or_create(&url).await?;
    let limits = Limits {
        clips_per_minute: 1_000_000,
        parallel: 64,
        audio_s_per_month: 1_000_000_000,
    };
    let mut keys = Vec::new();
    for tenant in 0..N_TENANTS {
        let name = format!("overhead-{tenant}");
        ledger.create_tenant("overhead", &name, limits, 0).await?;
        keys.push(ledger.create_key("overhead", &name, None).await?.secret);
    }
    let settings = MeterSettings {
        flush: Duration::from_secs(5),
        max_outage: Duration::from_secs(900),
        max_clip: Duration::from_secs(600),
        max_wait: Duration::from_secs(10),
    };
    let meter = Meter::start(ledger, settings).await?;
    let mut times = Vec::new();
    for at in 0..n {
        let start = Instant::now();
        let hash: [u8; 32] = Sha256::digest(&keys[at % N_TENANTS]).into();
        let account = meter.account(&hash).ok_or("a key is not valid")?;
        let request = meter.begin(&account).await?;
        request.count_clip().await?;
        request.heard(Outcome::Answered, Duration::from_millis(1234));
        drop(request);
        times.push(start.elapsed());
    }
    times.sort();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e6;
    println!(
        "{n} requests: p50 {:.1} us, p99 {:.1} us, longest {:.0} us",
        at(0.5),
        at(0.99),
        at(1.0)
    );
    meter.finish().await?;
    Ok(())
}
