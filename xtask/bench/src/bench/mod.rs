//! `cargo xtask bench`: how long everything takes and how much memory it needs, and what the original application is
//! made of beside it.
//!
//! Every figure of docs/performance.md comes from here: `--write` measures all of them and writes the tables and plots
//! anew. Requests go to servers that this command starts on free ports of 127.0.0.1, bounded in number and time.

mod client;
mod clips;
mod device;
mod document;
mod goals;
mod plot;
mod roofline;
mod server;
mod serving;
mod simulation;
mod stages;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use clap::Args;

use document::Tables;
use goals::Goals;
use xtask::command::output;
use xtask::python;
use xtask::workspace::Workspace;

/// What to measure.
#[derive(Args)]
pub struct Options {
    /// Also PyTorch and torchaudio, in the same run; they come into a virtual environment below target/
    #[arg(long)]
    pytorch: bool,
    /// The release server instead, beside a stand-in for the original one; needs ffmpeg
    #[arg(long)]
    server: bool,
    /// What hears on the reader's own device instead, in Chromium
    #[arg(long)]
    device: bool,
    /// Everything, or with --server the servers, and write the tables and plots of docs/performance.md
    #[arg(long)]
    write: bool,
}

/// Measures and prints; with `--write` into the document too.
pub fn bench(workspace: &Workspace, options: &Options) -> Result<()> {
    let Options {
        pytorch,
        server,
        device,
        write,
    } = *options;
    if device {
        return device::measure(workspace);
    }
    let python = match pytorch || server || write {
        true => Some(python(workspace)?),
        false => None,
    };
    let mut tables = Tables::default();
    if !server {
        tables.insert("machine", machine());
        let stages = stages::measure(workspace, python.as_deref())?;
        tables.insert("stages", stages.table());
        let mut goals = Goals::default();
        tables.insert("roofline", roofline::table(&stages, &mut goals));
        tables.insert("stage goals", goals.table());
    }
    let plots = match (write || server, &python) {
        (true, Some(python)) => {
            tables.insert("servers", machine());
            serving::measure(workspace, python, &mut tables)?
        }
        _ => Vec::new(),
    };
    tables.print();
    if write {
        let folder = workspace.root.join("docs");
        tables.write(&folder.join("performance.md"))?;
        for (name, svg) in plots {
            fs::write(folder.join(name), svg)?;
        }
    }
    Ok(())
}

/// Where the figures come from, and how busy that machine was with other things.
fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpu_info = read("/proc/cpuinfo");
    let model = cpu_info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("a processor without a name", |(_, name)| name);
    let n_cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or("unknown");
    let date = output(Command::new("date").arg("+%Y-%m-%d %H:%M")).unwrap_or_default();
    format!(
        "Measured {date} on {model}, {n_cores} cores; load average before the first measurement: {load} (0 is an idle machine).\n"
    )
}

/// The interpreter with PyTorch: `PYTHON`, else that of a virtual environment below the target folder.
fn python(workspace: &Workspace) -> Result<PathBuf> {
    match std::env::var_os("PYTHON") {
        Some(python) => Ok(python.into()),
        None => python::environment(workspace, "pytorch", "benches/requirements.txt"),
    }
}
