//! What hears on the reader's own device: WebAssembly of `crates/worker` with its scripts, in site/on-device.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;
use wasmparser::{Validator, WasmFeatures};

use crate::command::run;
use crate::compact::compact;
use crate::compress;
use crate::hashed_name;
use crate::page::{copy_tree, empty};
use crate::split;
use crate::toolchain::WASM_TARGET;
use crate::workspace::Workspace;

/// Change it when this file makes something else of the same input.
const RECIPE: u8 = 1;
/// Folder in the site.
const FOLDER: &str = "on-device";
/// Cargo profile.
const PROFILE: &str = "wasm-worker";
/// The vectors that every browser has had since 2023.
const VECTORS: &str = "-C target-feature=+simd128";

const CARGO_SELECTION: [&str; 9] = [
    "--package",
    "worker",
    "--lib",
    "--target",
    WASM_TARGET,
    "--profile",
    PROFILE,
    "--crate-type",
    "cdylib",
];

/// What the page's script is put together from.
const PAGE: [&str; 3] = ["files.js", "ribbon.js", "page.js"];

/// Compiles the worker, by a cargo that lints or by one that does not.
pub fn compile(mut cargo: Command) -> Result<()> {
    run(cargo
        .arg("rustc")
        .args(CARGO_SELECTION)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", VECTORS))
}

/// Puts what was compiled into `site`: the page's script, the worker's and its module, named by their content, and a
/// list of these names.
pub fn add(workspace: &Workspace, site: &Path) -> Result<()> {
    let made = workspace.target_dir.join(FOLDER);
    let compiled = compiled(workspace);
    let read = |name| {
        let script = workspace.root.join("crates/worker/js").join(name);
        fs::read_to_string(&script).with_context(|| format!("cannot read {}", script.display()))
    };
    let page = PAGE.map(read).into_iter().collect::<Result<String>>()?;
    let scripts = [read("hear.js")?, page, read("tap.js")?];
    let module =
        fs::read(&compiled).with_context(|| format!("cannot read {}", compiled.display()))?;
    let stamp = [&[RECIPE], &module[..], scripts.concat().as_bytes()].concat();
    let stamp = hashed_name::hash(&stamp);
    let stamped = workspace.target_dir.join(format!("{FOLDER}.stamp"));
    if fs::read_to_string(&stamped).ok().as_ref() != Some(&stamp) {
        make(&compiled, &made, &scripts)?;
        compress::tree(&made)?;
        fs::write(&stamped, stamp).context("cannot write the worker's stamp")?;
    }
    copy_tree(&made, &site.join(FOLDER))
}

/// Whether there is something to add.
pub fn is_compiled(workspace: &Workspace) -> bool {
    compiled(workspace).exists()
}

fn compiled(workspace: &Workspace) -> PathBuf {
    let folder = workspace.target_dir.join(WASM_TARGET).join(PROFILE);
    folder.join("worker.wasm")
}

fn make(compiled: &Path, folder: &Path, [hear, page, tap]: &[String; 3]) -> Result<()> {
    empty(folder)?;
    let module = split::names_go().parse_file(compiled)?;
    Bindgen::new()
        .web(true)?
        .input_module("hear", module)
        .typescript(false)
        .omit_default_module_path(true)
        .generate(folder)
        .context("wasm-bindgen could not write the worker's JavaScript")?;
    let files = ["page.js", "hear.js", "tap.js", "hear.wasm"].map(|name| folder.join(name));
    let [page_file, script, tap_file, module] = &files;
    fs::rename(folder.join("hear_bg.wasm"), module)?;
    every_browser_takes(&fs::read(module)?)?;
    let bound = fs::read_to_string(script)?;
    fs::write(script, compact(&(bound + hear)))?;
    fs::write(page_file, compact(page))?;
    fs::write(tap_file, compact(tap))?;
    let mut list = String::new();
    for (name, file) in ["page", "script", "tap", "module"].into_iter().zip(&files) {
        let named = hashed_name::give(file)?;
        let file = file.file_name().unwrap_or_default().to_string_lossy();
        list += &format!("{name}:{}\n", hashed_name::with_hash(&file, &named));
    }
    fs::write(folder.join(hashed_name::LIST), list).context("cannot write the list of names")
}

/// A browser that lacks an instruction refuses the whole module: Safari knows none of relaxed SIMD.
fn every_browser_takes(module: &[u8]) -> Result<()> {
    let features = WasmFeatures::default() - WasmFeatures::RELAXED_SIMD;
    let valid = Validator::new_with_features(features).validate_all(module);
    valid.context("some browsers would refuse the worker")?;
    Ok(())
}
