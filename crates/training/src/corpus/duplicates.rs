//! `near_duplicates.txt` beside a corpus: pairs of files that are the same recording.
//!
//! One pair per line, `1.000 a.wav b.wav`; what stands before the two names (a similarity) is not
//! read, and the names have no spaces.
//! Invariant: after [`keep_one_speaker`] no pair has two speakers, so folds over speakers never
//! have one recording on two sides.

use std::{fs, path::Path};

use anyhow::Context;

use super::Clip;

const PAIRS_FILE: &str = "near_duplicates.txt";

/// Leaves out the second clip of every pair of two speakers, and tells so.
pub(super) fn keep_one_speaker(
    root: &Path,
    clips: &mut Vec<Clip>,
    tell: &mut dyn FnMut(String),
) -> anyhow::Result<()> {
    let path = root.join(PAIRS_FILE);
    if !path.is_file() {
        return Ok(());
    }
    let pairs = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    for line in pairs.lines().filter(|line| !line.trim().is_empty()) {
        let mut fields = line.split_whitespace().rev();
        let (Some(second), Some(first)) = (fields.next(), fields.next()) else {
            anyhow::bail!("no pair of files in {}: {line}", path.display());
        };
        let place = |name: &str| clips.iter().position(|clip| clip.path.ends_with(name));
        let (Some(first_idx), Some(second_idx)) = (place(first), place(second)) else {
            continue;
        };
        if clips[first_idx].speaker != clips[second_idx].speaker {
            clips.remove(second_idx);
            tell(format!(
                "{second} is left out; another speaker's {first} is the same recording"
            ));
        }
    }
    Ok(())
}
