//! `banglaser-batch`: scores archives of clips, and answers questions about them.

#[cfg(feature = "sql")]
mod ask;
mod hear;
#[cfg(feature = "cluster")]
mod serve;

use std::{
    io::{self, Write},
    process::ExitCode,
    sync::Arc,
    time::Instant,
};

use anyhow::{Result, ensure};
use batch::{Archive, Columns, Hearing, Job, Parts, Progress, Shard, Summary, runtime};
use clap::{Args, Parser, Subcommand};
use hear::Hear;
use mimalloc::MiMalloc;

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
    /// Answer a question in SQL about archives
    #[cfg(feature = "sql")]
    Sql(ask::Sql),
    /// Share the questions of clients out to executors
    #[cfg(feature = "cluster")]
    Scheduler(serve::Scheduler),
    /// Hear clips for a scheduler
    #[cfg(feature = "cluster")]
    Executor(serve::Executor),
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
    #[command(flatten)]
    hear: Hear,
}

fn main() -> ExitCode {
    let line = CommandLine::parse();
    let done = match &line.command {
        Command::Score(order) => score(order),
        #[cfg(feature = "sql")]
        Command::Sql(order) => order.run(),
        #[cfg(feature = "cluster")]
        Command::Scheduler(order) => order.run(),
        #[cfg(feature = "cluster")]
        Command::Executor(order) => order.run(),
    };
    done.unwrap_or_else(|error| {
        // Nobody may be listening any more.
        let _ = writeln!(io::stderr(), "banglaser-batch: {}", batch::told(&error));
        ExitCode::FAILURE
    })
}

fn score(order: &Score) -> Result<ExitCode> {
    let threads = runtime(order.hear.n_jobs())?;
    let hearing = order.hear.open(threads.handle())?;
    let start = Instant::now();
    let summary = threads.block_on(run(order, hearing))?;
    eprintln!("{}", told(&summary, start.elapsed().as_secs_f64()));
    let is_whole = summary.n_faults == 0 && !summary.is_stopped;
    Ok(match is_whole {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

async fn run(order: &Score, hearing: Arc<Hearing>) -> Result<Summary> {
    let stores = hearing.stores();
    let archive = Archive::open(stores, &order.archive, &order.uri_column).await?;
    let out = stores.find(&order.out)?;
    ensure!(
        !archive.holds(&out),
        "{} lies in the archive itself",
        order.out
    );
    let columns = Columns::of(hearing.scorer(), archive.carried());
    let mut parts = Parts::open(out, order.shard, columns.schema()?, order.resume).await?;
    let job = Job {
        archive,
        shard: order.shard,
        hearing,
        columns,
        n_part_rows: order.part_rows as usize,
    };
    job.run(&mut parts, &mut Progress::start(), told_to_end())
        .await
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
