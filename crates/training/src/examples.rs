//! The corpus in memory: waveforms for evaluation, features for training.

use std::{collections::BTreeSet, fs};

use anyhow::Context;
use audio::{DecodeLimits, FeatureExtractor, Features, Waveform};
use emotion::{Emotion, LabelSet};
use indicatif::{ParallelProgressIterator, ProgressStyle};
use rayon::prelude::*;

use crate::corpus::{Clip, Corpus};

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
    /// Of the clip from the first word to the last, `[n_frames]`.
    pub features: Features,
}

impl Example {
    /// Class of the clip among the labels that its corpus was read with.
    pub fn class_idx(&self, labels: &LabelSet) -> usize {
        let class_idx = labels.class_idx(self.emotion);
        class_idx.expect("a corpus holds clips of its labels only")
    }
}

/// Every clip of a corpus, decoded, in the corpus's order.
#[derive(Debug)]
pub struct Examples(pub Vec<Example>);

impl Examples {
    /// Decodes the corpus on all cores.
    pub fn read(corpus: &Corpus) -> anyhow::Result<Self> {
        let style = ProgressStyle::with_template("decoding {wide_bar} {pos}/{len}")?;
        corpus
            .clips
            .par_iter()
            .progress_with_style(style)
            .map_init(FeatureExtractor::new, example)
            .collect::<anyhow::Result<Vec<_>>>()
            .map(Self)
    }

    /// All speakers, sorted.
    pub fn speakers(&self) -> BTreeSet<&str> {
        self.0
            .iter()
            .map(|example| example.speaker.as_str())
            .collect()
    }

    /// The examples of some speakers.
    pub fn of(&self, speakers: &[String]) -> Vec<&Example> {
        self.0
            .iter()
            .filter(|example| speakers.contains(&example.speaker))
            .collect()
    }
}

fn example(extractor: &mut FeatureExtractor, clip: &Clip) -> anyhow::Result<Example> {
    let bytes = fs::read(&clip.path).with_context(|| clip.path.display().to_string())?;
    let waveform = audio::decode(bytes, &DecodeLimits::default())
        .with_context(|| clip.path.display().to_string())?;
    let waveform = audio::resample(waveform);
    let features = extractor.features(&waveform.samples);
    Ok(Example {
        emotion: clip.emotion,
        speaker: clip.speaker.clone(),
        sex: clip.sex.clone(),
        sentence: clip.sentence.clone(),
        features: features.slice(features.speech_span()),
        waveform,
    })
}
