//! A Chromium for the browser tests: the one that `CHROMIUM` names, an installed one, else apt's.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::command::output;
use crate::system_packages;

const IN_PATH: [&str; 4] = [
    "chromium",
    "google-chrome",
    "google-chrome-stable",
    "chromium-browser",
];
const MAC_APPS: [&str; 3] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
];
const WINDOWS_FOLDERS: [&str; 3] = ["ProgramFiles", "ProgramFiles(x86)", "LocalAppData"];
const WINDOWS_PROGRAMS: [&str; 2] = [
    r"Google\Chrome\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
];

/// Finds a browser, or installs one.
///
/// # Errors
/// Where there is none and it cannot be installed.
pub fn ensure() -> Result<PathBuf> {
    if let Some(chosen) = env::var_os("CHROMIUM").map(PathBuf::from) {
        if !chosen.is_file() {
            bail!("CHROMIUM is {}, which is no file", chosen.display());
        }
        return Ok(chosen);
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    if !cfg!(target_os = "linux") {
        bail!(
            "the browser tests need Google Chrome or Chromium: install it, or name it in the variable CHROMIUM"
        );
    }
    system_packages::install(&["chromium"], "the browser tests run in it")?;
    match find() {
        Some(installed) => Ok(installed),
        None => bail!(
            "apt's chromium does not start here: install Google Chrome, or name a browser in the variable CHROMIUM"
        ),
    }
}

fn find() -> Option<PathBuf> {
    if cfg!(windows) {
        let folders = WINDOWS_FOLDERS
            .iter()
            .filter_map(env::var_os)
            .map(PathBuf::from);
        let mut programs =
            folders.flat_map(|folder| WINDOWS_PROGRAMS.map(|program| folder.join(program)));
        return programs.find(|program| program.is_file());
    }
    if cfg!(target_os = "macos") {
        return MAC_APPS
            .map(PathBuf::from)
            .into_iter()
            .find(|app| app.is_file());
    }
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .flat_map(|folder| IN_PATH.map(|name| folder.join(name)))
        .find(|program| program.is_file() && starts(program))
}

/// Ubuntu's package leaves a program that only asks for a snap.
fn starts(program: &Path) -> bool {
    output(Command::new(program).arg("--version")).is_some()
}
