//! A clip, as it is or as another microphone would have recorded it, as the network reads it.

use audio::{FeatureExtractor, Features, samples_of};
use inference::PackedEncoder;

/// One of a clip's variants, from the first word to the last.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// `[n_frames]`.
    pub features: Features,
    /// What a speaker encoder hears in it; empty without one.
    pub voice: Vec<f32>,
}

impl Variant {
    /// What is read of 16 kHz samples from the first word to the last.
    pub fn read(
        extractor: &mut FeatureExtractor,
        encoder: Option<&PackedEncoder>,
        samples: &[f32],
    ) -> Self {
        let samples = audio::declip(samples);
        let features = extractor.features(&samples);
        let span = features.speech_span();
        let speech = &samples[samples_of(span.clone(), samples.len())];
        let voice = encoder.and_then(|encoder| encoder.voices(&[speech]).pop());
        Self {
            features: features.slice(span),
            voice: voice.unwrap_or_default(),
        }
    }
}
