//! A clip with what is read of it.
//!
//! Input   a waveform, whole or in pieces, at any rate and at several one after the other
//! Output  [`Recording`]: its samples at 16 kHz without what no voice holds, and the features of their frames
//! Why in pieces: the decoder goes on meanwhile, and a microphone never ends

use std::ops::Range;

use crate::{
    FeatureExtractor, Features, HOP_LENGTH, SAMPLE_RATE_HZ, Samples, WINDOW_SAMPLES, Waveform,
    declip::Declipper,
    high_pass::HighPass,
    n_frames,
    quality::n_clipped,
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
    /// At 16 kHz, those at full scale restored (`declip`), without what no voice holds: constants, rumble.
    pub samples: Samples,
    /// Share of the samples at full scale as they were recorded, `[0, 1]`.
    pub clipped_share: f32,
    /// Of all frames, and of those of silence behind up to a window's length.
    pub features: Features,
    /// How the decoder heard it.
    pub heard: Heard,
}

impl Recording {
    /// Length, seconds.
    pub fn duration_s(&self) -> f32 {
        (self.samples.len() as f64 / f64::from(SAMPLE_RATE_HZ)) as f32
    }

    /// Samples of some of its frames, from the middle of the first to that of the frame behind them.
    pub fn samples_of(&self, frames: Range<usize>) -> Range<usize> {
        self.samples.of_frames(frames)
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
pub struct Recorder {
    resampler: Resampler,
    declipper: Declipper,
    high_pass: HighPass,
    extractor: FeatureExtractor,
    features: Features,
    samples: Samples,
    n_clipped: usize,
    /// Samples as they are kept, before that, from the frame before the next one on.
    recent: Vec<f32>,
    /// The frame that `recent` begins with.
    recent_frame: usize,
}

impl Recorder {
    /// For samples at this rate, more than 0 Hz.
    pub fn new(sample_rate_hz: u32) -> Self {
        Self {
            resampler: Resampler::level(sample_rate_hz),
            declipper: Declipper::new(),
            high_pass: HighPass::new(),
            extractor: FeatureExtractor::new(),
            features: Features::default(),
            samples: Samples::default(),
            n_clipped: 0,
            recent: Vec::new(),
            recent_frame: 0,
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

    /// Samples so far, which are not changed any more.
    pub fn samples(&self) -> &Samples {
        &self.samples
    }

    /// Gives back the memory of the samples before a frame, which nobody will read.
    pub fn forget(&mut self, before_frame: usize) {
        self.samples.forget(before_frame * HOP_LENGTH);
    }

    fn go_on(&mut self) {
        let resampled = self.resampler.take();
        self.n_clipped += n_clipped(&resampled);
        let n_before = self.recent.len();
        self.recent.extend(self.declipper.push(&resampled));
        self.keep(n_before);
        // The frames that reach beyond the last sample depend on those to come.
        let n_whole = self.samples.len().saturating_sub(1) / HOP_LENGTH;
        self.read_frames(n_whole);
        let first = n_whole.saturating_sub(1).max(self.recent_frame);
        self.recent
            .drain(..(first - self.recent_frame) * HOP_LENGTH);
        self.recent_frame = first;
    }

    /// Filters and keeps the recent samples from `n_before` on.
    fn keep(&mut self, n_before: usize) {
        let new = &mut self.recent[n_before..];
        self.high_pass.filter(new);
        self.samples.push(new);
    }

    fn read_frames(&mut self, n_frames: usize) {
        self.extractor.go_on(
            &mut self.features,
            &self.recent,
            self.recent_frame,
            n_frames,
        );
    }

    /// The recording of all that was taken.
    pub fn finish(mut self) -> Recording {
        self.go_on();
        let resampled = self.resampler.finish();
        self.n_clipped += n_clipped(&resampled);
        let n_before = self.recent.len();
        self.recent.extend(self.declipper.push(&resampled));
        self.recent.extend(self.declipper.finish());
        self.keep(n_before);
        let n_samples = self.samples.len().max(WINDOW_SAMPLES);
        self.recent
            .resize(n_samples - self.recent_frame * HOP_LENGTH, 0.0);
        self.read_frames(n_frames(n_samples));
        Recording {
            clipped_share: self.n_clipped as f32 / self.samples.len().max(1) as f32,
            samples: self.samples,
            features: self.features,
            heard: Heard::default(),
        }
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
            let difference = difference(&tone.samples, &all(&shifted.samples));
            assert!(difference < 3e-5, "{sample_rate_hz} Hz: {difference}");
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

    fn all(samples: &Samples) -> Vec<f32> {
        samples.range(0..samples.len())
    }

    fn difference(kept: &Samples, samples: &[f32]) -> f32 {
        let kept = all(kept);
        let pairs = kept.iter().zip(samples);
        pairs
            .map(|(one, other)| (one - other).abs())
            .fold(0.0, f32::max)
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
            let mut declipper = Declipper::new();
            let mut samples = declipper.push(&resampled).to_vec();
            samples.extend(declipper.finish());
            HighPass::new().filter(&mut samples);
            let n_clipped = n_clipped(&resampled) as f32;
            let clipped_share = n_clipped / resampled.len().max(1) as f32;
            assert_eq!(recording.clipped_share, clipped_share);
            assert_eq!(recording.samples.len(), samples.len());
            assert!(difference(&recording.samples, &samples) < 1e-4);
            samples.resize(samples.len().max(WINDOW_SAMPLES), 0.0);
            assert_eq!(
                recording.features,
                FeatureExtractor::new().features(&samples)
            );
        }
    }
}
