//! Node.js and npm: they run the browser tests; the server and its page need neither.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::command::{output, run_within};
use crate::system_packages;

const OLDEST_MAJOR: u32 = 18;
const NPM_LIMIT: Duration = Duration::from_secs(300);

/// Is there a Node.js that is new enough, and npm?
fn is_installed() -> bool {
    let version = output(Command::new("node").arg("--version")).unwrap_or_default();
    let major = version
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok());
    major.is_some_and(|major| major >= OLDEST_MAJOR) && output(npm().arg("--version")).is_some()
}

/// Makes sure that Node.js and npm are there; installs them where apt can.
///
/// # Errors
/// If they are missing and cannot be installed.
pub fn ensure() -> Result<()> {
    if is_installed() {
        return Ok(());
    }
    system_packages::install(&["nodejs", "npm"], "the browser tests run in Node.js")?;
    if !is_installed() {
        bail!(
            "the browser tests need Node.js {OLDEST_MAJOR} or newer with npm; install it from nodejs.org"
        );
    }
    Ok(())
}

/// Installs in `folder` exactly what its package-lock.json lists, unless that was done before.
///
/// # Errors
/// If npm fails, for example without a network.
pub fn install_locked(folder: &Path) -> Result<()> {
    let lock = fs::read_to_string(folder.join("package-lock.json"))
        .with_context(|| format!("cannot read package-lock.json in {}", folder.display()))?;
    let installed = folder.join("node_modules").join("installed-lock.json");
    if fs::read_to_string(&installed).is_ok_and(|before| before == lock) {
        return Ok(());
    }
    let mut npm = npm();
    npm.args([
        "ci",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        "--fetch-retries=1",
    ])
    .current_dir(folder)
    .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    run_within(&mut npm, NPM_LIMIT)
        .with_context(|| format!("npm could not install {}", folder.display()))?;
    fs::write(installed, lock).context("cannot note what npm installed")
}

fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}
