//! `cargo xtask bench`: how long every stage takes, and PyTorch beside it.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::command::{output, run};
use crate::toolchain::Toolchain;
use crate::workspace::Workspace;

/// Median times in milliseconds, by stage.
type Times = BTreeMap<String, f64>;

/// Times every stage on one thread; `with_pytorch` also in PyTorch, right after and on one thread too.
///
/// PyTorch comes into a virtual environment below the target folder, unless `PYTHON` names an
/// interpreter that has torch and torchaudio.
pub fn bench(workspace: &Workspace, with_pytorch: bool) -> Result<()> {
    let ours = ours(workspace)?;
    let theirs = if with_pytorch {
        theirs(workspace)?
    } else {
        Times::new()
    };
    if let Some(stage) = theirs.keys().find(|stage| !ours.contains_key(*stage)) {
        bail!("benches/pytorch.py times `{stage}`, of which there is no bench");
    }
    print!("{}", table(&ours, &theirs));
    Ok(())
}

fn ours(workspace: &Workspace) -> Result<Times> {
    let folder = workspace.target_dir.join("criterion");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("cannot remove the last times")?;
    }
    let toolchain = Toolchain::active();
    let mut cargo = toolchain.cargo(workspace);
    cargo
        .args(["bench", "--package", "audio", "--package", "recognizer"])
        .args(["--bench", "stages", "--bench", "forward"])
        .env("CRITERION_HOME", &folder)
        .env("RAYON_NUM_THREADS", "1");
    run(&mut cargo)?;
    let stages = fs::read_dir(&folder).context("criterion left no times")?;
    stages
        .filter_map(|stage| time_of(&stage.ok()?.path().join("new")).transpose())
        .collect()
}

/// Name and median of a stage; `None` where criterion left something else.
fn time_of(folder: &Path) -> Result<Option<(String, f64)>> {
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
    Ok(name.zip(median_ns.map(|ns| ns / 1e6)))
}

fn theirs(workspace: &Workspace) -> Result<Times> {
    let python = match env::var_os("PYTHON") {
        Some(python) => PathBuf::from(python),
        None => virtual_environment(workspace)?,
    };
    let script = workspace.root.join("benches/pytorch.py");
    let said = output(Command::new(&python).arg(&script))
        .with_context(|| format!("{} failed under {}", script.display(), python.display()))?;
    Ok(serde_json::from_str(&said)?)
}

fn virtual_environment(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target_dir.join("pytorch");
    let python = if cfg!(windows) {
        folder.join("Scripts/python.exe")
    } else {
        folder.join("bin/python")
    };
    if !python.exists() {
        let interpreter = if cfg!(windows) { "python" } else { "python3" };
        run(Command::new(interpreter).args(["-m", "venv"]).arg(&folder))?;
    }
    let requirements = workspace.root.join("benches/requirements.txt");
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--requirement"])
        .arg(requirements))?;
    Ok(python)
}

/// A table in Markdown, in the order of the names.
fn table(ours: &Times, theirs: &Times) -> String {
    let mut lines = if theirs.is_empty() {
        "| stage | ms |\n|---|---|\n".to_owned()
    } else {
        "| stage | ms | PyTorch, ms | ours / PyTorch |\n|---|---|---|---|\n".to_owned()
    };
    for (stage, ms) in ours {
        let line = match theirs.get(stage) {
            Some(theirs) => format!("| {stage} | {ms:.3} | {theirs:.3} | {:.2} |\n", ms / theirs),
            None if theirs.is_empty() => format!("| {stage} | {ms:.3} |\n"),
            None => format!("| {stage} | {ms:.3} | | |\n"),
        };
        lines.push_str(&line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(pairs: &[(&str, f64)]) -> Times {
        let named = |&(name, ms): &(&str, f64)| (name.to_owned(), ms);
        pairs.iter().map(named).collect()
    }

    #[test]
    fn the_table_has_pytorch_beside_the_stages_that_it_has() {
        let ours = times(&[("decode", 0.5), ("forward", 1.0)]);
        let both = table(&ours, &times(&[("forward", 4.0)]));
        assert!(both.contains("| decode | 0.500 | | |"));
        assert!(both.contains("| forward | 1.000 | 4.000 | 0.25 |"));
        assert!(table(&ours, &times(&[])).contains("| decode | 0.500 |\n"));
    }
}
