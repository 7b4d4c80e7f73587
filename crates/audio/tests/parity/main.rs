//! Parity with torch and torchaudio on golden vectors, stage by stage.
//!
//! The vectors (tests/golden) were made with torch and torchaudio 2.11 in f32.

mod golden;
mod resampling;

use audio::{
    FeatureExtractor, MelFilterBank, N_BINS, N_FRAMES, N_MELS, WINDOW_SAMPLES, hann_window,
};

use crate::golden::{Case, clips};

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
    let constants = Case::read("constants");
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
    let mut extractor = FeatureExtractor::new();
    let names = clips();
    assert!(names.len() >= 18, "only {names:?}");
    for name in names {
        let case = Case::read(&name);
        let mut samples = case.samples_16_khz();
        let (shape, db) = case.tensor("mel_db").expect("of every clip");
        let power: Vec<f32> = db.iter().map(|db| 10.0_f32.powf(db / 10.0)).collect();
        assert_eq!(shape, [N_MELS, N_FRAMES], "{name}");
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
}
