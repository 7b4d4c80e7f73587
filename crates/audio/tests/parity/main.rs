//! Parity with torch and torchaudio on golden vectors, stage by stage.
//!
//! The vectors (`golden`, beside the project) were made with torch and torchaudio 2.11 in f32; where
//! they are absent the tests say so and pass.

mod golden;
mod resampling;

use audio::{
    FeatureExtractor, MelFilterBank, N_BINS, N_FRAMES, N_MELS, WINDOW_SAMPLES, hann_window,
};

use crate::golden::{Case, folder, names};

/// f32 rounding of values up to 1; the filter bank turns out equal bit for bit.
const CONSTANT_TOLERANCE: f32 = 1e-6;

/// Two f32 transforms of different radix, where a band stands above the transform's rounding noise.
/// torch in f32 is itself 2.2e-4 dB away from torch in f64.
const TOLERANCE_DB: f32 = 1e-3;

/// The same in bands that are hardly more than that noise.
const NOISE_TOLERANCE_DB: f32 = 0.3;

/// Power relative to the frame's largest band below which a band counts as noise.
const NOISE_POWER: f32 = 1e-7;

#[test]
fn window_and_filter_bank_are_torchaudios() {
    let Some(folder) = folder("window_and_filter_bank_are_torchaudios") else {
        return;
    };
    let constants = Case::read(&folder, "constants");
    let (_, window) = constants.tensor("hann1024").expect("in the constants");
    for (ours, theirs) in hann_window().iter().zip(window) {
        assert!((ours - theirs).abs() <= CONSTANT_TOLERANCE);
    }
    let (shape, weights) = constants.tensor("mel_fb_513x40").expect("in the constants");
    assert_eq!(shape, [N_BINS, N_MELS]);
    let bank = MelFilterBank::new();
    for (bin, theirs) in weights.chunks_exact(N_MELS).enumerate() {
        for (band, theirs) in theirs.iter().enumerate() {
            assert_eq!(bank.weight(bin, band), *theirs, "bin {bin}, band {band}");
        }
    }
}

#[test]
fn log_mel_is_torchaudios() {
    let Some(folder) = folder("log_mel_is_torchaudios") else {
        return;
    };
    let mut extractor = FeatureExtractor::new();
    let mut n_cases = 0;
    for name in names(&folder) {
        let case = Case::read(&folder, &name);
        let (Some(mut samples), Some((shape, db))) = (case.samples_16_khz(), case.tensor("mel_db"))
        else {
            continue;
        };
        n_cases += 1;
        assert_eq!(shape, [N_MELS, N_FRAMES], "{name}");
        let (_, power) = case.tensor("mel_power").expect("beside mel_db");
        samples.resize(WINDOW_SAMPLES, 0.0);
        let log_mel = extractor.features(&samples).log_mel;
        assert_eq!(log_mel.n_frames(), N_FRAMES, "{name}");
        for (frame_idx, ours) in log_mel.values().chunks_exact(N_MELS).enumerate() {
            let at = |band: usize| band * N_FRAMES + frame_idx;
            let largest = (0..N_MELS).map(|band| power[at(band)]).fold(0.0, f32::max);
            for (band, ours) in ours.iter().enumerate() {
                let (theirs, power) = (db[at(band)], power[at(band)]);
                if theirs == -100.0 {
                    assert_eq!(*ours, -100.0, "{name}: frame {frame_idx}, band {band}");
                }
                let tolerance = if power > NOISE_POWER * largest {
                    TOLERANCE_DB
                } else {
                    NOISE_TOLERANCE_DB
                };
                assert!(
                    (ours - theirs).abs() <= tolerance,
                    "{name}: frame {frame_idx}, band {band}: {ours} dB, expected {theirs} dB"
                );
            }
        }
    }
    assert!(n_cases >= 18, "only {n_cases} cases");
}
