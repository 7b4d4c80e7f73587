//! The page's WebAssembly in files: what every reader needs, and parts that come when they are first shown.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use walrus::ModuleConfig;
use wasm_split_cli_support::{Options, transform};

use crate::hashed_name;
use crate::never_called;

/// What the main module imports the parts' loaders from.
const LINK: &str = "./__wasm_split.js";
/// Where the server has the parts; the service worker finds them by it in the script.
const SERVED: &str = "/pkg/";

/// The page's WebAssembly, apart.
pub struct Apart {
    /// The main module, before wasm-bindgen.
    pub main: PathBuf,
    /// Loads the parts; in the same script as what wasm-bindgen makes.
    loaders: String,
}

/// Writes the parts of a compiled page into `pkg`, under names that change with their content.
///
/// # Errors
/// Where it was compiled without `--emit-relocs`.
pub fn apart(compiled: &Path, pkg: &Path) -> Result<Apart> {
    let whole =
        fs::read(compiled).with_context(|| format!("cannot read {}", compiled.display()))?;
    let main = pkg.join("main.wasm");
    let mut options = Options::new(&whole);
    options.output_dir = pkg;
    options.main_out_path = &main;
    options.link_name = LINK;
    let made = transform(options).map_err(|error| anyhow!("wasm-split: {error:#}"))?;
    let link = pkg.join(LINK);
    let mut loaders = fs::read_to_string(&link).context("wasm-split wrote no script")?;
    fs::remove_file(link)?;
    for part in made.split_modules {
        let mut module = names_go().parse_file(&part)?;
        never_called::empty(&mut module);
        walrus::passes::gc::run(&mut module);
        fs::write(&part, module.emit_wasm())?;
        let name = part.file_name().unwrap_or_default().to_string_lossy();
        let hash = hashed_name::give(&part)?;
        let served = format!("{SERVED}{}", hashed_name::with_hash(&name, &hash));
        loaders = loaders.replace(&format!("./{name}"), &served);
    }
    Ok(Apart { main, loaders })
}

/// How a module is read of which only the code is kept.
pub fn names_go() -> ModuleConfig {
    let mut config = ModuleConfig::new();
    config
        .generate_name_section(false)
        .generate_producers_section(false);
    config
}

impl Apart {
    /// wasm-bindgen's script with the loaders in it, so that no reader waits for a second script.
    ///
    /// # Errors
    /// Where wasm-bindgen or wasm-split write otherwise than they did.
    pub fn join(&self, bound: &str) -> Result<String> {
        let mut joined = String::new();
        let mut names = Vec::new();
        for line in bound.lines() {
            match line.strip_prefix("import * as ") {
                Some(rest) if rest.contains(LINK) => names.extend(rest.split(' ').next()),
                _ => joined = joined + line + "\n",
            }
        }
        let mut loaders = Vec::new();
        for line in self.loaders.lines() {
            if let Some(rest) = line.strip_prefix("export const ") {
                loaders.extend(rest.split(' ').next());
            }
            if !line.starts_with("import ") {
                joined = joined + line.trim_start_matches("export ") + "\n";
            }
        }
        ensure!(
            !names.is_empty() && !loaders.is_empty() && !joined.contains("import *"),
            "the page's script imports its loaders otherwise; xtask/src/split.rs is out of date"
        );
        // Used once the module is there, after these lines.
        let loaders = loaders.join(", ");
        for name in names {
            joined += &format!("const {name} = {{ {loaders} }};\n");
        }
        Ok(joined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_script_has_bindings_and_loaders() {
        let apart = Apart {
            main: PathBuf::new(),
            loaders: "import { initSync } from \"./main.js\";\nexport const load_a = 1;\n".into(),
        };
        let import = |name: &str| format!("import * as {name} from \"{LINK}\"\n");
        let bound = import("import1") + &import("import2") + "use(import1, import2);\n";
        assert_eq!(
            apart.join(&bound).expect("both are as they are made"),
            "use(import1, import2);\nconst load_a = 1;\nconst import1 = { load_a };\nconst import2 = { load_a };\n"
        );
        apart.join("use();\n").expect_err("a page without loaders");
    }
}
