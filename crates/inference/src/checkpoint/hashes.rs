//! SHA-256 of the checkpoint's files, in the format of coreutils' `sha256sum`.

use std::io;

use sha2::{Digest, Sha256};

use super::CheckpointError;

/// Name of the file with the hashes of those beside it.
pub const SUMS_FILE: &str = "SHA256SUMS";

/// What `SHA256SUMS` says of files: one line each of hash, two spaces, name.
pub fn sums(files: &[(String, Vec<u8>)]) -> String {
    files
        .iter()
        .map(|(file, bytes)| format!("{}  {file}\n", sha256(bytes)))
        .collect()
}

/// The bytes of a file that has the hash in `SHA256SUMS`; `read` gives those of the file of a name.
///
/// # Errors
/// [`CheckpointError`] names the file that cannot be read, or is another one.
pub fn verified(
    read: impl Fn(&str) -> io::Result<Vec<u8>>,
    file: &str,
) -> Result<Vec<u8>, CheckpointError> {
    let read = |file: &str| {
        read(file).map_err(|source| CheckpointError::Io {
            file: file.to_owned(),
            source,
        })
    };
    let bytes = read(file)?;
    verify(&read(SUMS_FILE)?, file, &bytes)?;
    Ok(bytes)
}

fn verify(sums: &[u8], file: &str, bytes: &[u8]) -> Result<(), CheckpointError> {
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
