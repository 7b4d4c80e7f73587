//! Checks by others' tools: requests made from the OpenAPI document, deploy/ against published schemas.
//!
//! They are Python's, and come into a virtual environment below the target folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::bundle;
use crate::command::{output, run};
use crate::page;
use crate::python;
use crate::toolchain::Toolchain;
use crate::trial_server::TrialServer;
use crate::workspace::Workspace;

const REQUIREMENTS: &str = "tests/requirements.txt";

/// The virtual environment with the tools.
pub fn environment(workspace: &Workspace) -> Result<PathBuf> {
    python::environment(workspace, "outside-tests", REQUIREMENTS)
}

/// `cargo xtask api-test`: builds the debug server and tests it.
pub fn api_test(workspace: &Workspace) -> Result<()> {
    bundle::build_server(workspace, &Toolchain::active())?;
    // The interface needs no page.
    let site = workspace.target_dir.join("no-site");
    page::empty(&site)?;
    let program = bundle::assemble_trial(workspace, &site)?;
    interface(
        workspace,
        &environment(workspace)?,
        &TrialServer::start(&program, &[])?,
    )
}

/// Sends a running server requests that schemathesis invents, right and wrong ones, from a fixed seed, and compares
/// the answers with its document.
pub fn interface(workspace: &Workspace, python: &Path, server: &TrialServer) -> Result<()> {
    let document = format!("{}/api/v1/openapi.json", server.base_url());
    let mut schemathesis = Command::new(python.with_file_name("schemathesis"));
    schemathesis
        .arg("--config-file")
        .arg(workspace.root.join("tests/openapi/schemathesis.toml"))
        .args(["run", &document])
        .current_dir(workspace.root.join("tests/openapi"));
    if let Err(error) = run(&mut schemathesis) {
        bail!("{error:#}; the server's log is {}", server.log().display());
    }
    live_clients(workspace, python, server)
}

/// Runs the clients that docs/api.md shows.
fn live_clients(workspace: &Workspace, python: &Path, server: &TrialServer) -> Result<()> {
    let clients = workspace.root.join("docs/clients");
    let clip = workspace.root.join("end2end/clips/clip.wav");
    let url = format!("ws://{}/api/v1/live", server.address());
    let mut in_python = Command::new(python);
    in_python.arg(clients.join("live.py"));
    let mut in_node = Command::new("node");
    in_node
        .arg("--experimental-websocket")
        .arg(clients.join("live.mjs"));
    for mut client in [in_python, in_node] {
        let told = output(client.arg(&clip).arg(&url)).context("a live client failed")?;
        println!("{told}");
        for event in [
            "session.created",
            "speech.start",
            "result",
            "session.closed",
        ] {
            ensure!(told.contains(event), "a live client was not told {event}");
        }
    }
    Ok(())
}

/// Opens the files that the Rust tests exported with the libraries of the tools that they are for.
pub fn exports(workspace: &Workspace, python: &Path) -> Result<()> {
    run(Command::new(python)
        .arg(workspace.root.join("tests/exports/read_back.py"))
        .arg(workspace.target_dir.join("tmp/exports")))
}

/// Compares the files of operators with their published schemas.
pub fn deployment(workspace: &Workspace, python: &PathBuf) -> Result<()> {
    let deploy = workspace.root.join("deploy");
    let kubernetes = ["banglaser.yaml", "score-archive.yaml", "sql.yaml"];
    run(Command::new(python.with_file_name("kubernetes-validate"))
        .arg("--strict")
        .args(kubernetes.map(|file| deploy.join("kubernetes").join(file))))?;
    let read = "import compose_spec, pathlib, sys; \
                print(compose_spec.PyCompose.from_yaml(pathlib.Path(sys.argv[1]).read_text()))";
    ["compose.yaml", "compose.sql.yaml"]
        .into_iter()
        .try_for_each(|file| {
            run(Command::new(python)
                .args(["-c", read])
                .arg(deploy.join(file)))
        })
}
