//! dist/: everything that the server needs, in one folder.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};

use crate::batch;
use crate::command::run;
use crate::on_device;
use crate::page::{self, copy_tree, empty};
use crate::sbom;
use crate::steps::Steps;
use crate::toolchain::Toolchain;
use crate::wasm_target;
use crate::workspace::{SERVER_SELECTION, Workspace};

/// Step: the toolchain.
pub const RUST: &str = "find or install Rust for the page";
const COMPILE_PAGE: &str =
    "compile the page, and what hears on the reader's device, to WebAssembly";
/// Step: wasm-bindgen and what follows it.
pub const SHRINK_PAGE: &str = "make the page small and compress it";
const COMPILE_DRAFT: &str = "compile the page to WebAssembly, soon and large";
const COMPILE_SERVER: &str = "compile the server in release mode";
const COMPILE_DEBUG: &str = "compile the debug server";
const DIST: &str = "put dist/ together";

/// `cargo xtask build`: compiles page and server, and the program for archives where that is asked (`with_batch`), and
/// replaces dist/; returns the server in it.
pub fn build(workspace: &Workspace, with_batch: bool) -> Result<PathBuf> {
    let mut planned = vec![RUST, COMPILE_PAGE, SHRINK_PAGE, COMPILE_SERVER];
    planned.extend(with_batch.then_some(batch::COMPILE));
    planned.push(DIST);
    let mut steps = Steps::plan(planned);
    let toolchain = steps.run(RUST, || wasm_target::ensure(workspace))?;
    steps.run(COMPILE_PAGE, || {
        compile_shipped(toolchain.cargo(workspace), toolchain.cargo(workspace))
    })?;
    let site = steps.run(SHRINK_PAGE, || page::assemble(workspace, page::SHIPPED))?;
    steps.run(COMPILE_SERVER, || {
        build_release_server(workspace, &toolchain)
    })?;
    let for_archives = match with_batch {
        true => Some(steps.run(batch::COMPILE, || batch::compile(workspace, &toolchain))?),
        false => None,
    };
    steps.run(DIST, || {
        replace_dist(workspace, &site, for_archives.as_deref())
    })
}

/// Compiles the page that ships and, beside it, what hears on the reader's device, each by a cargo of its own: at their
/// ends each has work for one core only.
pub fn compile_shipped(of_page: Command, mut of_worker: Command) -> Result<()> {
    of_worker.env("CARGO_TERM_PROGRESS_WHEN", "never");
    thread::scope(|scope| {
        let worker = scope.spawn(|| on_device::compile(of_worker));
        let page = page::compile(of_page, page::SHIPPED);
        page.and(worker.join().expect("what compiles does not panic"))
    })
}

fn replace_dist(
    workspace: &Workspace,
    site: &Path,
    for_archives: Option<&Path>,
) -> Result<PathBuf> {
    let dist = workspace.root.join("dist");
    let next = workspace.root.join("dist.new");
    let program = assemble(workspace, &next, &workspace.server_binary("release"), site)?;
    if let Some(for_archives) = for_archives {
        batch::add_to(&next, for_archives)?;
    }
    sbom::write(workspace, &next)?;
    if dist.exists() {
        fs::remove_dir_all(&dist)
            .context("cannot replace dist/; does a server still run from it?")?;
    }
    fs::rename(&next, &dist).context("cannot put the new dist/ in its place")?;
    println!("Wrote {}", dist.display());
    Ok(dist.join(program))
}

/// `cargo xtask serve`: what `build` wrote, running.
pub fn serve(workspace: &Workspace) -> Result<()> {
    become_server(&build(workspace, false)?)
}

/// `cargo xtask serve --draft`: the same, soon compiled, from `<target>/trial` instead of dist/.
pub fn serve_draft(workspace: &Workspace) -> Result<()> {
    let mut steps = Steps::plan(vec![RUST, COMPILE_DRAFT, COMPILE_DEBUG]);
    let toolchain = steps.run(RUST, || wasm_target::ensure(workspace))?;
    let site = steps.run(COMPILE_DRAFT, || {
        page::compile(toolchain.cargo(workspace), page::DRAFT)?;
        page::assemble(workspace, page::DRAFT)
    })?;
    steps.run(COMPILE_DEBUG, || build_server(workspace, &toolchain))?;
    become_server(&assemble_trial(workspace, &site)?)
}

/// Compiles the server that ships.
pub fn build_release_server(workspace: &Workspace, toolchain: &Toolchain) -> Result<()> {
    run(toolchain.cargo(workspace).args([
        "build",
        "--release",
        "--package",
        "banglaser",
        "--features",
        "ssr",
    ]))
}

/// Compiles the debug server, with the tests' features, so that nothing is compiled a second time.
pub fn build_server(workspace: &Workspace, toolchain: &Toolchain) -> Result<()> {
    run(toolchain
        .cargo(workspace)
        .args(["build", "--bin", "banglaser"])
        .args(SERVER_SELECTION))
}

/// Puts the debug server and a page into `<target>/trial`; returns the program in it.
pub fn assemble_trial(workspace: &Workspace, site: &Path) -> Result<PathBuf> {
    let folder = workspace.target_dir.join("trial");
    let program = assemble(workspace, &folder, &workspace.server_binary("debug"), site)?;
    Ok(folder.join(program))
}

fn become_server(program: &Path) -> Result<()> {
    if env::var_os("LEPTOS_SITE_ADDR").is_none() {
        println!("Serving http://127.0.0.1:3000 (Ctrl-C stops it)");
    }
    become_process(Command::new(program).arg("serve"))
}

/// Fills `folder` with a server, its settings, the page and the models; returns the program's file name.
pub fn assemble(
    workspace: &Workspace,
    folder: &Path,
    server: &Path,
    site: &Path,
) -> Result<String> {
    empty(folder)?;
    let name = format!("banglaser{}", env::consts::EXE_SUFFIX);
    fs::copy(server, folder.join(&name))
        .with_context(|| format!("cannot copy {}", server.display()))?;
    fs::copy(
        workspace.root.join("Leptos.toml"),
        folder.join("Leptos.toml"),
    )
    .context("cannot copy Leptos.toml")?;
    copy_tree(site, &folder.join("site"))?;
    copy_tree(&workspace.root.join("models"), &folder.join("models"))?;
    Ok(name)
}

/// On Unix this process turns into the server, so that every signal reaches it.
#[cfg(unix)]
fn become_process(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context("cannot start dist/banglaser")
}

/// Elsewhere the console sends Ctrl-C to both.
#[cfg(not(unix))]
fn become_process(command: &mut Command) -> Result<()> {
    run(command)
}
