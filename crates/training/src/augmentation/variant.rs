//! A clip, as it is or as another microphone would have recorded it, as the network reads it.

use audio::{Features, Recording, SAMPLE_RATE_HZ, Waveform};
use inference::VoiceEncoder;

use crate::spoken::spoken_frames;

/// One of a clip's variants, from the first word to the last.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// `[n_frames]`.
    pub features: Features,
    /// What the encoders hear in it; empty without any.
    pub voice: Vec<f32>,
}

impl Variant {
    /// What is read of 16 kHz samples from the first word to the last, as of a clip that is served.
    pub fn read(encoders: &[Box<dyn VoiceEncoder>], samples: Vec<f32>) -> Self {
        let recording = Recording::from(&Waveform {
            samples,
            sample_rate_hz: SAMPLE_RATE_HZ,
        });
        let features = &recording.features;
        let span = spoken_frames(features);
        let speech = recording.samples.range(recording.samples_of(span.clone()));
        let voices = encoders
            .iter()
            .flat_map(|encoder| encoder.voices(&[&speech]));
        Self {
            features: features.slice(span),
            voice: voices.flatten().collect(),
        }
    }
}
