//! `banglaser-batch sql`.

use std::{path::PathBuf, process::ExitCode, sync::Arc, time::Instant};

use anyhow::Result;
use batch::{
    Hearing, runtime,
    sql::{self, Form},
};
use clap::Args;
use datafusion::{
    physical_plan::stream::RecordBatchStreamAdapter,
    prelude::{SQLOptions, SessionContext},
};
use tokio::runtime::Runtime;

use crate::hear::Hear;

/// A question.
#[derive(Args)]
pub struct Sql {
    /// Such as: select emotion, count(*) from clips('calls/') group by 1
    query: String,
    /// How the answer is written: table, csv, json (an object on each line) or parquet
    #[arg(long, default_value = "table")]
    format: Form,
    /// Where it goes; else standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Who shares the question out, as df://HOST:PORT; else it is answered here
    #[cfg(feature = "cluster")]
    #[arg(long, value_name = "URL")]
    scheduler: Option<String>,
    /// In how many shares an archive is read by a scheduler's executors; each of them lists it
    #[cfg(feature = "cluster")]
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    shares: u32,
    #[command(flatten)]
    hear: Hear,
}

impl Sql {
    /// Asks and writes the answer.
    ///
    /// # Errors
    /// When the question is none, or there is no answer.
    pub fn run(&self) -> Result<ExitCode> {
        // Functions of a plan wait for what is heard; on threads of their own they hold up nothing.
        let threads = runtime(self.hear.n_jobs())?;
        let hearing = self.hear.open(threads.handle())?;
        let start = Instant::now();
        let answered = Runtime::new()?.block_on(self.ask(&hearing));
        threads.shutdown_background();
        let duration_s = start.elapsed().as_secs_f64();
        eprintln!("{} rows in {duration_s:.1} s", answered?);
        Ok(ExitCode::SUCCESS)
    }

    async fn ask(&self, hearing: &Arc<Hearing>) -> Result<usize> {
        let context = self.context(hearing).await?;
        let only_queries = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        let asked = context.sql_with_options(&self.query, only_queries);
        let answer = asked.await?;
        let planned = Arc::clone(answer.schema().inner());
        let rows = answer.execute_stream().await?;
        // Ballista forgets the columns of what it knows to have no rows.
        let schema = match rows.schema().fields().is_empty() {
            true => planned,
            false => rows.schema(),
        };
        let rows = Box::pin(RecordBatchStreamAdapter::new(schema, rows));
        sql::write(rows, self.format, self.out.as_deref()).await
    }

    #[cfg(feature = "cluster")]
    async fn context(&self, hearing: &Arc<Hearing>) -> Result<SessionContext> {
        match &self.scheduler {
            Some(scheduler) => batch::cluster::context(hearing, scheduler, self.shares).await,
            None => sql::context(hearing, self.hear.n_jobs()),
        }
    }

    #[cfg(not(feature = "cluster"))]
    async fn context(&self, hearing: &Arc<Hearing>) -> Result<SessionContext> {
        sql::context(hearing, self.hear.n_jobs())
    }
}
