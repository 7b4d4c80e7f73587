//! wasm-opt from npm's `binaryen`: a smaller page where npm can install it, the same page where not.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::run;
use crate::node;
use crate::workspace::Workspace;

/// Pins the version; part of the page's stamp.
pub const LOCK: &str = include_str!("../package-lock.json");
const PACKAGE: &str = include_str!("../package.json");
/// What rustc's wasm32 target uses beyond the first WebAssembly.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Replaces `wasm` by a smaller equivalent; leaves it and says so where wasm-opt is not to be had.
pub fn optimise(workspace: &Workspace, wasm: &Path) -> Result<()> {
    let before_bytes = size_bytes(wasm)?;
    match optimised(workspace, wasm) {
        Ok(()) => println!("wasm-opt: {before_bytes} -> {} bytes", size_bytes(wasm)?),
        Err(error) => {
            println!(
                "The page stays at {before_bytes} bytes of WebAssembly, without wasm-opt: {error:#}"
            );
        }
    }
    Ok(())
}

fn optimised(workspace: &Workspace, wasm: &Path) -> Result<()> {
    if !node::is_installed() {
        anyhow::bail!("there is no Node.js with npm");
    }
    let folder = workspace.target_dir.join("wasm-opt");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("package.json"), PACKAGE)?;
    fs::write(folder.join("package-lock.json"), LOCK)?;
    node::install_locked(&folder)?;

    let smaller = wasm.with_extension("smaller");
    let mut wasm_opt = Command::new("node");
    wasm_opt
        .arg(folder.join("node_modules/binaryen/bin/wasm-opt"))
        .arg("-Oz")
        .args(FEATURES);
    run(wasm_opt.arg(wasm).arg("-o").arg(&smaller))?;
    fs::rename(&smaller, wasm).context("cannot replace the page's WebAssembly")
}

fn size_bytes(file: &Path) -> Result<u64> {
    Ok(fs::metadata(file)
        .with_context(|| format!("cannot read {}", file.display()))?
        .len())
}
