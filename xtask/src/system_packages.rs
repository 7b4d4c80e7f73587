//! Packages of the operating system, on Debian and its relatives.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::command::{output, run};

/// Installs `packages` with apt and says so in one line.
///
/// # Errors
/// Where there is no apt, or no right to use it; the message says what to do by hand.
pub fn install(packages: &[&str], reason: &str) -> Result<()> {
    let names = packages.join(" ");
    if !Path::new("/usr/bin/apt-get").exists() {
        bail!(
            "missing: {names} ({reason}). Install it with your system's package manager and run the command again"
        );
    }
    let Some(privileged) = privilege() else {
        bail!(
            "missing: {names} ({reason}). Run `sudo apt-get install {names}` and then this command again"
        );
    };
    println!("Installing with apt: {names} ({reason})");
    // Old package lists are good enough if the refresh fails; the installation tells.
    let _ = run(apt(privileged).args(["-q", "update"]).stdout(Stdio::null()));
    run(apt(privileged)
        .args(["-q", "-y", "--no-install-recommends", "install"])
        .args(packages))
}

/// The words to put before a command that needs root; `None` where that is not allowed without a password.
fn privilege() -> Option<&'static [&'static str]> {
    if output(Command::new("id").arg("-u"))? == "0" {
        return Some(&["env"]);
    }
    output(Command::new("sudo").args(["-n", "true"])).map(|_| ["sudo", "-n", "env"].as_slice())
}

fn apt(privileged: &[&str]) -> Command {
    let mut command = Command::new(privileged[0]);
    command
        .args(&privileged[1..])
        .args(["DEBIAN_FRONTEND=noninteractive", "apt-get"])
        .stdin(Stdio::null());
    command
}
