//! The files that paths on the command line mean.

use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

/// Stands for standard input.
pub const STANDARD_INPUT: &str = "-";

/// Files as they are; for each folder the files in it and below it, by name. Hidden ones are left out, links to
/// folders are not followed, and what cannot be read stays, to be told of.
pub fn in_folders(paths: &[PathBuf]) -> Vec<PathBuf> {
    paths.iter().flat_map(|path| below(path)).collect()
}

fn below(path: &Path) -> Vec<PathBuf> {
    if path == Path::new(STANDARD_INPUT) || !path.is_dir() {
        return vec![path.to_owned()];
    }
    let entries = WalkDir::new(path).sort_by_file_name().into_iter();
    let shown = entries.filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry));
    let files = shown.filter_map(|entry| match entry {
        Ok(entry) => (!entry.path().is_dir()).then(|| entry.into_path()),
        Err(error) => error.path().map(Path::to_owned),
    });
    files.collect()
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with('.')
}
