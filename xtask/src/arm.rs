//! What runs the networks, tested on ARM processors that qemu emulates.

use std::env::consts::ARCH;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::command::{output, run, run_tests};
use crate::system_packages;
use crate::toolchain::Toolchain;
use crate::wasm_target;
use crate::workspace::Workspace;

const TARGET: &str = "aarch64-unknown-linux-gnu";
/// What cargo takes of the environment for this target begins so.
const SETTING: &str = "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU";
const EMULATOR: &str = "qemu-aarch64";
const LINKER: &str = "aarch64-linux-gnu-gcc";
const PACKAGES: [&str; 3] = [
    "qemu-user",
    "gcc-aarch64-linux-gnu",
    "libc6-dev-arm64-cross",
];
/// Where Debian has ARM's C library.
const LIBRARIES: &str = "/usr/aarch64-linux-gnu";
/// Debian's package with the standard library, of the toolchain of [`wasm_target`].
const DEBIAN_LIBRARY: &str = "libstd-rust-web-dev";

/// With dot products of 8 bits; a Raspberry Pi 4's, which has none.
const PROCESSORS: [&str; 2] = ["max", "cortex-a72"];

/// Runs the tests; adds to `skipped` why where there is no emulator, and none to be had.
///
/// # Errors
/// When a test fails.
pub fn test(workspace: &Workspace, toolchain: &Toolchain, skipped: &mut Vec<String>) -> Result<()> {
    if ARCH == "aarch64" {
        println!("This machine's processor is one: its tests ran already");
        return Ok(());
    }
    let library = match emulator().and_then(|()| standard_library(workspace, toolchain)) {
        Ok(library) => library,
        Err(error) => {
            let line = format!("SKIPPED the tests on an emulated ARM processor: {error:#}");
            println!("{line}");
            skipped.push(line);
            return Ok(());
        }
    };
    for processor in PROCESSORS {
        println!("On {processor}");
        let mut cargo = toolchain.linting_cargo(workspace)?;
        cargo
            .args(["test", "--package", "inference", "--lib", "--tests"])
            .args(["--target", TARGET])
            .env(format!("{SETTING}_LINKER"), LINKER)
            .env(
                format!("{SETTING}_RUNNER"),
                format!("{EMULATOR} -cpu {processor} -L {LIBRARIES}"),
            );
        if let Some(folder) = &library {
            let flags = format!("-L {}", folder.display());
            cargo.env(format!("{SETTING}_RUSTFLAGS"), flags);
        }
        // What this kind of processor lacks was tested on this machine's.
        run_tests(&mut cargo, &mut Vec::new())?;
    }
    Ok(())
}

/// Installs what runs the tests and what links them.
fn emulator() -> Result<()> {
    let is_there = |program: &str| output(Command::new(program).arg("--version")).is_some();
    if is_there(EMULATOR) && is_there(LINKER) && Path::new(LIBRARIES).is_dir() {
        return Ok(());
    }
    system_packages::install(&PACKAGES, "the kernels are tested on ARM too")
}

/// Finds or fetches the standard library; returns its folder where the toolchain does not look by itself.
fn standard_library(workspace: &Workspace, toolchain: &Toolchain) -> Result<Option<PathBuf>> {
    let root = &workspace.root;
    if toolchain.has_target(root, TARGET) {
        return Ok(None);
    }
    if wasm_target::is_debians(toolchain) {
        return debians_library(&workspace.target_dir.join("arm")).map(Some);
    }
    wasm_target::add_with_rustup(root, TARGET)?;
    ensure!(
        toolchain.has_target(root, TARGET),
        "{} does not find {TARGET}",
        toolchain.version(root)
    );
    Ok(None)
}

/// Unpacks Debian's package for ARM, of the version that is installed for this machine, below `folder`. The system's
/// own lists and architectures stay as they are.
fn debians_library(folder: &Path) -> Result<PathBuf> {
    let version = output(Command::new("dpkg-query").args(["-W", "-f=${Version}", DEBIAN_LIBRARY]));
    let version = version.with_context(|| format!("{DEBIAN_LIBRARY} is not installed"))?;
    let unpacked = folder.join(&version);
    let library = unpacked.join("usr/lib/rustlib").join(TARGET).join("lib");
    if library.is_dir() {
        return Ok(library);
    }
    let lists = folder.join("lists");
    fs::create_dir_all(lists.join("partial"))?;
    let apt = |arguments: &[&str]| {
        let mut apt = Command::new("apt-get");
        apt.current_dir(folder)
            .args(["-q", "-o", "APT::Architecture=arm64"])
            .args(["-o", "APT::Architectures::=arm64"])
            .args(["-o", "APT::Sandbox::User=root"])
            .args(["-o", &format!("Dir::State::Lists={}", lists.display())])
            .args(["-o", &format!("Dir::Cache={}", folder.display())])
            .args(arguments);
        apt
    };
    run(&mut apt(&["update"]))?;
    run(&mut apt(&[
        "download",
        &format!("{DEBIAN_LIBRARY}={version}"),
    ]))?;
    let package = fs::read_dir(folder)?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|ending| ending == "deb"));
    let Some(package) = package else {
        bail!("apt-get downloaded no {DEBIAN_LIBRARY}");
    };
    run(Command::new("dpkg-deb")
        .arg("-x")
        .args([&package, &unpacked]))?;
    fs::remove_file(package)?;
    Ok(library)
}
