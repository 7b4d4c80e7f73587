//! A clip with what is read of it.
//!
//! Input   a waveform, whole or in pieces, at any rate and at several one after the other
//! Output  [`Recording`]: its samples at 16 kHz without what no voice holds, and the features of their frames
//! Why in pieces: the decoder goes on meanwhile, and a microphone never ends

use std::borrow::Cow;

use crate::{
    FeatureExtractor, Features, HOP_LENGTH, SAMPLE_RATE_HZ, WINDOW_SAMPLES, Waveform, declip,
    high_pass::HighPass,
    n_frames,
    quality::clipped_share,
    resample::{N_PIECE, Resampler},
};

/// How a clip was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Nothing of the clip was damaged, or of a kind that is not decoded.
    pub is_whole: bool,
    /// Its channels hold different sounds, as the two sides of a call do.
    pub has_voices_apart: bool,
}

impl Default for Heard {
    fn default() -> Self {
        Self {
            is_whole: true,
            has_voices_apart: false,
        }
    }
}

/// A clip and its features.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// As it was recorded, at 16 kHz, without what no voice holds: constants, rumble.
    pub waveform: Waveform,
    /// Share of the samples at full scale, `[0, 1]`.
    pub clipped_share: f32,
    /// Of all frames of [`samples`](Self::samples).
    pub features: Features,
    /// How the decoder heard it.
    pub heard: Heard,
    /// Where they are not the waveform's.
    samples: Option<Vec<f32>>,
}

impl Recording {
    /// The waveform's samples, those at full scale [restored](declip), and silence behind up to a
    /// window's length.
    pub fn samples(&self) -> &[f32] {
        self.samples.as_ref().unwrap_or(&self.waveform.samples)
    }

    /// Of a waveform that is at 16 kHz already, which is not copied.
    #[cfg(feature = "decode")]
    pub(crate) fn of_resampled(waveform: Waveform) -> Self {
        recorded(waveform, Features::default(), FeatureExtractor::new())
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

/// 16 kHz samples as a recording holds them: those at full scale [restored](declip), without what no voice holds.
pub fn clean(samples: &[f32]) -> Vec<f32> {
    let mut clean = declip(samples).into_owned();
    HighPass::new().filter(&mut clean);
    clean
}

/// Makes a recording of a waveform that comes in pieces.
pub struct Recorder {
    resampler: Resampler,
    high_pass: HighPass,
    extractor: FeatureExtractor,
    features: Features,
    /// Filtered samples, from the frame before the next one on.
    recent: Vec<f32>,
    /// The frame that `recent` begins with.
    recent_frame: usize,
    /// Samples at 16 kHz that were filtered.
    n_filtered: usize,
}

impl Recorder {
    /// For samples at this rate, more than 0 Hz.
    pub fn new(sample_rate_hz: u32) -> Self {
        Self {
            resampler: Resampler::level(sample_rate_hz),
            high_pass: HighPass::new(),
            extractor: FeatureExtractor::new(),
            features: Features::default(),
            recent: Vec::new(),
            recent_frame: 0,
            n_filtered: 0,
        }
    }

    /// Takes the samples that come next.
    pub fn push(&mut self, samples: &[f32]) {
        self.resampler.push(samples);
        self.go_on();
    }

    /// Samples from here on come at this rate, more than 0 Hz.
    pub fn change_rate(&mut self, sample_rate_hz: u32) {
        self.resampler.change_rate(sample_rate_hz);
    }

    /// Features of the frames so far, without the last ones, which depend on samples to come.
    pub fn features(&self) -> &Features {
        &self.features
    }

    fn go_on(&mut self) {
        let resampled = self.resampler.resampled();
        let n_before = self.recent.len();
        self.recent.extend(&resampled[self.n_filtered..]);
        self.n_filtered = resampled.len();
        self.high_pass.filter(&mut self.recent[n_before..]);
        // The frames that reach beyond the last sample depend on those to come.
        let n_whole = resampled.len().saturating_sub(1) / HOP_LENGTH;
        self.extractor
            .go_on(&mut self.features, &self.recent, self.recent_frame, n_whole);
        let first = n_whole.saturating_sub(1).max(self.recent_frame);
        self.recent
            .drain(..(first - self.recent_frame) * HOP_LENGTH);
        self.recent_frame = first;
    }

    /// The recording of all that was taken.
    pub fn finish(self) -> Recording {
        recorded(self.resampler.finish(), self.features, self.extractor)
    }
}

/// The recording of a waveform at 16 kHz, of which these features were computed so far.
fn recorded(
    mut waveform: Waveform,
    mut features: Features,
    mut extractor: FeatureExtractor,
) -> Recording {
    debug_assert_eq!(waveform.sample_rate_hz, SAMPLE_RATE_HZ);
    let clipped_share = clipped_share(&waveform.samples);
    let restored = match declip(&waveform.samples) {
        Cow::Owned(restored) => Some(restored),
        Cow::Borrowed(_) => None,
    };
    HighPass::new().filter(&mut waveform.samples);
    let mut samples = match restored {
        Some(mut restored) => {
            // The frames so far are of other samples.
            features = Features::default();
            HighPass::new().filter(&mut restored);
            Cow::Owned(restored)
        }
        None => Cow::Borrowed(&waveform.samples[..]),
    };
    if samples.len() < WINDOW_SAMPLES {
        samples.to_mut().resize(WINDOW_SAMPLES, 0.0);
    }
    let n_frames = n_frames(samples.len());
    extractor.go_on(&mut features, &samples, 0, n_frames);
    let samples = match samples {
        Cow::Borrowed(_) => None,
        Cow::Owned(samples) => Some(samples),
    };
    Recording {
        waveform,
        clipped_share,
        features,
        heard: Heard::default(),
        samples,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resample;

    #[test]
    fn a_constant_changes_nothing() {
        for sample_rate_hz in [8_000, 16_000, 44_100, 48_000] {
            let tone = tone(sample_rate_hz, 5.0, 0.5);
            let mut shifted = tone.clone();
            shifted.samples.iter_mut().for_each(|sample| *sample += 0.3);
            let [tone, shifted] = [tone, shifted].map(|waveform| Recording::from(&waveform));
            let pairs = tone.samples().iter().zip(shifted.samples());
            let difference = pairs
                .map(|(tone, shifted)| (tone - shifted).abs())
                .fold(0.0, f32::max);
            assert!(difference < 1e-5, "{sample_rate_hz} Hz: {difference}");
        }
    }

    #[test]
    fn rates_may_change_on_the_way() {
        let parts = [
            tone(8_000, 1.3, 0.5),
            tone(16_000, 0.7, 0.5),
            tone(44_100, 2.5, 0.5),
        ];
        let mut recorder = Recorder::new(8_000);
        for part in &parts {
            recorder.change_rate(part.sample_rate_hz);
            part.samples
                .chunks(1000)
                .for_each(|piece| recorder.push(piece));
        }
        let whole = parts.into_iter().flat_map(|part| resample(part).samples);
        let whole = Waveform {
            samples: whole.collect(),
            sample_rate_hz: 16_000,
        };
        assert_eq!(recorder.finish(), Recording::from(&whole));
    }

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
            let resampled = resample(waveform).samples;
            let mut samples = clean(&resampled);
            assert_eq!(recording.clipped_share, clipped_share(&resampled));
            samples.resize(samples.len().max(WINDOW_SAMPLES), 0.0);
            assert_eq!(recording.samples(), samples);
            assert_eq!(
                recording.features,
                FeatureExtractor::new().features(&samples)
            );
        }
    }
}
