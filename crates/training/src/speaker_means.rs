//! Speakers' means of their voice vectors, to be taken from what a network hears of them.
//!
//! Input   voice vectors of labelled variants, `[voice_size]`
//! Output  [`SpeakerMeans`]; a mean is that of the emotions' means, so that it does not follow how often a speaker
//!         was recorded angry

use std::collections::{BTreeMap, BTreeSet};

use inference::VoicePrior;
use vocabulary::LabelSet;

use crate::{examples::Example, principal_axes::axes};

/// What the voices of a training's speakers are like.
#[derive(Clone, Debug, PartialEq)]
pub struct SpeakerMeans {
    /// Of all speakers and variants.
    pub prior: VoicePrior,
    /// By speaker, `[n_variants, voice_size]`: a microphone belongs to the voice.
    of_variants: BTreeMap<String, Vec<Vec<f32>>>,
}

impl SpeakerMeans {
    /// Of the examples whose emotions are labels; nothing when there is none, or no voice vector.
    pub fn of(examples: &[&Example], labels: &LabelSet) -> Option<Self> {
        let heard = |example: &&&Example| labels.class_idx(example.emotion).is_some();
        let labelled: Vec<&Example> = examples.iter().filter(heard).copied().collect();
        let n_variants = labelled
            .iter()
            .map(|example| example.variants.len())
            .min()?;
        if labelled.iter().any(|example| {
            example
                .variants
                .iter()
                .any(|variant| variant.voice.is_empty())
        }) {
            return None;
        }
        let mut of_variants = BTreeMap::new();
        let mut offsets = vec![Vec::new(); labels.n_labels()];
        let speakers: BTreeSet<&str> = labelled
            .iter()
            .map(|example| example.speaker.as_str())
            .collect();
        for speaker in speakers {
            let mut means = Vec::with_capacity(n_variants);
            for variant_idx in 0..n_variants {
                let of_emotions = emotion_means(&labelled, labels, speaker, variant_idx);
                let speaker_mean = mean(of_emotions.values().map(Vec::as_slice));
                for (class_idx, of_emotion) in of_emotions {
                    offsets[class_idx].push(difference(&of_emotion, &speaker_mean));
                }
                means.push(speaker_mean);
            }
            of_variants.insert(speaker.to_owned(), means);
        }
        let all = of_variants.values().flatten().map(Vec::as_slice);
        let prior_mean = mean(all);
        let offsets = offsets.iter().map(|offsets| match offsets.is_empty() {
            true => vec![0.0; prior_mean.len()],
            false => mean(offsets.iter().map(Vec::as_slice)),
        });
        let offsets = offsets.collect();
        let voices = labelled
            .iter()
            .flat_map(|example| &example.variants)
            .map(|variant| difference(&variant.voice, &prior_mean));
        let axes = axes(&voices.collect::<Vec<_>>());
        Some(Self {
            prior: VoicePrior {
                mean: prior_mean,
                offsets,
                axes,
            },
            of_variants,
        })
    }

    /// The mean of a speaker in variants of this kind; of all speakers where nothing labelled was heard of them.
    pub fn of_variant(&self, speaker: &str, variant_idx: usize) -> &[f32] {
        let means = self.of_variants.get(speaker);
        means
            .and_then(|means| means.get(variant_idx))
            .unwrap_or(&self.prior.mean)
    }
}

/// Mean voice vector of each emotion of a speaker, by class.
fn emotion_means(
    examples: &[&Example],
    labels: &LabelSet,
    speaker: &str,
    variant_idx: usize,
) -> BTreeMap<usize, Vec<f32>> {
    let mut voices: BTreeMap<usize, Vec<&[f32]>> = BTreeMap::new();
    for example in examples.iter().filter(|example| example.speaker == speaker) {
        if let Some(class_idx) = labels.class_idx(example.emotion) {
            voices
                .entry(class_idx)
                .or_default()
                .push(&example.variants[variant_idx].voice);
        }
    }
    let means = voices.into_iter();
    means
        .map(|(class_idx, voices)| (class_idx, mean(voices.into_iter())))
        .collect()
}

/// Mean of vectors of one size; empty of none.
pub fn mean<'a>(vectors: impl Iterator<Item = &'a [f32]>) -> Vec<f32> {
    let mut sum: Vec<f32> = Vec::new();
    let mut count = 0.0;
    for vector in vectors {
        sum.resize(vector.len(), 0.0);
        sum.iter_mut()
            .zip(vector)
            .for_each(|(sum, value)| *sum += value);
        count += 1.0;
    }
    sum.iter().map(|sum| sum / count).collect()
}

/// One vector less another.
pub fn difference(left: &[f32], right: &[f32]) -> Vec<f32> {
    left.iter()
        .zip(right)
        .map(|(left, right)| left - right)
        .collect()
}

#[cfg(test)]
mod tests {
    use audio::{FeatureExtractor, SAMPLE_RATE_HZ, Waveform};
    use vocabulary::Emotion;

    use super::*;
    use crate::augmentation::Variant;

    fn example(speaker: &str, emotion: Emotion, voice: f32) -> Example {
        let waveform = Waveform {
            samples: vec![0.0; 512],
            sample_rate_hz: SAMPLE_RATE_HZ,
        };
        let variant = Variant {
            features: FeatureExtractor::new().features(&waveform.samples),
            voice: vec![voice],
        };
        Example {
            corpus: String::new(),
            emotion,
            speaker: speaker.to_owned(),
            sex: None,
            sentence: None,
            acted: None,
            waveform,
            variants: vec![variant],
        }
    }

    #[test]
    fn neither_speakers_nor_emotions_with_many_clips_weigh_more() {
        use Emotion::{Angry, Fear, Sad};
        let examples = [
            example("a", Angry, 4.0),
            example("a", Angry, 4.0),
            example("a", Angry, 4.0),
            example("a", Sad, 0.0),
            example("b", Angry, 7.0),
            example("b", Sad, 5.0),
            example("c", Fear, 100.0),
        ];
        let examples: Vec<_> = examples.iter().collect();
        let labels = LabelSet::five();
        let means = SpeakerMeans::of(&examples, &labels).expect("there are voices");
        assert_eq!(means.of_variant("a", 0), [2.0]);
        assert_eq!(means.of_variant("b", 0), [6.0]);
        assert_eq!(means.prior.mean, [4.0]);
        assert_eq!(means.of_variant("c", 0), [4.0]);
        let offset = |emotion| means.prior.offsets[labels.class_idx(emotion).expect("a label")][0];
        assert_eq!(offset(Angry), 1.5);
        assert_eq!(offset(Sad), -1.5);
        assert_eq!(offset(Emotion::Happy), 0.0);
    }

    #[test]
    fn without_voices_there_are_no_means() {
        let mut mute = example("a", Emotion::Sad, 0.0);
        mute.variants[0].voice.clear();
        assert_eq!(SpeakerMeans::of(&[&mute], &LabelSet::five()), None);
        assert_eq!(SpeakerMeans::of(&[], &LabelSet::five()), None);
    }
}
