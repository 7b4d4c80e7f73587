//! `cargo xtask load`: a crowd of clients against a server on this machine, and what it does to answers, times and
//! memory.
//!
//! The server is one that this command starts on a free port of 127.0.0.1; no other can be named. Requests are mixed
//! (see [`requests`]) and bounded, in number or in time.

mod crowd;
mod hostile;
mod report;
mod requests;

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;

use crate::without_page::without_page;
use crowd::{Client, Until};
use report::Report;
use requests::Mix;
use xtask::trial_server::TrialServer;
use xtask::workspace::Workspace;

/// Between two questions to /healthz.
const PROBE_PAUSE: Duration = Duration::from_millis(10);

/// How long after the crowd the server may take to give memory back.
const SETTLING_TIME: Duration = Duration::from_secs(3);

/// What to send.
#[derive(Args)]
pub struct Options {
    /// Clients at once
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=256))]
    clients: u32,
    /// Requests of all clients together
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    requests: u32,
    /// Send for so many seconds instead of a number of requests
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=3600))]
    soak: Option<u32>,
    /// Attack with one request in twenty
    #[arg(long)]
    hostile: bool,
    /// Use the debug server instead of the release server
    #[arg(long)]
    debug: bool,
}

/// Sends the requests, prints the report and fails where the server did not do what it promises.
pub fn load(workspace: &Workspace, options: &Options) -> Result<()> {
    let mix = Mix::read(workspace)?;
    let attacks = match options.hostile {
        true => requests::hostile(workspace)?,
        false => Vec::new(),
    };
    let server = TrialServer::start(&without_page(workspace, options.debug)?, &[])?;
    // Threads, connections and allocations that every server has after its first crowd.
    let n_clients = options.clients as usize;
    crowd::send(
        &server,
        &mix,
        &[],
        n_clients,
        Until::requests(10 * n_clients),
    );
    thread::sleep(SETTLING_TIME);
    let before_kib = resident_kib(&server);

    let until = match options.soak {
        Some(seconds) => Until::time(Duration::from_secs(seconds.into())),
        None => Until::requests(options.requests as usize),
    };
    let started = Instant::now();
    let is_over = &AtomicBool::new(false);
    let (seen, probes_ms) = thread::scope(|scope| {
        let probing = {
            let client = Client::new(&server.base_url());
            scope.spawn(move || probe(&client, is_over))
        };
        let seen = crowd::send(&server, &mix, &attacks, n_clients, until);
        is_over.store(true, Ordering::Relaxed);
        (seen, probing.join().expect("probing does not panic"))
    });
    let elapsed = started.elapsed();
    thread::sleep(SETTLING_TIME);
    let report = Report {
        answers: seen.honest,
        attacks: seen.hostile,
        probes_ms,
        elapsed,
        before_kib,
        after_kib: resident_kib(&server),
        peak_kib: status_kib(&server, "VmHWM"),
    };
    print!("{report}");
    let broken = report.broken_promises();
    if !broken.is_empty() {
        bail!(
            "{}; the server's log is {}",
            broken.join("; "),
            server.log().display()
        );
    }
    Ok(())
}

/// Asks /healthz until the crowd has gone; times in milliseconds, a failure is infinite.
fn probe(client: &Client, is_over: &AtomicBool) -> Vec<f64> {
    let mut times_ms = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let started = Instant::now();
        let is_well = client.get("/healthz").is_some_and(|status| status == 200);
        let ms = started.elapsed().as_secs_f64() * 1000.0;
        times_ms.push(if is_well { ms } else { f64::INFINITY });
        thread::sleep(PROBE_PAUSE);
    }
    times_ms
}

/// Memory of the server that is in RAM; `None` where the system does not tell.
fn resident_kib(server: &TrialServer) -> Option<u64> {
    status_kib(server, "VmRSS")
}

fn status_kib(server: &TrialServer, key: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", server.process_id())).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
