//! A corpus: labelled clips of known speakers, from one folder or several.

mod banspemo;
mod corrections;
mod duplicates;
mod files;
mod kbes;
mod layout;
mod manifest;
mod recordings;
mod seven_numbers;
mod subesco;
mod table;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use anyhow::{Context, ensure};
use serde::Deserialize;
use vocabulary::{Emotion, LabelSet};

pub use files::named_like_sound;
pub use layout::Layout;

/// One labelled clip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clip {
    /// Audio file.
    pub path: PathBuf,
    /// What of the file it is; all of it where nothing else is told.
    pub part: Option<Part>,
    /// Name of the corpus: its folder's.
    pub corpus: String,
    /// Who speaks; unique among all clips, also of several folders.
    pub speaker: String,
    /// Sex of the speaker where the corpus tells it, to balance folds.
    pub sex: Option<String>,
    /// The label.
    pub emotion: Emotion,
    /// Which sentence is spoken, where the corpus tells it.
    pub sentence: Option<String>,
    /// How strongly the emotion was to be acted, where the corpus tells it.
    pub acted: Option<Acted>,
}

/// How strongly an emotion was to be acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Acted {
    /// As in everyday life.
    Normal,
    /// More than that.
    Strong,
}

/// A stretch of an audio file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// Where it begins, milliseconds.
    pub start_ms: u64,
    /// Where it ends, milliseconds.
    pub end_ms: u64,
    /// Channel of the file, counted from 0; all together where there is none.
    pub channel: Option<usize>,
}

/// A folder of clips and how it tells of them.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Where it is.
    pub root: PathBuf,
    /// How it tells of its clips.
    pub layout: Layout,
}

/// All clips, sorted by path and part.
#[derive(Debug)]
pub struct Corpus {
    /// Of the labels that it was read with.
    pub clips: Vec<Clip>,
}

/// A clip as its corpus tells of it; the emotion may be one that we have no word for.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    path: PathBuf,
    speaker: String,
    sex: Option<String>,
    emotion: String,
    sentence: Option<String>,
    acted: Option<Acted>,
    /// Which recording it is, where the name tells that; two files may hold one.
    recording: Option<String>,
}

impl Corpus {
    /// Reads the clips of `labels`; `tell` gets a sentence for whatever is left out.
    ///
    /// Where there are several folders, speakers are told apart by the folder's name.
    ///
    /// # Errors
    /// A folder that cannot be read, two folders of one name.
    pub fn read(
        folders: &[Folder],
        labels: &LabelSet,
        tell: &mut dyn FnMut(String),
    ) -> anyhow::Result<Self> {
        let mut names = BTreeSet::new();
        let mut clips = Vec::new();
        for folder in folders {
            let in_folder = || format!("cannot read the corpus {}", folder.root.display());
            let name = folder.name().with_context(in_folder)?;
            let mut tell = |what: String| tell(format!("{}: {what}", folder.root.display()));
            let of_folder = folder.clips(&name, labels, &mut tell);
            let mut of_folder = of_folder.with_context(in_folder)?;
            if folders.len() > 1 {
                ensure!(
                    names.insert(name.clone()),
                    "two corpora are named {name}, and their speakers would get mixed up"
                );
                for clip in &mut of_folder {
                    clip.speaker = format!("{name}/{}", clip.speaker);
                }
            }
            clips.extend(of_folder);
        }
        clips.sort_by(|left, right| (&left.path, left.part).cmp(&(&right.path, right.part)));
        Ok(Self { clips })
    }

    /// Number of different speakers.
    pub fn n_speakers(&self) -> usize {
        let speakers: BTreeSet<_> = self.clips.iter().map(|clip| &clip.speaker).collect();
        speakers.len()
    }

    /// Number of different sentences, as far as the corpora tell.
    pub fn n_sentences(&self) -> usize {
        let sentences = self.clips.iter().filter_map(|clip| clip.sentence.as_ref());
        sentences.collect::<BTreeSet<_>>().len()
    }
}

impl Folder {
    fn clips(
        &self,
        corpus: &str,
        labels: &LabelSet,
        tell: &mut dyn FnMut(String),
    ) -> anyhow::Result<Vec<Clip>> {
        let mut clips = Vec::new();
        let mut left_out: BTreeMap<String, usize> = BTreeMap::new();
        for (entry, part) in self.entries(tell)? {
            match entry.emotion.parse() {
                Ok(emotion) if labels.class_idx(emotion).is_some() => clips.push(Clip {
                    path: entry.path,
                    part,
                    corpus: corpus.to_owned(),
                    speaker: entry.speaker,
                    sex: entry.sex,
                    emotion,
                    sentence: entry.sentence,
                    acted: entry.acted,
                }),
                _ => *left_out.entry(entry.emotion).or_default() += 1,
            }
        }
        for (emotion, n_clips) in left_out {
            tell(format!("{n_clips} clips labelled {emotion} are left out"));
        }
        duplicates::keep_one_speaker(&self.root, &mut clips, tell)?;
        Ok(clips)
    }

    /// What the folder tells, each file once, or parts of files.
    fn entries(&self, tell: &mut dyn FnMut(String)) -> anyhow::Result<Vec<(Entry, Option<Part>)>> {
        if self.layout.is_corrections(&self.root)? {
            let parts = corrections::entries(&self.root, tell)?.into_iter();
            return Ok(parts.map(|(entry, part)| (entry, Some(part))).collect());
        }
        let mut entries = self.layout.entries(&self.root, tell)?;
        recordings::keep_one_file(&mut entries, tell);
        Ok(entries.into_iter().map(|entry| (entry, None)).collect())
    }

    fn name(&self) -> anyhow::Result<String> {
        let root = self.root.canonicalize()?;
        let name = root.file_name().context("the folder has no name")?;
        Ok(name.to_string_lossy().into_owned())
    }
}

#[cfg(test)]
mod tests;
