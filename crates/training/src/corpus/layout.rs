//! How a folder tells of its clips: in a manifest, or in their names.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::ValueEnum;

use super::{Entry, banspemo, corrections, files, kbes, manifest, seven_numbers, subesco};

const MANIFEST_FILE: &str = "manifest.csv";

/// How a folder tells of its clips.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Layout {
    /// A manifest where there is one, else a table of corrections, the names, or TextGrids.
    Auto,
    /// `manifest.csv` with the columns file, speaker, emotion and maybe sex and sentence.
    Manifest,
    /// Tables and TextGrids that page, REST or command line gave away and a person put right, beside their files.
    Corrections,
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
    /// Whether the folder tells of parts of files that people labelled.
    pub(super) fn is_corrections(self, root: &Path) -> anyhow::Result<bool> {
        Ok(match self {
            Self::Corrections => true,
            Self::Auto if root.join(MANIFEST_FILE).is_file() => false,
            Self::Auto if corrections::has_tables(root)? => true,
            Self::Auto => {
                let files = files::named_like_sound(root, &mut |_| {})?;
                !is_told_by_names(&files) && corrections::has_textgrids(root)?
            }
            _ => false,
        })
    }

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
            Self::Auto | Self::Manifest | Self::Corrections => None,
            Self::Banglaser => seven_numbers::banglaser(path),
            Self::Ravdess => seven_numbers::ravdess(path),
            Self::Subesco => subesco::entry(path),
            Self::Kbes => kbes::entry(path),
            Self::Banspemo => banspemo::entry(path),
        }
    }
}

/// Layouts that some of the names are of.
fn layouts_of(files: &[PathBuf]) -> impl Iterator<Item = Layout> {
    let layouts = [
        Layout::Subesco,
        Layout::Kbes,
        Layout::Banspemo,
        Layout::Banglaser,
    ];
    layouts
        .into_iter()
        .filter(|layout| files.iter().any(|path| layout.entry(path).is_some()))
}

fn is_told_by_names(files: &[PathBuf]) -> bool {
    layouts_of(files).next().is_some()
}

fn told_by_names(files: &[PathBuf], tell: &mut dyn FnMut(String)) -> anyhow::Result<Layout> {
    let mut told = layouts_of(files);
    match (told.next(), told.next()) {
        (Some(Layout::Banglaser), None)
            if files.iter().any(|path| seven_numbers::is_ravdess(path)) =>
        {
            Ok(Layout::Ravdess)
        }
        (Some(Layout::Banglaser), None) => {
            let other = "RAVDESS has the same names and other emotions, --layout ravdess";
            tell(format!("read as BanglaSER; {other}"));
            Ok(Layout::Banglaser)
        }
        (Some(layout), None) => Ok(layout),
        (Some(_), Some(_)) => {
            bail!("the names are those of several corpora; choose one with --layout")
        }
        (None, _) => bail!("no {MANIFEST_FILE}, and no names that --layout knows"),
    }
}
