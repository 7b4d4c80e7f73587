//! `--batch`: the program for archives and the Python package, which are no part of the application's workspace.
//!
//! Both are compiled in release mode, for tests too, so that neither is compiled twice.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{run, run_tests};
use crate::python;
use crate::steps::Steps;
use crate::toolchain::Toolchain;
use crate::workspace::Workspace;

/// Step: the program.
pub const COMPILE: &str = "compile the program for archives in release mode";
const FORMATTING: &str = "check the formatting of crates/batch and python/";
const LINTS: &str = "compile and lint the program for archives and its tests";
const PACKAGES: &str = "install Python packages, and compile and install ours";
const TESTS: &str = "test the program for archives";
const PYTHON_TESTS: &str = "test the Python package and its notebook";

const PLANNED: [&str; 5] = [FORMATTING, LINTS, PACKAGES, TESTS, PYTHON_TESTS];
const OF_PYTHON: [&str; 2] = [PACKAGES, PYTHON_TESTS];
const NO_PYTHON: &str =
    "SKIPPED the Python package, its notebook and buckets: no Python 3 with venv";

const REQUIREMENTS: &str = "python/tests/requirements.txt";
const MANIFESTS: [&str; 2] = ["crates/batch/Cargo.toml", "python/Cargo.toml"];

/// `cargo xtask test --batch`: only what the whole test leaves out.
pub fn test(workspace: &Workspace) -> Result<()> {
    Steps::with_python(&PLANNED, &OF_PYTHON, |steps, has_python| {
        run_steps(workspace, steps, has_python)
    })
}

/// Compiles the program that ships; returns where it lies.
pub fn compile(workspace: &Workspace, toolchain: &Toolchain) -> Result<PathBuf> {
    let cargo = toolchain.cargo(workspace);
    run(&mut of_batch(cargo, workspace, "build"))?;
    let name = format!("banglaser-batch{}", env::consts::EXE_SUFFIX);
    Ok(workspace.target_dir.join("release").join(name))
}

/// Puts the program beside the server.
pub fn add_to(folder: &Path, program: &Path) -> Result<()> {
    let name = program.file_name().context("a program has a name")?;
    let copied = fs::copy(program, folder.join(name));
    copied.with_context(|| format!("cannot copy {}", program.display()))?;
    Ok(())
}

fn run_steps(workspace: &Workspace, steps: &mut Steps, has_python: bool) -> Result<()> {
    let toolchain = Toolchain::active();
    steps.run(FORMATTING, || {
        MANIFESTS.iter().try_for_each(|manifest| {
            let mut cargo = toolchain.cargo(workspace);
            run(cargo.args(["fmt", "--check", "--manifest-path", manifest]))
        })
    })?;
    steps.run(LINTS, || {
        let cargo = toolchain.linting_cargo(workspace)?;
        run(of_batch(cargo, workspace, "build").arg("--all-targets"))
    })?;
    let python = match has_python {
        true => Some(steps.run(PACKAGES, || install(workspace, &toolchain))?),
        false => None,
    };
    steps.run_tests(TESTS, |skipped| {
        let cargo = toolchain.linting_cargo(workspace)?;
        let mut cargo = of_batch(cargo, workspace, "test");
        if let Some(python) = &python {
            cargo.env("BANGLASER_BATCH_PYTHON", python);
        }
        run_tests(&mut cargo, skipped)
    })?;
    match python {
        Some(python) => steps.run(PYTHON_TESTS, || test_python(workspace, &python)),
        None => {
            steps.skip(NO_PYTHON);
            Ok(())
        }
    }
}

/// With all its features, so that each crate is compiled once.
fn of_batch(mut cargo: Command, workspace: &Workspace, what: &str) -> Command {
    cargo.args([what, "--release", "--locked", "--features", "cluster"]);
    cargo.arg("--manifest-path");
    cargo.arg(workspace.root.join(MANIFESTS[0]));
    cargo
}

/// Our package in a virtual environment, as `pip install ./python` makes it; returns the interpreter.
fn install(workspace: &Workspace, toolchain: &Toolchain) -> Result<PathBuf> {
    let python = python::environment(workspace, "batch-tests", REQUIREMENTS)?;
    // What cargo needs to know reaches the cargo that pip starts.
    let cargo = toolchain.cargo(workspace);
    let mut pip = Command::new(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    for (name, value) in cargo.get_envs() {
        match value {
            Some(value) => pip.env(name, value),
            None => pip.env_remove(name),
        };
    }
    run(pip.arg(workspace.root.join("python")))?;
    Ok(python)
}

fn test_python(workspace: &Workspace, python: &Path) -> Result<()> {
    run(Command::new(python)
        .args(["-m", "unittest", "discover", "--start-directory"])
        .arg(workspace.root.join("python/tests"))
        // No package of the same name lies there.
        .current_dir(&workspace.target_dir))
}
