//! Packages of the operating system, on Debian and its relatives.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::command::{output, run};

/// A fresh machine updates itself in its first minutes, and holds the locks meanwhile.
const LOCK_LIMIT: Duration = Duration::from_secs(600);
const LOCK_PAUSE: Duration = Duration::from_secs(5);
/// What apt says of a lock of another program, in its own language.
const IS_LOCKED: &str = "Could not get lock";

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
    let _ = update(|| apt(privileged, &["update"]), LOCK_LIMIT);
    run(apt(privileged, &["-y", "--no-install-recommends", "install"]).args(packages))
}

/// Refreshes the package lists; waits for their lock, which apt itself does not.
fn update(command: impl Fn() -> Command, limit: Duration) -> Result<()> {
    let deadline = Instant::now() + limit;
    loop {
        let output = command().output()?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if !said.contains(IS_LOCKED) || Instant::now() >= deadline {
            bail!("apt-get update failed: {said}");
        }
        println!("Another program holds the package lists; waiting");
        thread::sleep(LOCK_PAUSE.min(limit));
    }
}

/// The words to put before a command that needs root; `None` where that is not allowed without a password.
fn privilege() -> Option<&'static [&'static str]> {
    if output(Command::new("id").arg("-u"))? == "0" {
        return Some(&["env"]);
    }
    output(Command::new("sudo").args(["-n", "true"])).map(|_| ["sudo", "-n", "env"].as_slice())
}

fn apt(privileged: &[&str], arguments: &[&str]) -> Command {
    let mut command = Command::new(privileged[0]);
    command
        .args(&privileged[1..])
        .args([
            "DEBIAN_FRONTEND=noninteractive",
            "LC_ALL=C",
            "apt-get",
            "-q",
        ])
        .args([
            "-o",
            &format!("DPkg::Lock::Timeout={}", LOCK_LIMIT.as_secs()),
        ])
        .args(arguments)
        .stdin(Stdio::null());
    command
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// A stand-in for apt-get that finds the lock taken until the file is gone.
    fn locked_while(file: &Path, says: &str) -> Command {
        let mut shell = Command::new("sh");
        let script = "test -e \"$0\" || exit 0; rm \"$0\"; echo \"$1\" >&2; exit 100";
        shell.args(["-c", script]).arg(file).arg(says);
        shell
    }

    #[test]
    fn a_held_lock_is_waited_for_and_nothing_else() {
        let lock = std::env::temp_dir().join(format!("banglaser-lock-{}", std::process::id()));
        let attempt = |says: &str, limit_ms| {
            std::fs::write(&lock, "").expect("writable");
            update(
                || locked_while(&lock, says),
                Duration::from_millis(limit_ms),
            )
        };
        attempt("E: Could not get lock /var/lib/apt/lists/lock", 60).expect("waited for");
        assert!(attempt("E: no network", 60).is_err());
        assert!(attempt("E: Could not get lock /var/lib/apt/lists/lock", 0).is_err());
    }
}
