//! `cargo xtask test`: set-up, then every check, from the quick to the slow.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::browser;
use crate::bundle;
use crate::command::{run, run_collecting};
use crate::node;
use crate::outside;
use crate::page;
use crate::python;
use crate::steps::Steps;
use crate::trial_server::TrialServer;
use crate::wasm_target;
use crate::workspace::Workspace;

/// The whole workspace, with the server.
pub const SERVER_FEATURES: [&str; 3] = ["--workspace", "--features", "banglaser/ssr"];

/// Runs everything; stops at the first step that fails, and always prints what was done.
pub fn test(workspace: &Workspace) -> Result<()> {
    let mut steps = Steps::default();
    let result = run_steps(workspace, &mut steps);
    steps.print_summary();
    result
}

fn run_steps(workspace: &Workspace, steps: &mut Steps) -> Result<()> {
    let end2end = workspace.root.join("end2end");
    let toolchain = steps.run("set-up: Rust for the page", || {
        let toolchain = wasm_target::ensure(workspace)?;
        println!("{}", toolchain.version(&workspace.root));
        Ok(toolchain)
    })?;
    let chromium = steps.run("set-up: browser", || {
        let chromium = browser::ensure()?;
        println!("{}", chromium.display());
        Ok(chromium)
    })?;
    steps.run("set-up: Node.js packages", || {
        node::ensure()?;
        node::install_locked(&end2end)
    })?;

    let cargo = || toolchain.cargo(workspace);
    steps.run("formatting", || {
        run(cargo().args(["fmt", "--all", "--check"]))
    })?;
    steps.run("lints: server, crates, tests", || {
        let selection = SERVER_FEATURES.into_iter().chain(["--all-targets"]);
        run(cargo()
            .arg("clippy")
            .args(selection)
            .args(["--", "-D", "warnings"]))
    })?;
    steps.run("lints: page", || {
        run(cargo()
            .arg("clippy")
            .args(page::CARGO_SELECTION)
            .args(["--", "-D", "warnings"]))
    })?;
    steps.skipped = steps.run("tests of the Rust crates", || {
        run_collecting(cargo().arg("test").args(SERVER_FEATURES), "SKIPPED ")
    })?;
    let site = steps.run("page", || page::build(workspace, &toolchain, page::SHIPPED))?;
    let server = steps.run("server for the tests from outside", || {
        TrialServer::start(&bundle::assemble_trial(workspace, &site)?)
    })?;
    if python::is_installed() {
        let python = steps.run("set-up: Python packages", || {
            outside::environment(workspace)
        })?;
        steps.run("deploy/ against published schemas", || {
            outside::deployment(workspace, &python)
        })?;
        steps.run("tests made from the OpenAPI document", || {
            outside::interface(workspace, &python, &server)
        })?;
    } else {
        let line = "SKIPPED the OpenAPI document's tests and the schemas of deploy/: no Python 3 with venv";
        println!("{line}");
        steps.skipped.push(line.to_owned());
    }
    steps.run("tests in the browser", || {
        test_in_browser(&server, &end2end, &chromium)
    })
}

fn test_in_browser(server: &TrialServer, end2end: &Path, chromium: &Path) -> Result<()> {
    let mut playwright = Command::new("node");
    playwright
        .args(["node_modules/@playwright/test/cli.js", "test"])
        .current_dir(end2end)
        .env("BANGLASER_BASE_URL", server.base_url())
        .env("CHROMIUM", chromium);
    if let Err(error) = run(&mut playwright) {
        bail!("{error:#}; the server's log is {}", server.log().display());
    }
    Ok(())
}
