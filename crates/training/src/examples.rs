//! The corpus in memory: waveforms for evaluation, features for training.

use std::{collections::BTreeSet, fs};

use anyhow::Context;
use audio::{DecodeLimits, Waveform};
use indicatif::{ParallelProgressIterator, ProgressStyle};
use rayon::prelude::*;
use vocabulary::Emotion;

use crate::{
    corpus::{Clip, Corpus},
    takes::{Take, TakeMaker},
};

/// A clip, decoded.
#[derive(Clone, Debug)]
pub struct Example {
    /// The label.
    pub emotion: Emotion,
    /// Who speaks.
    pub speaker: String,
    /// Sex of the speaker where known.
    pub sex: Option<String>,
    /// Sentence where known.
    pub sentence: Option<String>,
    /// 16 kHz mono.
    pub waveform: Waveform,
    /// First the clip as it is, then as other microphones would have recorded it.
    pub takes: Vec<Take>,
}

/// Every clip of a corpus, decoded, in the corpus's order.
#[derive(Debug)]
pub struct Examples(pub Vec<Example>);

impl Examples {
    /// Decodes the corpus and makes its takes, on all cores.
    pub fn read(corpus: &Corpus, maker: &TakeMaker) -> anyhow::Result<Self> {
        let style = ProgressStyle::with_template("decoding {wide_bar} {pos}/{len}")?;
        let waveforms: Vec<Waveform> = corpus
            .clips
            .par_iter()
            .progress_with_style(style)
            .map(decode)
            .collect::<anyhow::Result<_>>()?;
        let takes = maker.make(&waveforms)?;
        let decoded = waveforms.into_iter().zip(takes);
        let examples = corpus.clips.iter().zip(decoded);
        let examples = examples.map(|(clip, (waveform, takes))| Example {
            emotion: clip.emotion,
            speaker: clip.speaker.clone(),
            sex: clip.sex.clone(),
            sentence: clip.sentence.clone(),
            waveform,
            takes,
        });
        Ok(Self(examples.collect()))
    }

    /// All speakers, sorted.
    pub fn speakers(&self) -> BTreeSet<&str> {
        self.0
            .iter()
            .map(|example| example.speaker.as_str())
            .collect()
    }
}

fn decode(clip: &Clip) -> anyhow::Result<Waveform> {
    let bytes = fs::read(&clip.path).with_context(|| clip.path.display().to_string())?;
    let waveform = audio::decode(bytes, &DecodeLimits::default())
        .with_context(|| clip.path.display().to_string())?;
    Ok(audio::resample(waveform))
}
