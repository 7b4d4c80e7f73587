//! The page: WebAssembly, its JavaScript, the style sheet and the files of public/, ready to be served.

use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::command::run;
use crate::compact::compact;
use crate::compress;
use crate::hashed_name;
use crate::never_called;
use crate::on_device;
use crate::split;
use crate::toolchain::WASM_TARGET;
use crate::workspace::Workspace;

/// Base name of the files in site/pkg; LEPTOS_OUTPUT_NAME in .cargo/config.toml.
pub const OUTPUT_NAME: &str = "banglaser";
/// Change it when this file makes something else of the same input.
const RECIPE: u32 = 9;

const CARGO_SELECTION: [&str; 7] = [
    "--package",
    "banglaser",
    "--lib",
    "--features",
    "hydrate",
    "--target",
    WASM_TARGET,
];

/// Cargo profile of the page that ships.
pub const SHIPPED: &str = "wasm-release";
/// Cargo profile of a page to work on: large, slow, soon compiled.
pub const DRAFT: &str = "wasm-draft";

/// Compiles the page with a cargo profile, by a cargo that lints or by one that does not.
pub fn compile(mut cargo: Command, profile: &str) -> Result<()> {
    run(cargo.arg("rustc").args(CARGO_SELECTION).args([
        "--profile",
        profile,
        "--crate-type",
        "cdylib",
        "--",
        // Where the module refers to itself: wasm-split reads it.
        "-Clink-arg=--emit-relocs",
    ]))
}

/// Makes of what was compiled with a profile the folder to serve, and returns it: `<target>/site`.
pub fn assemble(workspace: &Workspace, profile: &str) -> Result<PathBuf> {
    let compiled = workspace
        .target_dir
        .join(WASM_TARGET)
        .join(profile)
        .join(format!("{OUTPUT_NAME}.wasm"));

    let site = workspace.target_dir.join("site");
    let pkg = workspace.target_dir.join("page");
    let ships = profile == SHIPPED;
    if !is_fresh(&compiled, &pkg)? {
        bind(&compiled, &pkg)?;
        if ships {
            compress::tree(&pkg)?;
        }
        fs::write(pkg.join(STAMP), stamp(&compiled)?).context("cannot write the page's stamp")?;
    }
    empty(&site)?;
    copy_tree(&workspace.root.join("public"), &site)?;
    copy_tree(&pkg, &site.join("pkg"))?;
    fs::remove_file(site.join("pkg").join(STAMP))?;
    if ships || on_device::is_compiled(workspace) {
        on_device::add(workspace, &site)?;
    }
    let style_sheet = join_style_sheets(&workspace.root.join("style"))?;
    name_by_content(&site, style_sheet)?;
    if ships {
        compress::tree(&site)?;
    }
    Ok(site)
}

/// Gives script, WebAssembly, style sheet and fonts names that change with their content.
fn name_by_content(site: &Path, mut style_sheet: String) -> Result<()> {
    for entry in site.join("fonts").read_dir()? {
        let font = entry?.path();
        if font.extension() == Some(OsStr::new("woff2")) {
            let name = font.file_name().unwrap_or_default().to_string_lossy();
            let hashed = hashed_name::with_hash(&name, &hashed_name::give(&font)?);
            style_sheet = style_sheet.replace(&*name, &hashed);
        }
    }
    let file = |kind: &str| site.join("pkg").join(format!("{OUTPUT_NAME}.{kind}"));
    fs::write(file("css"), compact(&style_sheet))?;
    let mut list = String::new();
    for kind in ["js", "wasm", "css"] {
        list += &format!("{kind}:{}\n", hashed_name::give(&file(kind))?);
    }
    fs::write(site.join(hashed_name::LIST), list).context("cannot write the list of hashes")
}

const STAMP: &str = "stamp";

