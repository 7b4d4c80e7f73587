//! How a folder tells of its clips: in a manifest, or in their names.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::bail;
use clap::ValueEnum;

use super::{Entry, banspemo, kbes, manifest, seven_numbers, subesco};

const MANIFEST_FILE: &str = "manifest.csv";

/// How a folder tells of its clips.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Layout {
    /// A manifest where there is one, else told by the names.
    Auto,
    /// `manifest.csv` with the columns file, speaker, emotion and maybe sex and sentence.
    Manifest,
    /// BanglaSER as published.
    Banglaser,
    /// RAVDESS as published; the same names as BanglaSER's with other emotions.
    Ravdess,
    /// SUBESCO as published.
    Subesco,
    /// KBES; its names do not tell who speaks.
    Kbes,
    /// BANSpEmo.
    Banspemo,
}

impl Layout {
    /// What the folder tells of its clips; files with other names are no clips.
    pub(super) fn entries(self, root: &Path) -> anyhow::Result<Vec<Entry>> {
        let entry = match self {
            Self::Auto => return told_by_content(root)?.entries(root),
            Self::Manifest => return manifest::entries(&root.join(MANIFEST_FILE)),
            Self::Banglaser => seven_numbers::banglaser,
            Self::Ravdess => seven_numbers::ravdess,
            Self::Subesco => subesco::entry,
            Self::Kbes => kbes::entry,
            Self::Banspemo => banspemo::entry,
        };
        Ok(files(root)?.iter().filter_map(|path| entry(path)).collect())
    }
}

fn told_by_content(root: &Path) -> anyhow::Result<Layout> {
    if root.join(MANIFEST_FILE).is_file() {
        return Ok(Layout::Manifest);
    }
    let files = files(root)?;
    let any = |is: fn(&Path) -> bool| files.iter().any(|path| is(path));
    let candidates = [
        (any(|path| subesco::entry(path).is_some()), Layout::Subesco),
        (any(|path| kbes::entry(path).is_some()), Layout::Kbes),
        (
            any(|path| banspemo::entry(path).is_some()),
            Layout::Banspemo,
        ),
        (
            any(|path| seven_numbers::banglaser(path).is_some()),
            Layout::Banglaser,
        ),
    ];
    let mut told = candidates.into_iter().filter(|(is_told, _)| *is_told);
    match (told.next(), told.next()) {
        (Some((_, Layout::Banglaser)), None) if any(seven_numbers::is_ravdess) => {
            Ok(Layout::Ravdess)
        }
        (Some((_, Layout::Banglaser)), None) => {
            eprintln!(
                "{}: read as BanglaSER; RAVDESS has the same names and other emotions, \
                 --layout ravdess",
                root.display()
            );
            Ok(Layout::Banglaser)
        }
        (Some((_, layout)), None) => Ok(layout),
        (Some(_), Some(_)) => {
            bail!("the names are those of several corpora; choose one with --layout")
        }
        (None, _) => bail!("no {MANIFEST_FILE}, and no names that --layout knows"),
    }
}

/// Every file below `root`.
fn files(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}
