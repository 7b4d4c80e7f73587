//! Changes of a clip's sample rate as other devices make them, which need not be torchaudio's.
//!
//! Input   mono samples
//! Output  samples of the same duration at the other rate
//! Why     rubato and not `audio::resample`: docs/decisions/0003-resampler.md

use audioadapter_buffers::owned::InterleavedOwned;
use rubato::{Fft, FixedSync, Resampler};

/// Input frames of a transform.
const CHUNK: usize = 1024;

/// The clip at `to_hz`; both rates are above 0.
pub fn change_rate(samples: &[f32], from_hz: u32, to_hz: u32) -> Vec<f32> {
    if samples.is_empty() {
        return Vec::new();
    }
    let resampler = Fft::<f32>::new(from_hz as usize, to_hz as usize, CHUNK, 1, FixedSync::Both);
    let mut resampler = resampler.expect("both rates are above 0");
    let clip = InterleavedOwned::new_from(samples.to_vec(), 1, samples.len());
    let clip = clip.expect("one channel of as many frames");
    let resampled = resampler.process_all(&clip, samples.len(), None);
    resampled
        .expect("the clip is as long as it says")
        .take_data()
}

/// There and back, as long as before: what is above half of `through_hz` is gone.
pub fn through_rate(samples: &[f32], at_hz: u32, through_hz: u32) -> Vec<f32> {
    let mut back = change_rate(&change_rate(samples, at_hz, through_hz), through_hz, at_hz);
    back.resize(samples.len(), 0.0);
    back
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    fn tone(frequency_hz: f32, rate_hz: u32) -> Vec<f32> {
        let sample = |n: u32| (TAU * frequency_hz * n as f32 / rate_hz as f32).sin();
        (0..rate_hz).map(sample).collect()
    }

    fn rms(samples: &[f32]) -> f32 {
        (samples.iter().map(|x| x * x).sum::<f32>() / samples.len() as f32).sqrt()
    }

    #[test]
    fn a_tone_is_the_same_tone_at_another_rate() {
        let (found, expected) = (
            change_rate(&tone(440.0, 16_000), 16_000, 48_000),
            tone(440.0, 48_000),
        );
        assert_eq!(found.len(), expected.len());
        // Both ends ring.
        for (found, expected) in found.iter().zip(&expected).skip(2_000).take(40_000) {
            assert!((found - expected).abs() < 1e-3, "{found}, {expected}");
        }
    }

    #[test]
    fn what_a_lower_rate_cannot_hold_is_gone() {
        let [low, high] =
            [1_000.0, 6_000.0].map(|hz| rms(&through_rate(&tone(hz, 16_000), 16_000, 8_000)));
        assert!((low - 0.707).abs() < 0.01 && high < 0.01, "{low}, {high}");
    }

    #[test]
    fn silence_of_no_length_stays_that() {
        assert!(through_rate(&[], 16_000, 8_000).is_empty());
    }
}
