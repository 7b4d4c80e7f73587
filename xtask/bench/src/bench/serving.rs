//! What a client of `/predict` sees of our release server and of the original's stand-in, in the same run.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::client::{Client, Crowd, Request, percentile};
use super::clips::{self, Clip};
use super::document::Tables;
use super::goals::Goals;
use super::plot::Plot;
use super::server::{Program, Server};
use super::simulation;
use xtask::workspace::Workspace;

/// Requests per format and server.
const N_REQUESTS: usize = 80;

/// Clients of the comparison under load.
const N_CLIENTS: usize = 16;
const CROWD_TIME: Duration = Duration::from_secs(4);

/// Cores of the server's.
const CORES: [usize; 4] = [1, 2, 4, 8];

const CONCURRENCIES: [usize; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const CLIP_LENGTHS_S: [usize; 10] = [1, 2, 4, 8, 16, 30, 60, 120, 300, 600];

/// Ten minutes of 16-bit samples at 16 kHz are more than an upload may have as shipped.
const ROOM_FOR_TEN_MINUTES: (&str, &str) = ("BANGLASER_SERVER_MAX_UPLOAD_BYTES", "33554432");

/// Measures into `tables`; returns the plots by file name.
pub fn measure(
    workspace: &Workspace,
    python: &Path,
    tables: &mut Tables,
) -> Result<Vec<(&'static str, String)>> {
    let clips = clips::make(workspace)?;
    let requests: Vec<Request> = clips
        .iter()
        .map(|clip| Request::predict(&clip.bytes))
        .collect();
    let wav = &requests[0];
    let program = Program::ours(workspace)?;
    let original = Program::original(workspace, python);

    let starts = (0..5).map(|_| Ok(program.start(&[], None, wav)?.until_first_answer));
    let mut starts = starts.collect::<Result<Vec<_>>>()?;
    starts.sort();
    let ours = program.start(&[], None, wav)?;
    let theirs = original.start(&[], None, wav)?;
    thread::sleep(Duration::from_secs(1));
    let idle_mib = [&ours, &theirs].map(|server| server.memory_mib("VmRSS"));

    let mut goals = Goals::default();
    let of_formats = formats(&ours, &theirs, &clips, &requests, &mut goals)?;
    tables.insert("formats", of_formats);
    let crowds = [&ours, &theirs, &ours, &theirs]
        .map(|server| Crowd::send(server.address, wav, N_CLIENTS, CROWD_TIME));
    let [first, their_first, second, their_second] = crowds;
    let ours_loaded = better(first?, second?);
    let theirs_loaded = better(their_first?, their_second?);
    let first_s =
        [starts[starts.len() / 2], theirs.until_first_answer].map(|time| time.as_secs_f64());
    let loaded_mib = [&ours, &theirs].map(|server| server.memory_mib("VmHWM"));
    let per_second = [&ours_loaded, &theirs_loaded].map(Crowd::per_second);
    goals.at_least(
        "predictions per second with 16 clients, of the original's",
        1.5,
        per_second[0] / per_second[1],
    );
    let [p50, p99] = [50, 99].map(|percent| percentile(&ours_loaded.times_ms, percent));
    goals.at_most("p99 with 16 clients, of the median", 3.0, p99 / p50);
    goals.at_most("memory under load, MiB", 90.0, loaded_mib[0]);
    tables.insert("goals", goals.table());
    tables.insert(
        "serving",
        serving(&ours_loaded, &theirs_loaded, idle_mib, loaded_mib, first_s),
    );
    drop((ours, theirs));

    let by_concurrency = by_concurrency(&program, wav)?;
    tables.insert("concurrency", concurrency_table(&by_concurrency));
    tables.insert("cores", cores(&program, wav)?);
    let by_length = by_length(&program, &clips[0])?;
    tables.insert("lengths", length_table(&by_length));
    tables.insert("sizes", sizes(workspace, &program)?);

    let throughput = by_concurrency
        .iter()
        .map(|(n, crowd)| (*n as f64, crowd.per_second()));
    let slowest = by_concurrency
        .iter()
        .map(|(n, crowd)| (*n as f64, percentile(&crowd.times_ms, 99)));
    let lengths = by_length.iter().map(|(s, ms)| (*s as f64, *ms));
    Ok(vec![
        (
            "throughput.svg",
            Plot::new("clients at once", "predictions per second", throughput).svg(),
        ),
        (
            "tail-latency.svg",
            Plot::new(
                "clients at once",
                "ms until 99 of 100 are answered",
                slowest,
            )
            .svg(),
        ),
        (
            "clip-length.svg",
            Plot::new("seconds of speech", "ms until the answer (median)", lengths).svg(),
        ),
    ])
}

fn better(left: Crowd, right: Crowd) -> Crowd {
    if left.per_second() >= right.per_second() {
        left
    } else {
        right
    }
}

/// One client; the servers in turn, so that both have the same share of a busy machine.
fn formats(
    ours: &Server,
    theirs: &Server,
    clips: &[Clip],
    requests: &[Request],
    goals: &mut Goals,
) -> Result<String> {
    let mut clients = [Client::new(ours.address)?, Client::new(theirs.address)?];
    let mut table = "| clip of 4 s | ours, min | ours, median | original, min | original, median | ratio of medians |\n\
                     |---|---|---|---|---|---|\n"
        .to_owned();
    for (clip, request) in clips.iter().zip(requests) {
        let mut times_ms = [Vec::new(), Vec::new()];
        for round in 0..N_REQUESTS + 3 {
            for (client, times_ms) in clients.iter_mut().zip(&mut times_ms) {
                let (status, time) = client.send(request)?;
                ensure!(status == 200, "{} is answered {status}", clip.name);
                if round >= 3 {
                    times_ms.push(time.as_secs_f64() * 1000.0);
                }
            }
        }
        times_ms
            .iter_mut()
            .for_each(|times| times.sort_by(f64::total_cmp));
        let [our_median, their_median] =
            [&times_ms[0], &times_ms[1]].map(|times| percentile(times, 50));
        table.push_str(&format!(
            "| {} | {:.2} | {our_median:.2} | {:.2} | {their_median:.2} | {:.2} |\n",
            clip.name,
            times_ms[0][0],
            times_ms[1][0],
            our_median / their_median
        ));
        let what = format!("{}, of the original's time", clip.name);
        let bound = if clip.name == clips[0].name { 1.0 } else { 0.6 };
        goals.at_most(&what, bound, our_median / their_median);
    }
    Ok(table)
}

fn serving(
    ours: &Crowd,
    theirs: &Crowd,
    idle_mib: [f64; 2],
    loaded_mib: [f64; 2],
    first_s: [f64; 2],
) -> String {
    let of_both = |value: fn(&Crowd) -> f64| [value(ours), value(theirs)];
    let rows: [(String, [f64; 2]); 7] = [
        (
            format!("predictions per second, {N_CLIENTS} clients"),
            of_both(Crowd::per_second),
        ),
        (
            "median, ms".to_owned(),
            of_both(|crowd| percentile(&crowd.times_ms, 50)),
        ),
        (
            "p99, ms".to_owned(),
            of_both(|crowd| percentile(&crowd.times_ms, 99)),
        ),
        (
            "p99 / median".to_owned(),
            of_both(|crowd| percentile(&crowd.times_ms, 99) / percentile(&crowd.times_ms, 50)),
        ),
        ("memory after the first answer, MiB".to_owned(), idle_mib),
        ("memory at most, MiB".to_owned(), loaded_mib),
        (
            "start to first answer, ms".to_owned(),
            first_s.map(|s| 1000.0 * s),
        ),
    ];
    let mut table = "| | ours | original | ours / original |\n|---|---|---|---|\n".to_owned();
    for (name, [ours, theirs]) in rows {
        table.push_str(&format!(
            "| {name} | {ours:.1} | {theirs:.1} | {:.3} |\n",
            ours / theirs
        ));
    }
    table
}

fn by_concurrency(program: &Program, request: &Request) -> Result<Vec<(usize, Crowd)>> {
    let server = program.start(&[], None, request)?;
    let of = |&n_clients: &usize| {
        let crowd = Crowd::send(server.address, request, n_clients, CROWD_TIME / 2)?;
        Ok((n_clients, crowd))
    };
    CONCURRENCIES.iter().map(of).collect()
}

fn concurrency_table(by_concurrency: &[(usize, Crowd)]) -> String {
    let mut table = "| clients | predictions per second | median, ms | p99, ms | refused |\n|---|---|---|---|---|\n".to_owned();
    for (n_clients, crowd) in by_concurrency {
        let [p50, p99] = [50, 99].map(|percent| percentile(&crowd.times_ms, percent));
        let (per_second, n_refused) = (crowd.per_second(), crowd.n_refused);
        table.push_str(&format!(
            "| {n_clients} | {per_second:.0} | {p50:.1} | {p99:.1} | {n_refused} |\n"
        ));
    }
    table
}

/// The clients need processors too, so the last measured row is not all that the cores can do.
fn cores(program: &Program, request: &Request) -> Result<String> {
    let mut table = "| cores of the server | | predictions per second | median, ms | p99, ms |\n|---|---|---|---|---|\n".to_owned();
    let mut add = |n_cores, how, per_second: f64, times_ms: &[f64]| {
        let [p50, p99] = [50, 99].map(|percent| percentile(times_ms, percent));
        table.push_str(&format!(
            "| {n_cores} | {how} | {per_second:.0} | {p50:.1} | {p99:.1} |\n"
        ));
    };
    let n_cores = thread::available_parallelism().map_or(1, usize::from);
    for n in CORES.into_iter().filter(|n| *n <= n_cores) {
        let server = program.start(&[], Some(&format!("0-{}", n - 1)), request)?;
        let crowd = Crowd::send(server.address, request, N_CLIENTS, CROWD_TIME / 2)?;
        add(n, "measured", crowd.per_second(), &crowd.times_ms);
    }
    let server = program.start(&[], Some("0"), request)?;
    let alone = Crowd::send(server.address, request, 1, CROWD_TIME / 2)?;
    for n in CORES {
        let (per_second, mut times_ms) = simulation::answers(&alone.times_ms, n, N_CLIENTS);
        times_ms.sort_by(f64::total_cmp);
        add(n, "simulated", per_second, &times_ms);
    }
    Ok(table)
}

/// Seconds of speech and the median of the answers' times, ms.
fn by_length(program: &Program, clip: &Clip) -> Result<Vec<(usize, f64)>> {
    let first = Request::predict(&clip.bytes);
    let server = program.start(&[ROOM_FOR_TEN_MINUTES], None, &first)?;
    let mut client = Client::new(server.address)?;
    let mut of = |&seconds: &usize| {
        let request = Request::predict(&clips::repeated(clip, seconds));
        let mut times_ms = Vec::new();
        for _ in 0..if seconds < 60 { 20 } else { 5 } {
            let (status, time) = client.send(&request)?;
            ensure!(status == 200, "{seconds} s are answered {status}");
            times_ms.push(time.as_secs_f64() * 1000.0);
        }
        times_ms.sort_by(f64::total_cmp);
        Ok((seconds, percentile(&times_ms, 50)))
    };
    CLIP_LENGTHS_S.iter().map(&mut of).collect()
}

fn length_table(by_length: &[(usize, f64)]) -> String {
    let mut table =
        "| speech, s | median, ms | ms per second of speech |\n|---|---|---|\n".to_owned();
    for (seconds, ms) in by_length {
        table.push_str(&format!(
            "| {seconds} | {ms:.1} | {:.2} |\n",
            ms / *seconds as f64
        ));
    }
    table
}

fn sizes(workspace: &Workspace, program: &Program) -> Result<String> {
    let weights = workspace.root.join("models/bilstm-v8/weights.safetensors");
    let page = workspace.target_dir.join("page/banglaser.wasm.br");
    let mut table = "| file | MB |\n|---|---|\n".to_owned();
    for (name, path) in [
        ("server", program.path()),
        ("weights", &weights),
        ("page, WebAssembly (brotli)", &page),
    ] {
        match fs::metadata(path) {
            Ok(file) => table.push_str(&format!("| {name} | {:.2} |\n", file.len() as f64 / 1e6)),
            Err(_) if path == page => table.push_str(&format!("| {name} | not built |\n")),
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        }
    }
    Ok(table)
}