/// Makes the JavaScript and the WebAssembly that goes with it, under the names that the server links.
///
/// wasm-opt is left out. Measured with binaryen 132 on an earlier page of 1,318,173 bytes (brotli 309,329): `-Oz` gives
/// 1,069,735 bytes, but brotli 330,821; `-O1` saves 2 % of what a browser downloads.
fn bind(compiled: &Path, pkg: &Path) -> Result<()> {
    empty(pkg)?;
    let apart = split::apart(compiled, pkg)?;
    let mut module = split::names_go().parse_file(&apart.main)?;
    fs::remove_file(&apart.main)?;
    ensure!(
        never_called::empty(&mut module) > 0,
        "no function of the page hydrates asynchronously; xtask/src/never_called.rs is out of date"
    );
    Bindgen::new()
        .web(true)?
        .keep_lld_exports(true)
        .input_module(OUTPUT_NAME, module)
        .typescript(false)
        .omit_default_module_path(true)
        .generate(pkg)
        .context("wasm-bindgen could not write the page's JavaScript")?;
    let javascript = pkg.join(format!("{OUTPUT_NAME}.js"));
    let made = pkg.join(format!("{OUTPUT_NAME}_bg.wasm"));
    let script = fs::read_to_string(&javascript).context("no JavaScript")?;
    fs::write(javascript, compact(&apart.join(&script)?))?;
    Ok(fs::rename(made, pkg.join(format!("{OUTPUT_NAME}.wasm")))?)
}

/// Was `pkg` made from exactly these bytes by this recipe?
fn is_fresh(compiled: &Path, pkg: &Path) -> Result<bool> {
    let made_from = fs::read_to_string(pkg.join(STAMP)).unwrap_or_default();
    Ok(made_from == stamp(compiled)?)
}

fn stamp(compiled: &Path) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    RECIPE.hash(&mut hasher);
    fs::read(compiled)
        .with_context(|| format!("cannot read {}", compiled.display()))?
        .hash(&mut hasher);
    Ok(format!("{:016x}", hasher.finish()))
}

/// One style sheet from `folder`'s: those that its main.css imports, in that order.
fn join_style_sheets(folder: &Path) -> Result<String> {
    let main = folder.join("main.css");
    let list =
        fs::read_to_string(&main).with_context(|| format!("cannot read {}", main.display()))?;
    let mut joined = String::new();
    for line in list
        .lines()
        .filter(|line| line.trim_start().starts_with("@import"))
    {
        let name = line
            .split('"')
            .nth(1)
            .with_context(|| format!("no file name in `{line}`"))?;
        let file = folder.join(name);
        joined += &fs::read_to_string(&file)
            .with_context(|| format!("cannot read {}", file.display()))?;
        joined.push('\n');
    }
    Ok(joined)
}

/// Makes `folder` an empty folder.
pub fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))
}

/// Copies everything in `from` to `to`; hidden files stay behind.
pub fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        bail!("{} is missing", from.display());
    }
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for entry in from.read_dir()? {
        let entry = entry?;
        let name = entry.file_name();
        if is_hidden(&name) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &to.join(name))?;
        } else {
            let path = entry.path();
            fs::copy(&path, to.join(name))
                .with_context(|| format!("cannot copy {}", path.display()))?;
        }
    }
    Ok(())
}

fn is_hidden(name: &OsStr) -> bool {
    name.to_string_lossy().starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_sheets_are_joined_in_the_order_of_main_css() {
        let style = Path::new(env!("CARGO_MANIFEST_DIR")).join("../style");
        let joined = join_style_sheets(&style).expect("the style sheets can be joined");
        assert!(!joined.contains("@import"));
        let main = fs::read_to_string(style.join("main.css")).expect("main.css can be read");
        let mut from = 0;
        for name in main.split('"').skip(1).step_by(2) {
            let sheet =
                fs::read_to_string(style.join(name)).expect("an imported style sheet can be read");
            let found = joined[from..].find(&sheet);
            from += found.unwrap_or_else(|| panic!("{name} is missing or too early"));
        }
        assert!(from > 0);
    }
}
