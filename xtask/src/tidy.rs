//! The project's rules that a program can check; `cargo test -p xtask` runs them.

mod borders;
mod cases;
mod lists;
mod prose;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml::Table;

/// Which of our crates each crate may know; ARCHITECTURE.md draws the same.
const MAY_KNOW: [(&str, &[&str]); 17] = [
    ("crates/vocabulary", &[]),
    ("crates/audio", &["vocabulary"]),
    ("crates/inference", &["audio", "vocabulary"]),
    ("crates/network", &["audio", "inference", "vocabulary"]),
    (
        "crates/pipeline",
        &["audio", "diarization", "inference", "vocabulary"],
    ),
    ("crates/diarization", &["audio", "inference"]),
    ("crates/live", &["audio", "vocabulary"]),
    ("crates/moments", &["vocabulary"]),
    ("crates/export", &["moments", "vocabulary"]),
    ("crates/tenants", &[]),
    (
        "crates/worker",
        &["audio", "inference", "live", "vocabulary"],
    ),
    (
        "crates/training",
        &["audio", "diarization", "inference", "network", "vocabulary"],
    ),
    (
        ".",
        &[
            "audio",
            "diarization",
            "export",
            "inference",
            "live",
            "moments",
            "network",
            "pipeline",
            "tenants",
            "vocabulary",
        ],
    ),
    (
        "crates/batch",
        &[
            "audio",
            "diarization",
            "inference",
            "pipeline",
            "vocabulary",
        ],
    ),
    (
        "python",
        &[
            "banglaser-batch",
            "diarization",
            "inference",
            "pipeline",
            "vocabulary",
        ],
    ),
    ("xtask", &[]),
    ("xtask/bench", &["xtask"]),
];

/// Outside crates that would cross a border: who may have them.
const KEPT_TO: [(&str, &[&str]); 7] = [
    ("burn", &["crates/network", "crates/training"]),
    ("symphonia", &["crates/audio"]),
    ("leptos", &["."]),
    ("axum", &["."]),
    ("sqlx", &["crates/tenants"]),
    ("web-sys", &["."]),
    (
        "anyhow",
        &[
            ".",
            "crates/batch",
            "crates/training",
            "xtask",
            "xtask/bench",
        ],
    ),
];

const SOURCE_FOLDERS: [&str; 4] = ["src", "crates", "python", "xtask"];
const MAX_LINES: usize = 400;
const NAMES_THAT_SAY_NOTHING: [&str; 6] = ["utils", "util", "common", "helpers", "types", "misc"];

#[test]
fn crates_know_only_whom_they_may() {
    let ours = [
        "audio",
        "banglaser",
        "banglaser-batch",
        "vocabulary",
        "inference",
        "network",
        "pipeline",
        "training",
        "live",
        "export",
        "diarization",
        "tenants",
        "worker",
        "xtask",
        "bench",
    ];
    for (folder, may_know) in MAY_KNOW {
        for dependency in dependencies(folder) {
            let dependency = dependency.as_str();
            assert!(
                !ours.contains(&dependency) || may_know.contains(&dependency),
                "{folder} must not know {dependency}"
            );
            for (outside, allowed) in KEPT_TO {
                assert!(
                    dependency != outside || allowed.contains(&folder),
                    "{folder} must not use {outside}"
                );
            }
        }
    }
    let listed: BTreeSet<_> = MAY_KNOW
        .iter()
        .map(|(folder, _)| root().join(folder))
        .collect();
    for manifest in files("crates", "Cargo.toml") {
        let folder = manifest.parent().expect("a manifest lies in a folder");
        assert!(
            listed.contains(folder),
            "say in tidy.rs whom {} may know",
            folder.display()
        );
    }
}

#[test]
fn the_browser_has_one_door() {
    let elsewhere = rust_files("src").into_iter().filter(|file| {
        !file.starts_with(root().join("src/browser")) && file != &root().join("src/browser.rs")
    });
    let culprits = elsewhere
        .filter(|file| read(file).contains("web_sys"))
        .collect();
    assert_none(culprits, "only src/browser may use web_sys");
}

#[test]
fn anyhow_stays_out_of_the_server() {
    let culprits = rust_files("src")
        .into_iter()
        .filter(|file| file != &root().join("src/main.rs") && read(file).contains("anyhow::"))
        .collect();
    assert_none(culprits, "in src/ only main.rs may use anyhow");
}

#[test]
fn backends_are_named_once() {
    let culprits = rust_files("crates")
        .into_iter()
        .filter(|file| {
            let text = read(file);
            let names_one = ["Device::flex", "Device::ndarray"].map(|name| text.contains(name));
            !file.ends_with("network/src/backend.rs") && names_one.contains(&true)
        })
        .collect();
    assert_none(
        culprits,
        "only crates/network/src/backend.rs may name a backend of burn",
    );
}

#[test]
fn files_are_short_and_say_what_they_hold() {
    for file in SOURCE_FOLDERS.into_iter().flat_map(rust_files) {
        let text = read(&file);
        let n_lines = text.lines().count();
        assert!(
            n_lines <= MAX_LINES,
            "{} has {n_lines} lines, more than {MAX_LINES}",
            file.display()
        );
        assert!(
            text.starts_with("//!") || file.ends_with("build.rs"),
            "{} does not begin with a `//!` line that says what it holds",
            file.display()
        );
    }
}

