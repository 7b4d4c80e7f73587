//! What hears, in the words of the command line.

use std::{env, path::PathBuf, sync::Arc, thread};

use anyhow::{Context, Result};
use batch::{Hearing, Scorer, Stores, default_model, limits_up_to};
use clap::{Args, ValueEnum};
use pipeline::{Apart, Speakers};
use tokio::runtime::Handle;

/// What hears.
#[derive(Args)]
pub struct Hear {
    /// Folder of the checkpoint; else models/bilstm-v8 beside this program or in the working directory
    #[arg(long, value_name = "FOLDER", env = "BANGLASER_RECOGNIZER_CHECKPOINT")]
    model: Option<PathBuf>,
    /// Threads that hear; else one for each core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    jobs: Option<u32>,
    /// Longest clip, seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600.0)]
    max_duration: f32,
    /// Larger clips are not fetched
    #[arg(long, value_name = "N", default_value_t = 128 << 20)]
    max_clip_bytes: u64,
    /// Requests that a store does not answer are repeated so often
    #[arg(long, value_name = "N", default_value_t = 10)]
    retries: usize,
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

impl Hear {
    /// Opens what hears on these threads.
    ///
    /// # Errors
    /// When there is no checkpoint, or it does not open.
    pub fn open(&self, threads: &Handle) -> Result<Arc<Hearing>> {
        let stores = Arc::new(Stores::new(self.retries));
        let (n_jobs, max_clip_bytes) = (self.n_jobs(), self.max_clip_bytes);
        let threads = threads.clone();
        Ok(Hearing::new(
            stores,
            self.scorer()?,
            n_jobs,
            max_clip_bytes,
            threads,
        ))
    }

    /// Threads that hear.
    pub fn n_jobs(&self) -> usize {
        let n_cores = || thread::available_parallelism().map_or(1, usize::from);
        self.jobs.map_or_else(n_cores, |n_jobs| n_jobs as usize)
    }

    fn scorer(&self) -> Result<Scorer> {
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
        let limits = limits_up_to(self.max_duration);
        Ok(Scorer::open(&model, limits, apart)?)
    }
}
