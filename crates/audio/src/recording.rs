//! A clip with what is read of it.
//!
//! Input   a waveform at any rate, whole or in pieces
//! Output  [`Recording`]: its samples at 16 kHz and the features of their frames
//! Why in pieces: the decoder goes on meanwhile

use std::borrow::Cow;

use crate::{
    FeatureExtractor, Features, HOP_LENGTH, WINDOW_SAMPLES, Waveform, declip, n_frames,
    resample::{N_PIECE, Resampler},
};

/// A clip and its features.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// As it was recorded, at 16 kHz.
    pub waveform: Waveform,
    /// Of all frames of [`samples`](Self::samples).
    pub features: Features,
    /// Where they are not the waveform's.
    samples: Option<Vec<f32>>,
}

impl Recording {
    /// The waveform's samples, those at full scale [restored](declip), and silence behind up to a
    /// window's length.
    pub fn samples(&self) -> &[f32] {
        self.samples.as_ref().unwrap_or(&self.waveform.samples)
    }
}

impl From<&Waveform> for Recording {
    fn from(waveform: &Waveform) -> Self {
        let mut recorder = Recorder::new(waveform.sample_rate_hz);
        for piece in waveform.samples.chunks(N_PIECE) {
            recorder.push(piece);
        }
        recorder.finish()
    }
}

/// Makes a recording of a waveform that comes in pieces.
pub(crate) struct Recorder {
    resampler: Resampler,
    extractor: FeatureExtractor,
    features: Features,
}

impl Recorder {
    /// For samples at this rate, more than 0 Hz.
    pub(crate) fn new(sample_rate_hz: u32) -> Self {
        Self {
            resampler: Resampler::new(sample_rate_hz),
            extractor: FeatureExtractor::new(),
            features: Features::default(),
        }
    }

    /// Takes the samples that come next.
    pub(crate) fn push(&mut self, samples: &[f32]) {
        self.resampler.push(samples);
        let resampled = self.resampler.resampled();
        // The frames that reach beyond the last sample depend on those to come.
        let n_whole = resampled.len().saturating_sub(1) / HOP_LENGTH;
        self.extractor.go_on(&mut self.features, resampled, n_whole);
    }

    /// The recording of all that was taken.
    pub(crate) fn finish(mut self) -> Recording {
        let waveform = self.resampler.finish();
        let mut samples = declip(&waveform.samples);
        if let Cow::Owned(_) = samples {
            // The frames so far are of other samples.
            self.features = Features::default();
        }
        if samples.len() < WINDOW_SAMPLES {
            samples.to_mut().resize(WINDOW_SAMPLES, 0.0);
        }
        let n_frames = n_frames(samples.len());
        self.extractor.go_on(&mut self.features, &samples, n_frames);
        let samples = match samples {
            Cow::Borrowed(_) => None,
            Cow::Owned(samples) => Some(samples),
        };
        Recording {
            waveform,
            features: self.features,
            samples,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resample;

    /// A gliding tone, cut off at full scale.
    fn tone(sample_rate_hz: u32, duration_s: f32, peak: f32) -> Waveform {
        let sample = |n: u32| {
            let t = n as f32 / sample_rate_hz as f32;
            (peak * (1500.0 * t + 400.0 * t * t).sin()).clamp(-1.0, 1.0)
        };
        let n_samples = (duration_s * sample_rate_hz as f32) as u32;
        Waveform {
            samples: (0..n_samples).map(sample).collect(),
            sample_rate_hz,
        }
    }

    #[test]
    fn the_features_are_those_of_the_whole() {
        for (sample_rate_hz, duration_s, peak) in [
            (16_000, 5.0, 0.5),
            (16_000, 0.7, 0.5),
            (16_000, 5.0, 1.5),
            (44_100, 6.0, 0.5),
            (8_000, 4.01, 1.2),
            (48_000, 0.032, 0.1),
            (16_000, 0.0, 0.0),
        ] {
            let waveform = tone(sample_rate_hz, duration_s, peak);
            let recording = Recording::from(&waveform);
            assert_eq!(recording.waveform, resample(waveform));
            let mut samples = declip(&recording.waveform.samples).into_owned();
            samples.resize(samples.len().max(WINDOW_SAMPLES), 0.0);
            assert_eq!(recording.samples(), samples);
            assert_eq!(
                recording.features,
                FeatureExtractor::new().features(&samples)
            );
        }
    }
}
