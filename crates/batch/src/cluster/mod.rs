//! SQL over archives by several machines (Ballista): one that shares plans out, and those that work on them.
//!
//! ```text
//! client: query -> logical plan -> scheduler: a task for each share of an archive -> executors: hear -> client
//! ```
//!
//! Input   what hears, the same model everywhere; addresses of each other
//! Output  what the client's query answers
//! Errors  when they do not reach each other; of a query as in one process
//! Invariant: `clips` and `score` go by their names and are known everywhere, beside all that DataFusion has

mod codec;

use std::{net::SocketAddr, sync::Arc};

use anyhow::{Context, Result};
use ballista::prelude::SessionContextExt;
use ballista_core::{
    config::TaskSchedulingPolicy, extension::SessionConfigExt, registry::BallistaFunctionRegistry,
    utils::default_session_builder,
};
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::{
    cluster::BallistaCluster, config::SchedulerConfig, scheduler_process::start_server,
};
use datafusion::{
    execution::{FunctionRegistry, SessionStateBuilder, SessionStateDefaults},
    prelude::{SessionConfig, SessionContext},
};

use codec::Codec;

use crate::{hearing::Hearing, sql};

/// What asks archives by a scheduler; an archive is read in so many shares.
///
/// # Errors
/// When the address is none.
pub async fn context(
    hearing: &Arc<Hearing>,
    scheduler: &str,
    n_shares: u32,
) -> Result<SessionContext> {
    let codec = Codec::new(hearing);
    let mut config = SessionConfig::new_with_ballista()
        .with_ballista_logical_extension_codec(Arc::clone(&codec) as _)
        .with_ballista_physical_extension_codec(codec);
    sql::hear_late(&mut config);
    let state = SessionStateBuilder::new()
        .with_config(config)
        .with_default_features()
        .build();
    let context = SessionContext::remote_with_state(scheduler, state).await;
    let context = context.with_context(|| format!("{scheduler} is no scheduler"))?;
    // The context keeps only functions that every Ballista has.
    sql::register(&context, hearing, n_shares)?;
    Ok(context)
}

/// How a scheduler works.
#[derive(Clone, Debug)]
pub struct Scheduler {
    /// Where executors and clients reach it.
    pub listen: SocketAddr,
    /// An executor that was not heard of for so long is lost, and its tasks are for the others, seconds.
    pub executor_timeout_s: u64,
}

impl Scheduler {
    /// Shares plans out until the process ends.
    ///
    /// # Errors
    /// When it cannot listen.
    pub async fn run(&self, hearing: &Arc<Hearing>) -> Result<()> {
        let codec = Codec::new(hearing);
        let score = Arc::new(sql::score_function(hearing)?);
        let config = SchedulerConfig {
            bind_host: self.listen.ip().to_string(),
            bind_port: self.listen.port(),
            scheduling_policy: TaskSchedulingPolicy::PullStaged,
            executor_timeout_seconds: self.executor_timeout_s,
            expire_dead_executor_interval_seconds: (self.executor_timeout_s / 4).max(1),
            no_executors_grace_period_seconds: self.executor_timeout_s,
            override_session_builder: Some(Arc::new(move |mut config| {
                sql::hear_late(&mut config);
                let mut state = default_session_builder(config)?;
                state.register_udf(Arc::clone(&score))?;
                Ok(state)
            })),
            override_logical_codec: Some(Arc::clone(&codec) as _),
            override_physical_codec: Some(codec),
            ..SchedulerConfig::default()
        };
        let cluster = BallistaCluster::new_from_config(&config).await?;
        let served = start_server(cluster, self.listen, Arc::new(config)).await;
        served.with_context(|| format!("cannot listen at {}", self.listen))
    }
}

/// How an executor works.
#[derive(Clone, Debug)]
pub struct Executor {
    /// Host and port of the scheduler.
    pub scheduler: (String, u16),
    /// Where it gives its results to others; it reaches the scheduler by itself.
    pub listen: SocketAddr,
    /// Under which name others reach it; else the address from which it reached the scheduler.
    pub host: Option<String>,
    /// Where results wait until they are fetched; else the folder of the system for what is temporary.
    pub work_dir: Option<String>,
    /// Tasks at a time.
    pub n_jobs: usize,
    /// How long it looks for its scheduler at the start, seconds.
    pub connect_timeout_s: u16,
}

impl Executor {
    /// Works until the process is told to end.
    ///
    /// # Errors
    /// When it does not reach the scheduler, or cannot listen.
    pub async fn run(self, hearing: &Arc<Hearing>) -> Result<()> {
        let codec = Codec::new(hearing);
        let score = sql::score_function(hearing)?;
        let mut functions = BallistaFunctionRegistry::default();
        // What it leaves out by itself are those of lists.
        let scalars = SessionStateDefaults::default_scalar_functions();
        let scalars = scalars.into_iter().chain([Arc::new(score)]);
        let named = scalars.map(|function| (function.name().to_owned(), function));
        functions.scalar_functions.extend(named);
        let (scheduler_host, scheduler_port) = self.scheduler;
        let config = ExecutorProcessConfig {
            bind_host: self.listen.ip().to_string(),
            port: self.listen.port(),
            external_host: self.host,
            scheduler_host,
            scheduler_port,
            scheduler_connect_timeout_seconds: self.connect_timeout_s,
            vcores: self.n_jobs,
            task_scheduling_policy: TaskSchedulingPolicy::PullStaged,
            work_dir: self.work_dir,
            job_data_ttl_seconds: JOB_DATA_TTL_S,
            job_data_clean_up_interval_seconds: JOB_DATA_TTL_S / 24,
            override_function_registry: Some(Arc::new(functions)),
            override_logical_codec: Some(Arc::clone(&codec) as _),
            override_physical_codec: Some(codec),
            ..ExecutorProcessConfig::default()
        };
        Ok(start_executor_process(Arc::new(config)).await?)
    }
}

/// So long an executor keeps what nobody fetched, seconds: a day.
const JOB_DATA_TTL_S: u64 = 86_400;
