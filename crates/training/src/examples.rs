//! The corpus in memory: waveforms for evaluation, features for training.
//!
//! A *take* is a clip as some microphone would have recorded it.

use std::{collections::BTreeSet, fs, ops::Range};

use anyhow::Context;
use audio::{DecodeLimits, FeatureExtractor, Features, Waveform, samples_of};
use emotion::Emotion;
use indicatif::{ParallelProgressIterator, ProgressStyle};
use rand::{Rng, SeedableRng, rngs::StdRng};
use rayon::prelude::*;
use recognizer::network::PackedEncoder;

use crate::{
    channel,
    corpus::{Clip, Corpus},
};

/// How often each of the other microphones records a clip, each time a little differently.
const N_DRAWS: usize = 2;
/// Peak of a clip that is too loud, above full scale, dB.
const LOUD_DB: Range<f32> = 2.0..16.0;
/// Noise below the speech, dB.
const NOISE_DB: Range<f32> = 15.0..40.0;
/// Bit rate of voice messages.
const BIT_RATE_KBPS: Range<u32> = 10..32;
/// Time in which a room's echo falls by 60 dB, and its level against the direct sound.
const DECAY_S: Range<f32> = 0.2..0.8;
const TAIL_DB: Range<f32> = -12.0..0.0;

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

/// A clip from the first word to the last.
#[derive(Clone, Debug)]
pub struct Take {
    /// `[n_frames]`.
    pub features: Features,
    /// What a speaker encoder hears in it; empty without one.
    pub voice: Vec<f32>,
}

/// What else is read of a corpus than its clips as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    One,
    /// Each clip by other microphones, to train on.
    All,
}

/// Every clip of a corpus, decoded, in the corpus's order.
#[derive(Debug)]
pub struct Examples(pub Vec<Example>);

impl Examples {
    /// Decodes the corpus on all cores.
    pub fn read(
        corpus: &Corpus,
        takes: Takes,
        encoder: Option<&PackedEncoder>,
    ) -> anyhow::Result<Self> {
        let style = ProgressStyle::with_template("decoding {wide_bar} {pos}/{len}")?;
        corpus
            .clips
            .par_iter()
            .progress_with_style(style)
            .enumerate()
            .map_init(FeatureExtractor::new, |extractor, (clip_idx, clip)| {
                let mut example = example(extractor, encoder, clip)?;
                if takes == Takes::All {
                    let mut rng = StdRng::seed_from_u64(clip_idx as u64);
                    for _ in 0..N_DRAWS {
                        let others = other_takes(&example.waveform.samples, &mut rng);
                        let others = others
                            .iter()
                            .map(|samples| take(extractor, encoder, samples));
                        example.takes.extend(others);
                    }
                }
                Ok(example)
            })
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
}

fn example(
    extractor: &mut FeatureExtractor,
    encoder: Option<&PackedEncoder>,
    clip: &Clip,
) -> anyhow::Result<Example> {
    let bytes = fs::read(&clip.path).with_context(|| clip.path.display().to_string())?;
    let waveform = audio::decode(bytes, &DecodeLimits::default())
        .with_context(|| clip.path.display().to_string())?;
    let waveform = audio::resample(waveform);
    Ok(Example {
        emotion: clip.emotion,
        speaker: clip.speaker.clone(),
        sex: clip.sex.clone(),
        sentence: clip.sentence.clone(),
        takes: vec![take(extractor, encoder, &waveform.samples)],
        waveform,
    })
}

/// What is read of samples from the first word to the last.
fn take(
    extractor: &mut FeatureExtractor,
    encoder: Option<&PackedEncoder>,
    samples: &[f32],
) -> Take {
    let samples = audio::declip(samples);
    let features = extractor.features(&samples);
    let span = features.speech_span();
    let speech = &samples[samples_of(span.clone(), samples.len())];
    let voice = encoder.and_then(|encoder| encoder.voices(&[speech]).pop());
    Take {
        features: features.slice(span),
        voice: voice.unwrap_or_default(),
    }
}

/// The clip too loud for its microphone, through a telephone, as a voice message, and across a noisy
/// room; each a little different from clip to clip.
fn other_takes(samples: &[f32], rng: &mut StdRng) -> [Vec<f32>; 4] {
    let peak = samples
        .iter()
        .fold(1e-4_f32, |peak, sample| peak.max(sample.abs()));
    let gain_db = rng.random_range(LOUD_DB) - 20.0 * peak.log10();
    let loud = channel::gain(samples, gain_db);
    let telephone = channel::noise(
        &channel::telephone(samples),
        rng.random_range(NOISE_DB),
        rng,
    );
    let message = channel::opus(samples, rng.random_range(BIT_RATE_KBPS));
    let room = channel::room(
        samples,
        rng.random_range(DECAY_S),
        rng.random_range(TAIL_DB),
        rng,
    );
    let room = channel::noise(&room, rng.random_range(NOISE_DB), rng);
    [loud, telephone, message, room]
}
