//! Where things are: the checkout and cargo's target folder.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// What cargo compiles for tests and the debug server: everything but the measurements, with the server.
pub const SERVER_SELECTION: [&str; 5] = [
    "--workspace",
    "--exclude",
    "bench",
    "--features",
    "banglaser/ssr",
];

/// The checkout that the commands work on.
pub struct Workspace {
    /// Folder of the root Cargo.toml.
    pub root: PathBuf,
    /// Cargo's target folder, wherever it was configured to be.
    pub target_dir: PathBuf,
}

impl Workspace {
    /// Finds the checkout that this xtask was compiled from.
    pub fn locate() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask/ has no parent folder")?
            .to_owned();
        // <target>/debug/xtask
        let target_dir = env::current_exe()
            .context("cannot tell where xtask itself is")?
            .ancestors()
            .nth(2)
            .context("xtask does not run from cargo's target folder; start it with `cargo xtask`")?
            .to_owned();
        Ok(Self { root, target_dir })
    }

    /// The server binary that a cargo build left under `profile_dir` (`debug` or `release`).
    pub fn server_binary(&self, profile_dir: &str) -> PathBuf {
        self.target_dir
            .join(profile_dir)
            .join(format!("banglaser{}", env::consts::EXE_SUFFIX))
    }
}
