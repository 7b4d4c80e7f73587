//! The one Rust toolchain that compiles everything: server, page and tests.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::output;
use crate::workspace::Workspace;

/// How to call cargo and rustc so that they can compile for the host and for [`WASM_TARGET`].
#[derive(Clone)]
pub struct Toolchain {
    /// Name for rustup's proxies; `None` leaves the choice to the environment.
    rustup_name: Option<String>,
}

/// `-D warnings`, as `cargo clippy` hands it to its driver.
const DENY_WARNINGS: &str = "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__";

/// What the page is compiled for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

impl Toolchain {
    /// The toolchain that `cargo xtask` itself was started with.
    pub fn active() -> Self {
        Self {
            rustup_name: env::var("RUSTUP_TOOLCHAIN").ok(),
        }
    }

    /// A toolchain known to rustup.
    pub fn named(name: &str) -> Self {
        Self {
            rustup_name: Some(name.to_owned()),
        }
    }

    /// Whether it is the one that rustup knows by this name.
    pub fn is_named(&self, name: &str) -> bool {
        self.rustup_name.as_deref() == Some(name)
    }

    /// `cargo` in the workspace.
    pub fn cargo(&self, workspace: &Workspace) -> Command {
        let mut cargo = self.command("cargo", &workspace.root);
        cargo.env("CARGO_TARGET_DIR", &workspace.target_dir);
        cargo
    }

    /// The same, with clippy's driver in rustc's place for the workspace's own crates: what it compiles is linted, and
    /// runs. `cargo clippy` would read all dependencies once more. Warnings are errors.
    ///
    /// # Errors
    /// When rustc does not say where it is.
    pub fn linting_cargo(&self, workspace: &Workspace) -> Result<Command> {
        let sysroot = self.rustc(&workspace.root, &["--print", "sysroot"]);
        let sysroot = sysroot.context("rustc does not say where its sysroot is")?;
        let driver = format!("clippy-driver{}", env::consts::EXE_SUFFIX);
        let mut cargo = self.cargo(workspace);
        cargo
            .env(
                "RUSTC_WORKSPACE_WRAPPER",
                Path::new(&sysroot).join("bin").join(driver),
            )
            .env("CLIPPY_ARGS", DENY_WARNINGS);
        Ok(cargo)
    }

    /// Does this toolchain have the standard library for [`WASM_TARGET`]?
    pub fn has_wasm_target(&self, root: &Path) -> bool {
        self.has_target(root, WASM_TARGET)
    }

    /// Does this toolchain have the standard library for this target?
    pub fn has_target(&self, root: &Path, target: &str) -> bool {
        let Some(libdir) = self.rustc(root, &["--print", "target-libdir", "--target", target])
        else {
            return false;
        };
        let Ok(files) = Path::new(&libdir).read_dir() else {
            return false;
        };
        files
            .flatten()
            .any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
    }

    /// `rustc --version`, for messages.
    pub fn version(&self, root: &Path) -> String {
        self.rustc(root, &["--version"])
            .unwrap_or_else(|| "rustc".to_owned())
    }

    fn rustc(&self, root: &Path, args: &[&str]) -> Option<String> {
        output(self.command("rustc", root).args(args))
    }

    fn command(&self, program: &str, root: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(root);
        for name in env::vars_os()
            .map(|(name, _)| name)
            .filter(is_from_outer_cargo)
        {
            command.env_remove(name);
        }
        if let Some(name) = &self.rustup_name {
            command.env("RUSTUP_TOOLCHAIN", name);
        }
        command
    }
}

/// Variables that `cargo run` set for this process and that would mislead another toolchain's cargo.
fn is_from_outer_cargo(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    let exact = [
        "CARGO",
        "CARGO_BIN_NAME",
        "CARGO_CRATE_NAME",
        "CARGO_PRIMARY_PACKAGE",
        "RUSTC",
        "RUSTDOC",
    ];
    exact.contains(&&*name) || name.starts_with("CARGO_MANIFEST_") || name.starts_with("CARGO_PKG_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_the_user_reach_the_builds() {
        for name in [
            "CARGO_HOME",
            "CARGO_NET_OFFLINE",
            "CARGO_INCREMENTAL",
            "RUSTFLAGS",
            "PATH",
        ] {
            assert!(!is_from_outer_cargo(&name.into()), "{name}");
        }
        for name in ["CARGO", "CARGO_MANIFEST_DIR", "CARGO_PKG_VERSION"] {
            assert!(is_from_outer_cargo(&name.into()), "{name}");
        }
    }
}
