//! `cargo xtask test`: set-up, then every check, from the quick to the slow.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::slice;

use anyhow::{Result, bail};

use crate::arm;
use crate::browser;
use crate::bundle::{self, RUST, SHRINK_PAGE};
use crate::command::{run, run_tests};
use crate::ffmpeg;
use crate::node;
use crate::outside;
use crate::page;
use crate::steps::Steps;
use crate::toolchain::Toolchain;
use crate::trial_server::TrialServer;
use crate::wasm_target;
use crate::workspace::{SERVER_SELECTION, Workspace};

const BROWSER: &str = "find or install a browser";
const NODE: &str = "install Node.js packages";
const FORMATTING: &str = "check the formatting";
const LINTS: &str = "compile and lint server, crates and tests";
const ARM: &str = "test the networks' kernels on emulated ARM processors";
const PAGE: &str = "compile and lint the page, and what hears on the reader's device";
const RUST_TESTS: &str = "test the Rust crates";
const SERVER: &str = "start a server for the tests from outside";
const PYTHON: &str = "install Python packages";
const EXPORTS: &str = "open exported files with the libraries of their tools";
const SCHEMAS: &str = "hold deploy/ against published schemas";
const INTERFACE: &str = "send what the OpenAPI document allows and forbids";
const PAGE_TESTS: &str = "test the page in the browser";

/// Names the database of a server with customers.
const DATABASE_URL: &str = "BANGLASER_TENANTS_DATABASE_URL";

/// All steps; those of [`OF_PYTHON`] only where there is Python.
const PLANNED: [&str; 15] = [
    RUST,
    BROWSER,
    NODE,
    FORMATTING,
    LINTS,
    RUST_TESTS,
    ARM,
    PAGE,
    SHRINK_PAGE,
    SERVER,
    PYTHON,
    EXPORTS,
    SCHEMAS,
    INTERFACE,
    PAGE_TESTS,
];
const OF_PYTHON: [&str; 4] = [PYTHON, EXPORTS, SCHEMAS, INTERFACE];
const NO_PYTHON: &str = "SKIPPED the OpenAPI document's tests, exports and the schemas of deploy/: no Python 3 with venv";

/// Runs everything; stops at the first step that fails, and always prints what was done.
pub fn test(workspace: &Workspace) -> Result<()> {
    Steps::with_python(&PLANNED, &OF_PYTHON, |steps, has_python| {
        run_steps(workspace, steps, has_python)
    })
}

fn run_steps(workspace: &Workspace, steps: &mut Steps, has_python: bool) -> Result<()> {
    let end2end = workspace.root.join("end2end");
    let toolchain = steps.run(RUST, || {
        let toolchain = wasm_target::ensure(workspace)?;
        println!("{}", toolchain.version(&workspace.root));
        Ok(toolchain)
    })?;
    let chromium = steps.run(BROWSER, || {
        let chromium = browser::ensure()?;
        println!("{}", chromium.display());
        Ok(chromium)
    })?;
    steps.run(NODE, || {
        node::ensure()?;
        node::install_locked(&end2end)
    })?;
    check(workspace, &toolchain, steps)?;
    steps.run(PAGE, || {
        let cargo = || toolchain.linting_cargo(workspace);
        bundle::compile_shipped(cargo()?, cargo()?)
    })?;
    let site = steps.run(SHRINK_PAGE, || page::assemble(workspace, page::SHIPPED))?;
    let (program, server) = steps.run(SERVER, || {
        let program = bundle::assemble_trial(workspace, &site)?;
        // The page has a choice of models whichever ship.
        let untrained = workspace.root.join("tests/checkpoints/eight");
        let further = (
            "BANGLASER_RECOGNIZER_FURTHER_CHECKPOINTS",
            format!("[{untrained:?}]"),
        );
        let server = TrialServer::start(&program, &[further])?;
        Ok((program, server))
    })?;
    if has_python {
        check_outside(workspace, &server, steps)?;
    } else {
        steps.skip(NO_PYTHON);
    }
    steps.run_tests(PAGE_TESTS, |skipped| {
        test_in_browser(&server, &program, &end2end, &chromium, skipped)
    })
}

/// Everything that cargo checks.
fn check(workspace: &Workspace, toolchain: &Toolchain, steps: &mut Steps) -> Result<()> {
    let cargo = || toolchain.cargo(workspace);
    steps.run(
        FORMATTING,
        || run(cargo().args(["fmt", "--all", "--check"])),
    )?;
    steps.run(LINTS, || {
        let mut cargo = toolchain.linting_cargo(workspace)?;
        run(cargo
            .args(["build", "--all-targets"])
            .args(SERVER_SELECTION))
    })?;
    steps.run_tests(RUST_TESTS, |skipped| {
        // Without it the tests that compare with it say so.
        if let Err(error) = ffmpeg::ensure("our decoders are compared with its own") {
            println!("{error:#}");
        }
        let mut cargo = toolchain.linting_cargo(workspace)?;
        run_tests(cargo.arg("test").args(SERVER_SELECTION), skipped)
    })?;
    steps.run_tests(ARM, |skipped| arm::test(workspace, toolchain, skipped))
}

/// What Python's tools check.
fn check_outside(workspace: &Workspace, server: &TrialServer, steps: &mut Steps) -> Result<()> {
    let python = steps.run(PYTHON, || outside::environment(workspace))?;
    steps.run(EXPORTS, || outside::exports(workspace, &python))?;
    steps.run(SCHEMAS, || outside::deployment(workspace, &python))?;
    steps.run(INTERFACE, || outside::interface(workspace, &python, server))
}

fn test_in_browser(
    server: &TrialServer,
    program: &Path,
    end2end: &Path,
    chromium: &Path,
    skipped: &mut Vec<String>,
) -> Result<()> {
    // Customers have a server of their own, because there clips need keys.
    let database = (DATABASE_URL, database_url(program)?);
    let second = TrialServer::start_with_log(program, "second.log", slice::from_ref(&database))?;
    let mut playwright = Command::new("node");
    playwright
        .args(["node_modules/@playwright/test/cli.js", "test"])
        .current_dir(end2end)
        .env("BANGLASER_BASE_URL", server.base_url())
        .env("BANGLASER_SECOND_URL", second.base_url())
        .env("BANGLASER_PROGRAM", program)
        .env(database.0, database.1)
        .env("CHROMIUM", chromium);
    if let Err(error) = run_tests(&mut playwright, skipped) {
        bail!("{error:#}; the server's log is {}", server.log().display());
    }
    Ok(())
}

/// An empty database beside the program.
fn database_url(program: &Path) -> Result<String> {
    let file = program.with_file_name("customers.sqlite");
    for ending in ["", "-wal", "-shm"] {
        let file = format!("{}{ending}", file.display());
        if Path::new(&file).is_file() {
            fs::remove_file(file)?;
        }
    }
    Ok(format!("sqlite:{}", file.display()))
}
