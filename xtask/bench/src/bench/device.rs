//! What hears on the reader's own device, in a browser (end2end/measure-device.mjs).

use std::process::Command;

use anyhow::Result;

use xtask::browser;
use xtask::bundle;
use xtask::command::run;
use xtask::node;
use xtask::trial_server::TrialServer;
use xtask::workspace::Workspace;

/// Builds page and server, and prints a table.
pub fn measure(workspace: &Workspace) -> Result<()> {
    let chromium = browser::ensure()?;
    let end2end = workspace.root.join("end2end");
    node::ensure()?;
    node::install_locked(&end2end)?;
    let server = TrialServer::start(&bundle::build(workspace, false)?, &[])?;
    let mut measuring = Command::new("node");
    measuring
        .args(["measure-device.mjs", &server.base_url()])
        .current_dir(&end2end)
        .env("CHROMIUM", chromium);
    run(&mut measuring)
}
