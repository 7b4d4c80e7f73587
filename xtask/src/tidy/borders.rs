//! Borders that imports draw inside of a crate: ARCHITECTURE.md's invariants beyond who is in whose Cargo.toml.

use super::{assert_none, files, read, root, rust_files};

/// Words that write a file.
const WRITES: [&str; 5] = [
    "fs::write",
    "File::create",
    "File::options",
    "OpenOptions",
    "tempfile",
];

/// Words that log or print.
const TELLS: [&str; 6] = [
    "tracing::",
    "log::",
    "println!",
    "print!(",
    "dbg!",
    "eprint!(",
];

/// Crates through which audio goes; training, which keeps a cache, is not one of them.
fn of_audio(file: &std::path::Path) -> bool {
    !file.starts_with(root().join("crates/training"))
}

#[test]
fn the_server_never_sees_a_browser_type() {
    let culprits = rust_files("src/server")
        .into_iter()
        .filter(|file| {
            let text = read(file);
            ["web_sys", "crate::browser", "browser::", "js_sys"]
                .iter()
                .any(|word| code_of(&text).any(|line| line.contains(word)))
        })
        .collect();
    assert_none(culprits, "src/server must not know src/browser");
}

#[test]
fn the_page_never_sees_the_server() {
    let culprits = ["src/browser", "src/components", "src/pages"]
        .into_iter()
        .flat_map(rust_files)
        .filter(|file| code_of(&read(file)).any(|line| line.contains("crate::server")))
        .collect();
    assert_none(
        culprits,
        "only src/api.rs leads from the page to the server",
    );
}

#[test]
fn audio_is_never_written_to_disk() {
    // Exports are of answers, as are the messages about alerts, answers to SQL, and the parts that `object_store`
    // writes.
    let may = [
        "checkpoint",
        "main.rs",
        "build.rs",
        "crates/batch/src/sql/answer.rs",
        "src/analyze/exports.rs",
        "src/server/alerts/outbox.rs",
        // The empty file that becomes a database, and what is put in its place.
        "crates/tenants/src/place.rs",
        "crates/tenants/src/trial/places.rs",
    ];
    let culprits = rust_files("crates")
        .into_iter()
        .chain(rust_files("src"))
        .filter(|file| {
            of_audio(file) && !may.iter().any(|part| file.to_string_lossy().contains(part))
        })
        .filter(|file| {
            code_of(&read(file)).any(|line| WRITES.iter().any(|word| line.contains(word)))
        })
        .collect();
    assert_none(culprits, "what audio goes through writes no files");
}

#[test]
fn audio_is_never_logged() {
    let culprits = ["crates/vocabulary", "crates/audio"]
        .into_iter()
        .flat_map(rust_files)
        .filter(|file| {
            code_of(&read(file)).any(|line| TELLS.iter().any(|word| line.contains(word)))
        })
        .collect();
    assert_none(culprits, "what sees samples tells nobody");
}

#[test]
fn library_errors_become_answers_in_one_place() {
    let allowed = [root().join("src/server/exposure.rs")];
    let is_conversion = |line: &str| line.contains("impl From<") && line.contains("for AppError");
    let culprits = files("src", ".rs")
        .into_iter()
        .filter(|file| !allowed.contains(file) && code_of(&read(file)).any(is_conversion))
        .collect();
    assert_none(
        culprits,
        "only server::exposure turns a library's error into an AppError",
    );
}

#[test]
fn nothing_fixes_a_number_of_classes() {
    let words = ["N_EMOTIONS", "N_CLASSES", "N_LABELS: usize"];
    let culprits = rust_files("crates")
        .into_iter()
        .chain(rust_files("src"))
        .filter(|file| {
            code_of(&read(file)).any(|line| words.iter().any(|word| line.contains(word)))
        })
        .collect();
    assert_none(culprits, "a checkpoint's labels say how many there are");
}

/// Lines that are compiled into what ships: no comments, no tests behind them.
fn code_of(text: &str) -> impl Iterator<Item = &str> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
}