#[test]
fn module_names_say_something() {
    let culprits = SOURCE_FOLDERS
        .into_iter()
        .flat_map(rust_files)
        .filter(|file| {
            file.components().any(|part| {
                let name = part.as_os_str().to_string_lossy();
                NAMES_THAT_SAY_NOTHING.contains(&name.trim_end_matches(".rs"))
            })
        })
        .collect();
    assert_none(culprits, "find a name that says what is inside");
}

#[test]
fn no_test_is_switched_off_or_sleeps() {
    let words = [
        concat!("#[ig", "nore"),
        concat!("thread::", "sleep"),
        concat!("time::", "sleep"),
        concat!("test.", "only("),
        concat!("waitFor", "Timeout("),
    ];
    let tests = ["tests", "crates", "end2end"]
        .into_iter()
        .flat_map(|folder| {
            let mut tests = files(folder, ".rs");
            tests.extend(files(folder, ".ts"));
            tests
        });
    for file in tests {
        let text = read(&file);
        for word in words {
            assert!(!text.contains(word), "{} contains `{word}`", file.display());
        }
    }
}

#[test]
fn what_is_skipped_is_told_past_the_test_harness() {
    // It keeps what println! and eprintln! say of a test that passes.
    let words = [
        concat!("println!(\"SKIP", "PED"),
        concat!("println!(\"skip", "ped"),
    ];
    for file in ["tests", "crates", "xtask"]
        .into_iter()
        .flat_map(|folder| files(folder, ".rs"))
    {
        let text = read(&file);
        for word in words {
            assert!(
                !text.contains(word),
                "{}: write it to stderr()",
                file.display()
            );
        }
    }
}

#[test]
fn no_package_registry_is_named() {
    let hosts = [
        concat!("registry.npm", "js.org"),
        concat!("registry.yarn", "pkg.com"),
        concat!("static.crates", ".io"),
        concat!("index.crates", ".io"),
        concat!("files.python", "hosted.org"),
        concat!("py", "pi.org"),
    ];
    for ending in [
        ".rs", ".toml", ".lock", ".json", ".md", ".ts", ".sh", ".py", ".txt",
    ] {
        for file in files(".", ending) {
            let Ok(text) = fs::read_to_string(&file) else {
                continue;
            };
            for host in hosts {
                assert!(!text.contains(host), "{} names {host}", file.display());
            }
        }
    }
}

#[test]
fn wasm_bindgen_is_the_same_in_page_and_xtask() {
    let page = version(".", "wasm-bindgen");
    assert!(page.starts_with('='), "wasm-bindgen must be pinned: {page}");
    assert_eq!(page, version("xtask", "wasm-bindgen-cli-support"));
    let leptos = version(".", "leptos");
    assert!(leptos.starts_with('='), "leptos must be pinned: {leptos}");
}

#[test]
fn the_page_has_one_file_name() {
    let name = |file: &str, path: &[&str]| -> String {
        let mut value = toml::Value::Table(table(file));
        for key in path {
            value = value
                .get(key)
                .unwrap_or_else(|| panic!("{file} has no {path:?}"))
                .clone();
        }
        value.as_str().expect("the name is a string").to_owned()
    };
    let leptos = ["package", "metadata", "leptos", "output-name"];
    let compiled_in = name(".cargo/config.toml", &["env", "LEPTOS_OUTPUT_NAME"]);
    assert_eq!(compiled_in, name("Cargo.toml", &leptos));
    assert_eq!(compiled_in, name("Leptos.toml", &leptos));
    assert_eq!(compiled_in, crate::page::OUTPUT_NAME);
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the workspace")
        .to_owned()
}

fn read(file: &Path) -> String {
    fs::read_to_string(file)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display()))
}

fn table(file: &str) -> Table {
    read(&root().join(file))
        .parse()
        .unwrap_or_else(|error| panic!("{file} is not TOML: {error}"))
}

/// Names under every `[dependencies]`, `[dev-dependencies]` and the like, targets included.
fn dependencies(folder: &str) -> Vec<String> {
    fn collect(table: &Table, names: &mut Vec<String>) {
        for (key, value) in table {
            match value.as_table() {
                Some(entries) if key.ends_with("dependencies") => {
                    names.extend(entries.keys().cloned())
                }
                Some(inner) if key != "workspace" && key != "features" => collect(inner, names),
                _ => {}
            }
        }
    }
    let mut names = Vec::new();
    collect(&table(&format!("{folder}/Cargo.toml")), &mut names);
    names
}

fn version(folder: &str, dependency: &str) -> String {
    let table = table(&format!("{folder}/Cargo.toml"));
    let entry = &table["dependencies"][dependency];
    let version = entry.as_str().or_else(|| entry.get("version")?.as_str());
    version
        .unwrap_or_else(|| panic!("{folder} has no version of {dependency}"))
        .to_owned()
}

fn rust_files(folder: &str) -> Vec<PathBuf> {
    files(folder, ".rs")
        .into_iter()
        .filter(|file| !file.components().any(|part| part.as_os_str() == "tests"))
        .collect()
}

/// Files under `folder` whose name ends so, without build outputs, installed packages and hidden folders.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().into_iter().flatten() {
            let entry = entry.expect("the folder can be listed");
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.path().is_dir() {
                let generated = ["target", "node_modules", "dist", "dist.new", "output"]
                    .contains(&name.as_str());
                if !generated && !name.starts_with('.') {
                    folders.push(entry.path());
                }
            } else if name.ends_with(ending) {
                found.push(entry.path());
            }
        }
    }
    found
}

fn assert_none(culprits: Vec<PathBuf>, rule: &str) {
    assert!(culprits.is_empty(), "{rule}: {culprits:?}");
}
