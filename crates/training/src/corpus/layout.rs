//! How a folder tells of its clips: in a manifest, or in their names.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::ValueEnum;

use super::{Entry, banspemo, files, kbes, manifest, seven_numbers, subesco};

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
    pub(super) fn entries(
        self,
        root: &Path,
        tell: &mut dyn FnMut(String),
    ) -> anyhow::Result<Vec<Entry>> {
        let manifest = root.join(MANIFEST_FILE);
        let is_told_by_manifest =
            self == Self::Manifest || self == Self::Auto && manifest.is_file();
        if is_told_by_manifest {
            return manifest::entries(&manifest);
        }
        let files = files::named_like_sound(root, tell)?;
        let layout = match self {
            Self::Auto => told_by_names(&files, tell)?,
            told => told,
        };
        let entries = files.iter().filter_map(|path| layout.entry(path));
        Ok(entries.collect())
    }

    /// What one file's name tells.
    fn entry(self, path: &Path) -> Option<Entry> {
        match self {
            Self::Auto | Self::Manifest => None,
            Self::Banglaser => seven_numbers::banglaser(path),
            Self::Ravdess => seven_numbers::ravdess(path),
            Self::Subesco => subesco::entry(path),
            Self::Kbes => kbes::entry(path),
            Self::Banspemo => banspemo::entry(path),
        }
    }
}

fn told_by_names(files: &[PathBuf], tell: &mut dyn FnMut(String)) -> anyhow::Result<Layout> {
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
            let other = "RAVDESS has the same names and other emotions, --layout ravdess";
            tell(format!("read as BanglaSER; {other}"));
            Ok(Layout::Banglaser)
        }
        (Some((_, layout)), None) => Ok(layout),
        (Some(_), Some(_)) => {
            bail!("the names are those of several corpora; choose one with --layout")
        }
        (None, _) => bail!("no {MANIFEST_FILE}, and no names that --layout knows"),
    }
}
