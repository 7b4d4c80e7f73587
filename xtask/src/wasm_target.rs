//! Makes sure that a toolchain can compile the page.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::command::run_within;
use crate::toolchain::{Toolchain, WASM_TARGET};
use crate::workspace::Workspace;

/// Name under which tools/ensure-wasm-target.sh links Debian's Rust into rustup.
const DEBIAN_TOOLCHAIN: &str = "debian-web";
const SCRIPT: &str = "tools/ensure-wasm-target.sh";
const RUSTUP_LIMIT: Duration = Duration::from_secs(300);

/// Returns a toolchain that has the target: the active one, with rustup's help if need be, else Debian's.
///
/// `WASM_SKIP_RUSTUP=1` leaves rustup's download out.
///
/// # Errors
/// If no way works; the message says what to install.
pub fn ensure(workspace: &Workspace) -> Result<Toolchain> {
    let root = &workspace.root;
    let active = Toolchain::active();
    if active.has_wasm_target(root) {
        return Ok(active);
    }
    let debian_made_before = Toolchain::named(DEBIAN_TOOLCHAIN).has_wasm_target(root);
    if !skips_rustup() && !debian_made_before {
        match add_with_rustup(root, WASM_TARGET) {
            Ok(()) if active.has_wasm_target(root) => return Ok(active),
            Ok(()) => eprintln!(
                "rustup added {WASM_TARGET}, but {} does not find it",
                active.version(root)
            ),
            Err(error) => eprintln!("rustup could not add {WASM_TARGET}: {error:#}"),
        }
    }
    if !Path::new("/usr/bin/apt-get").exists() {
        bail!(
            "{} has no standard library for {WASM_TARGET}. Install it with `rustup target add {WASM_TARGET}` (rustup is at \
             rustup.rs), or with your system's packages, and run the command again",
            active.version(root)
        );
    }
    debian(root)
}

fn skips_rustup() -> bool {
    env::var("WASM_SKIP_RUSTUP").is_ok_and(|value| value == "1")
}

/// Whether the toolchain is the one that [`ensure`] makes of Debian's packages.
pub fn is_debians(toolchain: &Toolchain) -> bool {
    toolchain.is_named(DEBIAN_TOOLCHAIN)
}

/// Asks rustup for the standard library for a target; with `WASM_SKIP_RUSTUP=1` it is not asked.
///
/// # Errors
/// When it has none, or is not to be asked.
pub fn add_with_rustup(root: &Path, target: &str) -> Result<()> {
    ensure!(!skips_rustup(), "WASM_SKIP_RUSTUP=1 leaves rustup out");
    println!("Adding the standard library for {target} with rustup, once");
    let mut rustup = Command::new("rustup");
    rustup
        .args(["target", "add", target])
        .current_dir(root)
        .env("RUSTUP_MAX_RETRIES", "1");
    run_within(&mut rustup, RUSTUP_LIMIT)
}

/// Debian's own Rust packages, with the target's standard library compiled from their sources, once.
fn debian(root: &Path) -> Result<Toolchain> {
    let output = Command::new("bash")
        .args([SCRIPT, "--print-env"])
        .current_dir(root)
        .envs([
            ("WASM_SKIP_RUSTUP", "1"),
            ("WASM_NO_OVERRIDE", "1"),
            ("WASM_TOOLCHAIN_NAME", DEBIAN_TOOLCHAIN),
        ])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start bash for tools/ensure-wasm-target.sh")?;
    if !output.status.success() {
        bail!(
            "{SCRIPT} failed (its messages are above). Install the standard library for {WASM_TARGET} by hand, for \
             example with `rustup target add {WASM_TARGET}`, and run the command again"
        );
    }
    let answer = String::from_utf8_lossy(&output.stdout);
    let toolchain = match answer.trim().strip_prefix("export RUSTUP_TOOLCHAIN=") {
        Some(name) => Toolchain::named(name),
        None => Toolchain::active(),
    };
    if !toolchain.has_wasm_target(root) {
        bail!(
            "{} still has no {WASM_TARGET}; put /usr/bin first in PATH, or install rustup",
            toolchain.version(root)
        );
    }
    Ok(toolchain)
}
