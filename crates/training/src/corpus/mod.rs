//! A corpus: labelled clips of known speakers in a folder.

mod banglaser;
mod manifest;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use emotion::Emotion;

/// One labelled clip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clip {
    /// Audio file.
    pub path: PathBuf,
    /// Who speaks; unique in the corpus.
    pub speaker: String,
    /// Sex of the speaker where the corpus tells it, to balance folds.
    pub sex: Option<String>,
    /// The label.
    pub emotion: Emotion,
}

/// All clips of a folder, sorted by path.
#[derive(Debug)]
pub struct Corpus {
    /// At least one.
    pub clips: Vec<Clip>,
}

impl Corpus {
    /// Reads `root/manifest.csv`, or else every file below `root` that is named as in BanglaSER.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let manifest = root.join("manifest.csv");
        let mut clips = if manifest.is_file() {
            manifest::read(&manifest)
        } else {
            banglaser::read(root)
        }
        .with_context(|| format!("cannot read the corpus {}", root.display()))?;
        ensure!(!clips.is_empty(), "no labelled clips in {}", root.display());
        clips.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(Self { clips })
    }

    /// Number of different speakers.
    pub fn n_speakers(&self) -> usize {
        let speakers: BTreeSet<_> = self.clips.iter().map(|clip| &clip.speaker).collect();
        speakers.len()
    }
}
