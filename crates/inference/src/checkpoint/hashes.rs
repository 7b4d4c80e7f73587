//! SHA-256 of the checkpoint's files, in the format of coreutils' `sha256sum`.

use sha2::{Digest, Sha256};

use super::CheckpointError;

pub(super) const SUMS_FILE: &str = "SHA256SUMS";

/// One line per file: hash, two spaces, name.
pub(super) fn sums(files: &[(String, Vec<u8>)]) -> String {
    files
        .iter()
        .map(|(file, bytes)| format!("{}  {file}\n", sha256(bytes)))
        .collect()
}

pub(super) fn verify(sums: &[u8], file: &str, bytes: &[u8]) -> Result<(), CheckpointError> {
    let found = sha256(bytes);
    let sums = String::from_utf8_lossy(sums);
    let expected = sums
        .lines()
        .filter_map(|line| line.split_once("  "))
        .find_map(|(hash, name)| (name == file).then_some(hash))
        .unwrap_or("none");
    if expected == found {
        Ok(())
    } else {
        Err(CheckpointError::Hash {
            file: file.to_owned(),
            expected: expected.to_owned(),
            found,
        })
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
