//! `banglaser-batch scheduler` and `banglaser-batch executor`.

use std::{net::SocketAddr, process::ExitCode};

use anyhow::{Context, Result};
use batch::{cluster, runtime};
use clap::Args;
use tokio::runtime::Runtime;
use url::Url;

use crate::{hear::Hear, told_to_end};

/// Who shares questions out.
#[derive(Args)]
pub struct Scheduler {
    /// Where executors and clients reach it
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50050")]
    listen: SocketAddr,
    /// An executor that says nothing for so long is lost, and its tasks go to others; at least 10
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(10..))]
    executor_timeout: u64,
    #[command(flatten)]
    hear: Hear,
}

/// Who hears for a scheduler.
#[derive(Args)]
pub struct Executor {
    /// Who shares questions out, as df://HOST:PORT
    #[arg(long, value_name = "URL", default_value = "df://127.0.0.1:50050")]
    scheduler: Url,
    /// Where clients and other executors fetch its results
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50051")]
    listen: SocketAddr,
    /// Under which name they reach it; else the address from which it reached the scheduler
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
    /// Where results wait until they are fetched; else the system's folder for what is temporary
    #[arg(long, value_name = "FOLDER")]
    work_dir: Option<String>,
    /// How long it looks for its scheduler at the start
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    connect_timeout: u16,
    #[command(flatten)]
    hear: Hear,
}

impl Scheduler {
    /// Serves until the process is told to end; what was asked ends with it.
    ///
    /// # Errors
    /// When it cannot listen.
    pub fn run(&self) -> Result<ExitCode> {
        log();
        let threads = runtime(self.hear.n_jobs())?;
        let hearing = self.hear.open(threads.handle())?;
        let scheduler = cluster::Scheduler {
            listen: self.listen,
            executor_timeout_s: self.executor_timeout,
        };
        Runtime::new()?.block_on(async {
            tokio::select! {
                served = scheduler.run(&hearing) => served,
                () = told_to_end() => Ok(()),
            }
        })?;
        threads.shutdown_background();
        Ok(ExitCode::SUCCESS)
    }
}

impl Executor {
    /// Serves until the process is told to end.
    ///
    /// # Errors
    /// When it does not reach the scheduler, or cannot listen.
    pub fn run(&self) -> Result<ExitCode> {
        log();
        let threads = runtime(self.hear.n_jobs())?;
        let hearing = self.hear.open(threads.handle())?;
        let host = self.scheduler.host_str();
        let host = host.with_context(|| format!("{} has no host", self.scheduler))?;
        let executor = cluster::Executor {
            scheduler: (host.to_owned(), self.scheduler.port().unwrap_or(50_050)),
            listen: self.listen,
            host: self.host.clone(),
            work_dir: self.work_dir.clone(),
            n_jobs: self.hear.n_jobs(),
            connect_timeout_s: self.connect_timeout,
        };
        Runtime::new()?.block_on(executor.run(&hearing))?;
        threads.shutdown_background();
        Ok(ExitCode::SUCCESS)
    }
}

/// What Ballista says, from warnings on, unless `RUST_LOG` asks for more; not what decoders say of bad clips, which are
/// answers.
fn log() {
    let wanted = env_logger::Env::default().default_filter_or("warn,symphonia=off");
    env_logger::Builder::from_env(wanted).init();
}
