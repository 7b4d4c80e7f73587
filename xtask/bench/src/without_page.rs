//! The server without the page's files, for which neither benches nor crowds ask.

use std::path::PathBuf;

use anyhow::Result;

use xtask::bundle;
use xtask::page;
use xtask::toolchain::Toolchain;
use xtask::workspace::Workspace;

/// Builds it, and returns the program in a bundle of its own.
pub fn without_page(workspace: &Workspace, is_debug: bool) -> Result<PathBuf> {
    let toolchain = Toolchain::active();
    let profile = match is_debug {
        true => bundle::build_server(workspace, &toolchain).map(|()| "debug")?,
        false => bundle::build_release_server(workspace, &toolchain).map(|()| "release")?,
    };
    let [site, folder] = ["no-site", "load"].map(|name| workspace.target_dir.join(name));
    page::empty(&site)?;
    let server = workspace.server_binary(profile);
    Ok(folder.join(bundle::assemble(workspace, &folder, &server, &site)?))
}
