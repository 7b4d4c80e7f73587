//! Python for what only Python has: schemathesis against our interface, schemas of what operators start from.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::command::{output, run};
use crate::workspace::Workspace;

/// The interpreter of the virtual environment `<target>/NAME`, with what `requirements` (from the checkout) lists.
///
/// # Errors
/// Where there is no Python 3 with venv, or the packages cannot be had.
pub fn environment(workspace: &Workspace, name: &str, requirements: &str) -> Result<PathBuf> {
    let folder = workspace.target_dir.join(name);
    let python = if cfg!(windows) {
        folder.join("Scripts/python.exe")
    } else {
        folder.join("bin/python")
    };
    if !python.exists() {
        run(interpreter().args(["-m", "venv"]).arg(&folder))?;
    }
    run(Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--requirement",
        ])
        .arg(workspace.root.join(requirements)))?;
    Ok(python)
}

/// Is there a Python 3 that can make virtual environments?
pub fn is_installed() -> bool {
    output(interpreter().args(["-c", "import ensurepip, venv"])).is_some()
}

fn interpreter() -> Command {
    Command::new(if cfg!(windows) { "python" } else { "python3" })
}
