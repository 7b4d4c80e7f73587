//! `banglaser-batch`: scores archives of clips.

use std::{
    env,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    thread,
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use batch::{
    Archive, Columns, Job, Parts, Progress, Scorer, Shard, Stores, Summary, default_model,
    limits_up_to, runtime,
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use mimalloc::MiMalloc;
use pipeline::{Apart, Speakers};

/// Gives the memory of clips back to the system, which the usual one keeps.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Scores archives of clips.
#[derive(Parser)]
#[command(name = "banglaser-batch", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Hear all clips of a folder, a store or a manifest, and write a table with a row for each
    Score(Score),
}

#[derive(Args)]
struct Score {
    /// A folder, s3://BUCKET/PREFIX, http(s)://..., or a manifest: a .csv or .parquet file with a column of addresses
    archive: String,
    /// Where the table goes, in parts: a folder or a store
    #[arg(long)]
    out: String,
    /// Hear one share only: 0/16 is the first of sixteen
    #[arg(long, default_value = "0/1")]
    shard: Shard,
    /// Go on where another run ended
    #[arg(long)]
    resume: bool,
    /// The manifest's column of addresses; all others are carried along
    #[arg(long, value_name = "NAME", default_value = "uri")]
    uri_column: String,
    /// Rows of a part; what a killed run loses of its work is less than one part
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    part_rows: u32,
    /// Larger clips are not fetched
    #[arg(long, value_name = "N", default_value_t = 128 << 20)]
    max_clip_bytes: u64,
    /// Requests that a store does not answer are repeated so often
    #[arg(long, value_name = "N", default_value_t = 10)]
    retries: usize,
    #[command(flatten)]
    hearing: Hearing,
}

/// What hears.
#[derive(Args)]
struct Hearing {
    /// Folder of the checkpoint; else models/bilstm-v7 beside this program or in the working directory
    #[arg(long, value_name = "FOLDER", env = "BANGLASER_RECOGNIZER_CHECKPOINT")]
    model: Option<PathBuf>,
    /// Threads that hear; else one for each core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    jobs: Option<u32>,
    /// Longest clip, seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600.0)]
    max_duration: f32,
    /// Tell voices apart: auto, or how many there are
    #[arg(long, value_name = "N")]
    speakers: Option<Speakers>,
    /// Hear each channel by itself
    #[arg(long, value_enum, default_value_t = Channels::Together)]
    channels: Channels,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Channels {
    /// Their mean
    Together,
    /// Each by itself
    Separate,
}

fn main() -> ExitCode {
    let line = CommandLine::parse();
    let done = match &line.command {
        Command::Score(order) => score(order),
    };
    done.unwrap_or_else(|error| {
        // Nobody may be listening any more.
        let _ = writeln!(io::stderr(), "banglaser-batch: {error:#}");
        ExitCode::FAILURE
    })
}

fn score(order: &Score) -> Result<ExitCode> {
    let scorer = order.hearing.open()?;
    let start = Instant::now();
    let summary = runtime(order.hearing.n_jobs())?.block_on(run(order, scorer))?;
    eprintln!("{}", told(&summary, start.elapsed().as_secs_f64()));
    let is_whole = summary.n_faults == 0 && !summary.is_stopped;
    Ok(match is_whole {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

async fn run(order: &Score, scorer: Scorer) -> Result<Summary> {
    let stores = Arc::new(Stores::new(order.retries));
    let archive = Archive::open(&stores, &order.archive, &order.uri_column).await?;
    let out = stores.find(&order.out)?;
    ensure!(
        !archive.holds(&out),
        "{} lies in the archive itself",
        order.out
    );
    let recognizer = scorer.recognizer();
    let labels = recognizer.labels().iter().collect();
    let has_turns = scorer.apart().is_asked();
    let columns = Columns::new(recognizer.model_id(), labels, has_turns, archive.carried());
    let mut parts = Parts::open(out, order.shard, columns.schema()?, order.resume).await?;
    let job = Job {
        stores,
        archive,
        shard: order.shard,
        scorer: Arc::new(scorer),
        columns,
        n_jobs: order.hearing.n_jobs(),
        n_part_rows: order.part_rows as usize,
        max_clip_bytes: order.max_clip_bytes,
    };
    job.run(&mut parts, &mut Progress::start(), told_to_end())
        .await
}

impl Hearing {
    fn open(&self) -> Result<Scorer> {
        let model = match &self.model {
            Some(model) => model.clone(),
            None => {
                let program = env::current_exe()?;
                let beside = program.parent().map(PathBuf::from).unwrap_or_default();
                let found = default_model([beside, PathBuf::new()]);
                found.context("there is no models/ here; name a checkpoint with --model")?
            }
        };
        let apart = Apart {
            channels: self.channels == Channels::Separate,
            speakers: self.speakers,
        };
        Ok(Scorer::open(
            &model,
            limits_up_to(self.max_duration),
            apart,
        )?)
    }

    fn n_jobs(&self) -> usize {
        let n_cores = || thread::available_parallelism().map_or(1, usize::from);
        self.jobs.map_or_else(n_cores, |n_jobs| n_jobs as usize)
    }
}

/// Ctrl-C, or what a container is ended with.
async fn told_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    _ = tokio::signal::ctrl_c().await;
}

fn told(summary: &Summary, duration_s: f64) -> String {
    let speed = summary.n_scored as f64 / duration_s;
    let mut told = format!(
        "{} clips in {duration_s:.1} s, {speed:.1} per second; {} of them gave no prediction",
        summary.n_scored, summary.n_errors
    );
    if summary.n_done > 0 {
        told += &format!("; {} were done before", summary.n_done);
    }
    if summary.n_repeated > 0 {
        told += &format!("; {} stand twice in the manifest", summary.n_repeated);
    }
    if summary.n_faults > 0 {
        told += &format!(
            "; {} could not be fetched, --resume tries again",
            summary.n_faults
        );
    }
    if summary.is_stopped {
        told += "; it was stopped, --resume goes on";
    }
    told
}
