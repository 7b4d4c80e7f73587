//! Something that is found to be speech.

use std::f32::consts::TAU;

use audio::SAMPLE_RATE_HZ;

/// A gliding voice that opens and closes three times a second.
pub fn syllables(duration_s: f32) -> Vec<f32> {
    let sample = |sample_idx: usize| {
        let time_s = sample_idx as f32 / SAMPLE_RATE_HZ as f32;
        let phase = TAU * (140.0 * time_s + 1.5 * (TAU * 1.5 * time_s).sin());
        let opening = 0.5 - 0.5 * (TAU * 3.0 * time_s).cos();
        let harmonics = (1..30).map(|harmonic| {
            let harmonic = harmonic as f32;
            (0.3 + 0.6 * opening).powf(harmonic / 3.0) * (phase * harmonic).sin()
        });
        0.1 * opening * harmonics.sum::<f32>()
    };
    (0..(duration_s * SAMPLE_RATE_HZ as f32) as usize)
        .map(sample)
        .collect()
}
