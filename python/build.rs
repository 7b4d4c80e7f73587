//! Puts the application's checkpoint into the library, so that the wheel needs no file beside it.

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Folders, from the checkout's root, as Leptos.toml names them; a test of `crates/batch` compares.
const MODEL: &str = "models/bilstm-v8";
const SPEAKERS: &str = "models/speakers-v1";

fn main() -> io::Result<()> {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let out = env::var_os("OUT_DIR").expect("cargo sets it");
    let root = Path::new(&manifest).join("..");
    let mut list = fs::File::create(PathBuf::from(out).join("files.rs"))?;
    for (name, folder) in [("MODEL", MODEL), ("SPEAKERS", SPEAKERS)] {
        let folder = root.join(folder);
        println!("cargo::rerun-if-changed={}", folder.display());
        writeln!(list, "const {name}: &[(&str, &[u8])] = &[")?;
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path().canonicalize()?;
            let file = path.file_name().unwrap_or_default();
            // Cards and the like are for people.
            if path.extension().is_some_and(|ending| ending == "md") {
                continue;
            }
            writeln!(list, "    ({file:?}, include_bytes!({path:?})),")?;
        }
        writeln!(list, "];")?;
    }
    Ok(())
}
