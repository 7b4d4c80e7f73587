//! Takes: clips as some microphone would have recorded them, from the first word to the last.

mod cache;

use std::{array, ops::Range, path::PathBuf};

use audio::{FeatureExtractor, Features, HOP_LENGTH, Waveform, samples_of};
use indicatif::{ParallelProgressIterator, ProgressStyle};
use rand::{Rng, SeedableRng, rngs::StdRng};
use rayon::prelude::*;
use recognizer::network::PackedEncoder;

use crate::channel;

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

/// A clip from the first word to the last.
#[derive(Clone, Debug, PartialEq)]
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

/// Makes the takes of clips.
pub struct TakeMaker {
    /// What is made.
    pub takes: Takes,
    /// Hears the voice.
    pub encoder: Option<PackedEncoder>,
    /// Folder in which [`Takes::All`] are kept from one process to the next.
    pub cache: Option<PathBuf>,
}

impl TakeMaker {
    /// Of every clip first the clip as it is, then the others; on all cores.
    ///
    /// # Errors
    /// When the cache can be neither read nor written.
    pub fn make(&self, waveforms: &[Waveform]) -> anyhow::Result<Vec<Vec<Take>>> {
        match &self.cache {
            Some(dir) if self.takes == Takes::All && !waveforms.is_empty() => {
                let key = cache::key(waveforms, self.encoder.as_ref())?;
                cache::read_or_make(dir, key, || self.make_anew(waveforms))
            }
            _ => Ok(self.make_anew(waveforms)),
        }
    }

    fn make_anew(&self, waveforms: &[Waveform]) -> Vec<Vec<Take>> {
        let style = ProgressStyle::with_template("hearing {wide_bar} {pos}/{len}");
        waveforms
            .par_iter()
            .progress_with_style(style.expect("a template of indicatif's own names"))
            .enumerate()
            .map_init(FeatureExtractor::new, |extractor, (clip_idx, clip)| {
                let encoder = self.encoder.as_ref();
                let mut takes = vec![take(extractor, encoder, &clip.samples)];
                if self.takes == Takes::All {
                    let mut rng = StdRng::seed_from_u64(clip_idx as u64);
                    for _ in 0..N_DRAWS {
                        let others = other_takes(&clip.samples, &mut rng);
                        let others = others
                            .iter()
                            .map(|samples| take(extractor, encoder, samples));
                        takes.extend(others);
                    }
                }
                takes
            })
            .collect()
    }
}

/// What is read of samples from the first word to the last.
fn take(
    extractor: &mut FeatureExtractor,
    encoder: Option<&PackedEncoder>,
    samples: &[f32],
) -> Take {
    let samples = audio::clean(samples);
    let features = extractor.features(&samples);
    let span = features.speech_span();
    let speech = &samples[samples_of(span.clone(), samples.len())];
    let voice = encoder.and_then(|encoder| encoder.voices(&[speech]).pop());
    Take {
        features: features.slice(span),
        voice: voice.unwrap_or_default(),
    }
}

/// The clip as it is, too loud for its microphone, through a telephone, as a voice message, and across a
/// noisy room; each a little different from clip to clip, and with its frames beginning elsewhere.
fn other_takes(samples: &[f32], rng: &mut StdRng) -> [Vec<f32>; 5] {
    let last = samples.len().saturating_sub(1);
    let [clean, loud, telephone, message, room] =
        array::from_fn(|_| &samples[rng.random_range(0..HOP_LENGTH).min(last)..]);
    let peak = loud
        .iter()
        .fold(1e-4_f32, |peak, sample| peak.max(sample.abs()));
    let gain_db = rng.random_range(LOUD_DB) - 20.0 * peak.log10();
    let loud = channel::gain(loud, gain_db);
    let telephone = channel::noise(
        &channel::telephone(telephone),
        rng.random_range(NOISE_DB),
        rng,
    );
    let message = channel::opus(message, rng.random_range(BIT_RATE_KBPS));
    let room = channel::room(
        room,
        rng.random_range(DECAY_S),
        rng.random_range(TAIL_DB),
        rng,
    );
    let room = channel::noise(&room, rng.random_range(NOISE_DB), rng);
    [clean.to_vec(), loud, telephone, message, room]
}
