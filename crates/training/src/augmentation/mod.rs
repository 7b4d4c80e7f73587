//! Augmentation: more voices, rooms and microphones than the corpus has.
//!
//! A clip is heard in several variants, as other microphones would have recorded it: `channel`'s. They are made once,
//! and their features are varied anew in every epoch: `features`.

mod cache;
pub mod channel;
pub mod features;
mod rate;
mod variant;

use std::{array, ops::Range, path::PathBuf};

use audio::{HOP_LENGTH, Waveform};
use indicatif::{ParallelProgressIterator, ProgressStyle};
use inference::VoiceEncoder;
use rand::{Rng, SeedableRng, rngs::StdRng};
use rayon::prelude::*;

pub use variant::Variant;

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

/// Which variants of a clip are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Augmentation {
    /// Only the clip as it is.
    None,
    /// Also as other microphones would have recorded it, to train on.
    Channels,
}

/// Makes the variants of clips.
pub struct Augmenter {
    /// Which.
    pub augmentation: Augmentation,
    /// Hear the voice, one after the other.
    pub encoders: Vec<Box<dyn VoiceEncoder>>,
    /// Folder in which [`Augmentation::Channels`] is kept from one process to the next.
    pub cache: Option<PathBuf>,
}

impl Augmenter {
    /// Of every clip first the clip as it is, then the others; on all cores.
    ///
    /// # Errors
    /// When the cache can be neither read nor written.
    pub fn make(&self, waveforms: &[Waveform]) -> anyhow::Result<Vec<Vec<Variant>>> {
        match &self.cache {
            Some(dir) if self.augmentation == Augmentation::Channels && !waveforms.is_empty() => {
                let key = cache::key(waveforms, &self.encoders)?;
                cache::read_or_make(dir, key, || self.make_anew(waveforms))
            }
            _ => Ok(self.make_anew(waveforms)),
        }
    }

    fn make_anew(&self, waveforms: &[Waveform]) -> Vec<Vec<Variant>> {
        let style = ProgressStyle::with_template("hearing {wide_bar} {pos}/{len}");
        waveforms
            .par_iter()
            .progress_with_style(style.expect("a template of indicatif's own names"))
            .enumerate()
            .map(|(clip_idx, clip)| {
                let variant = |samples| Variant::read(&self.encoders, samples);
                let mut variants = vec![variant(clip.samples.clone())];
                if self.augmentation == Augmentation::Channels {
                    let mut rng = StdRng::seed_from_u64(clip_idx as u64);
                    for _ in 0..N_DRAWS {
                        let others = through_channels(&clip.samples, &mut rng);
                        variants.extend(others.map(variant));
                    }
                }
                variants
            })
            .collect()
    }
}

/// The clip as it is, too loud for its microphone, through a telephone, as a voice message, and across a
/// noisy room; each a little different from clip to clip, and with its frames beginning elsewhere.
fn through_channels(samples: &[f32], rng: &mut StdRng) -> [Vec<f32>; 5] {
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
