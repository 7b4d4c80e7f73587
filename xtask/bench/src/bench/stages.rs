//! Every stage alone, by criterion, and those that PyTorch, torchaudio and soundfile have too beside it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use xtask::command::{output, run};
use xtask::wasm_target;
use xtask::workspace::Workspace;

/// Of one stage, milliseconds.
#[derive(Clone, Copy)]
pub struct Time {
    pub min: f64,
    pub median: f64,
}

/// By stage.
type Times = BTreeMap<String, Time>;

/// What was measured.
pub struct Stages {
    ours: Times,
    theirs: Times,
}

/// Times every stage on one thread, ours between two runs of theirs, so that a machine that grows slower or faster
/// favours nobody.
pub fn measure(workspace: &Workspace, python: Option<&Path>) -> Result<Stages> {
    let theirs = || python.map_or(Ok(Times::new()), |python| theirs(workspace, python));
    let before = theirs()?;
    let ours = ours(workspace)?;
    let mut after = theirs()?;
    for (stage, before) in before {
        let after = after.entry(stage).or_insert(before);
        after.min = after.min.min(before.min);
        after.median = after.median.min(before.median);
    }
    if let Some(stage) = after.keys().find(|stage| !ours.contains_key(*stage)) {
        bail!("benches/pytorch.py times `{stage}`, of which there is no bench");
    }
    Ok(Stages {
        ours,
        theirs: after,
    })
}

fn ours(workspace: &Workspace) -> Result<Times> {
    let folder = workspace.target_dir.join("criterion");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("cannot remove the last times")?;
    }
    // The toolchain and features of the release server, so that nothing is compiled a second time.
    let toolchain = wasm_target::ensure(workspace)?;
    let mut cargo = toolchain.cargo(workspace);
    cargo
        .args([
            "bench",
            "--features",
            "banglaser/ssr",
            "--package",
            "banglaser",
        ])
        .args(["--package", "audio", "--package", "network"])
        .args([
            "--bench", "stages", "--bench", "forward", "--bench", "machine",
        ])
        .args(["--", "--warm-up-time", "1", "--measurement-time", "3"])
        .env("CRITERION_HOME", &folder)
        .env("RAYON_NUM_THREADS", "1");
    run(&mut cargo)?;
    let stages = fs::read_dir(&folder).context("criterion left no times")?;
    stages
        .filter_map(|stage| time_of(&stage.ok()?.path().join("new")).transpose())
        .collect()
}

/// Name and times of a stage; `None` where criterion left something else.
fn time_of(folder: &Path) -> Result<Option<(String, Time)>> {
    let read = |file: &str| -> Result<Value> {
        let text = fs::read_to_string(folder.join(file))?;
        Ok(serde_json::from_str(&text)?)
    };
    if !folder.join("benchmark.json").exists() {
        return Ok(None);
    }
    let name = read("benchmark.json")?["full_id"]
        .as_str()
        .map(str::to_owned);
    let median_ns = read("estimates.json")?["median"]["point_estimate"].as_f64();
    let sample = read("sample.json")?;
    let numbers = |key: &str| -> Vec<f64> {
        let values = sample[key].as_array().into_iter().flatten();
        values.filter_map(Value::as_f64).collect()
    };
    let per_call = numbers("times").into_iter().zip(numbers("iters"));
    let min_ns = per_call.map(|(ns, n_calls)| ns / n_calls).reduce(f64::min);
    let time = min_ns.zip(median_ns).map(|(min, median)| Time {
        min: min / 1e6,
        median: median / 1e6,
    });
    Ok(name.zip(time))
}

fn theirs(workspace: &Workspace, python: &Path) -> Result<Times> {
    let script = workspace.root.join("benches/pytorch.py");
    let said = output(Command::new(python).arg(&script))
        .with_context(|| format!("{} failed under {}", script.display(), python.display()))?;
    let times: BTreeMap<String, [f64; 2]> = serde_json::from_str(&said)?;
    let times = times.into_iter();
    Ok(times
        .map(|(stage, [min, median])| (stage, Time { min, median }))
        .collect())
}

impl Stages {
    /// Time of one of our stages.
    pub fn ours(&self, stage: &str) -> Option<Time> {
        self.ours.get(stage).copied()
    }

    /// In Markdown, in the order of the names.
    pub fn table(&self) -> String {
        let mut lines = if self.theirs.is_empty() {
            "| stage | ms, min | ms, median |\n|---|---|---|\n".to_owned()
        } else {
            "| stage | ms, min | ms, median | theirs, min | theirs, median | ours / theirs, min | median |\n\
             |---|---|---|---|---|---|---|\n"
                .to_owned()
        };
        for (stage, Time { min, median }) in &self.ours {
            lines.push_str(&format!("| {stage} | {min:.3} | {median:.3} |"));
            match self.theirs.get(stage) {
                Some(theirs) => lines.push_str(&format!(
                    " {:.3} | {:.3} | {:.2} | {:.2} |",
                    theirs.min,
                    theirs.median,
                    min / theirs.min,
                    median / theirs.median
                )),
                None if self.theirs.is_empty() => {}
                None => lines.push_str(" | | | |"),
            }
            lines.push('\n');
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(pairs: &[(&str, f64)]) -> Times {
        let named = |&(name, ms): &(&str, f64)| {
            let time = Time {
                min: ms,
                median: 1.5 * ms,
            };
            (name.to_owned(), time)
        };
        pairs.iter().map(named).collect()
    }

    #[test]
    fn the_table_has_theirs_beside_the_stages_that_they_have() {
        let mut stages = Stages {
            ours: times(&[("decode", 0.5), ("forward", 1.0)]),
            theirs: times(&[("forward", 4.0)]),
        };
        let both = stages.table();
        assert!(
            both.contains("| decode | 0.500 | 0.750 | | | | |\n"),
            "{both}"
        );
        assert!(
            both.contains("| forward | 1.000 | 1.500 | 4.000 | 6.000 | 0.25 | 0.25 |\n"),
            "{both}"
        );
        stages.theirs.clear();
        assert!(stages.table().contains("| decode | 0.500 | 0.750 |\n"));
    }
}
