//! How much of the core's own speed is left: the same clips heard by a plain loop and by `Job::run`, in one process.
//!
//! `cargo run --release --manifest-path crates/batch/Cargo.toml --example speed -- FOLDER N_CLIPS JOBS`; Linux only,
//! where the system tells the time of the processor and the memory of a process in files.
//!
//! The clips of the folder are linked under other names until there are so many. The loop has them in memory;
//! `Job::run` reads them, in four shares, and writes parts. Twice, one after the other, because other processes come
//! and go; time of the processor is not theirs.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

use anyhow::{Context, Result};
use batch::{
    Archive, Columns, Hearing, Job, Parts, Progress, Scorer, Shard, Stores, limits_up_to, runtime,
};
use mimalloc::MiMalloc;
use pipeline::Apart;
use tokio::runtime::Handle;

/// As in the program.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const N_SHARDS: usize = 4;

/// Where it all lies and how it is heard.
struct Trial {
    folder: PathBuf,
    model: PathBuf,
    scorer: Scorer,
    n_jobs: usize,
}

fn main() -> Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    let [clips, n_clips, n_jobs] = &words[..] else {
        anyhow::bail!("FOLDER N_CLIPS JOBS");
    };
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/bilstm-v8");
    let trial = Trial {
        folder: env::temp_dir().join(format!("banglaser-speed-{}", std::process::id())),
        scorer: scorer(&model)?,
        model,
        n_jobs: n_jobs.parse()?,
    };
    let paths = trial.link(Path::new(clips), n_clips.parse()?)?;
    println!("{} clips, {n_jobs} threads, load {}", paths.len(), load()?);
    for _ in 0..2 {
        trial.measure("loop", paths.len(), || trial.plain_loop(&paths))?;
        trial.measure("job", paths.len(), || trial.job())?;
    }
    println!("load {}", load()?);
    fs::remove_dir_all(&trial.folder)?;
    Ok(())
}

fn scorer(model: &Path) -> Result<Scorer> {
    let opened = Scorer::open(model, limits_up_to(600.0), Apart::default());
    Ok(opened?)
}

impl Trial {
    /// So many names for the clips of a folder.
    fn link(&self, clips: &Path, n_clips: usize) -> Result<Vec<PathBuf>> {
        let below = self.folder.join("clips");
        fs::create_dir_all(&below)?;
        let found: Vec<PathBuf> = fs::read_dir(clips)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        let link = |idx: usize| {
            let clip = &found[idx % found.len()];
            let name = clip.file_name().unwrap_or_default().to_string_lossy();
            let path = below.join(format!("{idx:06}-{name}"));
            fs::hard_link(clip, &path).or_else(|_| fs::copy(clip, &path).map(|_| ()))?;
            Ok(path)
        };
        (0..n_clips).map(link).collect()
    }

    fn measure(
        &self,
        what: &str,
        n_clips: usize,
        run: impl FnOnce() -> Result<usize>,
    ) -> Result<()> {
        let (start, cpu_s) = (Instant::now(), cpu_s()?);
        let n_heard = run()?;
        let (wall_s, cpu_s) = (start.elapsed().as_secs_f64(), cpu_s_since(cpu_s)?);
        println!(
            "{what}: {n_heard} of {n_clips} gave a prediction, {wall_s:.1} s, {:.1} clips/s; processor {cpu_s:.1} s, \
             {:.2} ms a clip; {}",
            n_clips as f64 / wall_s,
            1000.0 * cpu_s / n_clips as f64,
            memory()?
        );
        Ok(())
    }

    fn plain_loop(&self, paths: &[PathBuf]) -> Result<usize> {
        let clips: Vec<Vec<u8>> = paths.iter().map(fs::read).collect::<Result<_, _>>()?;
        let (next, n_heard) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..self.n_jobs {
                scope.spawn(|| {
                    while let Some(clip) = clips.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let heard = pipeline::recognize(
                            self.scorer.recognizer(),
                            &limits_up_to(600.0),
                            clip,
                        );
                        n_heard.fetch_add(usize::from(heard.is_ok()), Ordering::Relaxed);
                    }
                });
            }
        });
        Ok(n_heard.into_inner())
    }

    fn job(&self) -> Result<usize> {
        let out = self.folder.join("out");
        let mut n_heard = 0;
        for idx in 0..N_SHARDS {
            let shard: Shard = format!("{idx}/{N_SHARDS}").parse()?;
            let summary = runtime(self.n_jobs)?.block_on(self.share(shard, &out))?;
            n_heard += (summary.n_scored - summary.n_errors) as usize;
            println!("  share {idx}: {}", memory()?);
        }
        fs::remove_dir_all(out)?;
        Ok(n_heard)
    }

    async fn share(&self, shard: Shard, out: &Path) -> Result<batch::Summary> {
        let stores = Arc::new(Stores::new(0));
        let clips = self.folder.join("clips");
        let archive = Archive::open(&stores, clips.to_str().context("text")?, "uri").await?;
        let scorer = scorer(&self.model)?;
        let columns = Columns::of(&scorer, archive.carried());
        let out = stores.find(out.to_str().context("text")?)?;
        let mut parts = Parts::open(out, shard, columns.schema()?, true).await?;
        let threads = Handle::current();
        let job = Job {
            archive,
            shard,
            hearing: Hearing::new(stores, scorer, self.n_jobs, 128 << 20, threads),
            columns,
            n_part_rows: 1000,
        };
        let never = std::future::pending();
        job.run(&mut parts, &mut Progress::start(), never).await
    }
}

/// Time of the processor that this process took, seconds (proc(5)).
fn cpu_s() -> Result<f64> {
    let told = fs::read_to_string("/proc/self/stat")?;
    let (_, behind) = told.rsplit_once(')').context("another form")?;
    let ticks: Vec<f64> = behind
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    Ok(ticks.iter().sum::<f64>() / 100.0)
}

fn cpu_s_since(before_s: f64) -> Result<f64> {
    Ok(cpu_s()? - before_s)
}

/// Memory of this process now and at the most.
fn memory() -> Result<String> {
    let told = fs::read_to_string("/proc/self/status")?;
    let of = |name: &str| {
        let line = told.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kib.unwrap_or(0) / 1024
    };
    Ok(format!(
        "{} MiB, at most {} MiB",
        of("VmRSS:"),
        of("VmHWM:")
    ))
}

fn load() -> Result<String> {
    let told = fs::read_to_string("/proc/loadavg")?;
    Ok(told
        .split_whitespace()
        .take(3)
        .collect::<Vec<_>>()
        .join(" "))
}
