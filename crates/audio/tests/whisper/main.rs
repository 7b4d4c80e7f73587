//! What Whisper's encoder reads is what its own feature extractor computes; see generate.py.

use audio::{N_WHISPER_BANDS, WhisperBands};

/// Samples of the signal: 0.3 s.
const N_SAMPLES: i64 = 4800;

/// Frames in which the silence before the speech is heard, where ours is its mirror image.
const N_BEFORE: usize = 2;

/// Rounding of f32.
const TOLERANCE: f32 = 5e-4;

fn sample(n: i64) -> f32 {
    let sum = |n: i64| {
        let saw = (n * (3 + n / 900)) % 101;
        let noise = (n * n * 7919 + n * 104_729) % 1009;
        saw * 64 + noise * 4
    };
    (sum(n + 1) - sum(n)) as f32 / 32_768.0
}

#[test]
fn bands_are_those_of_whispers_feature_extractor() {
    let samples: Vec<f32> = (0..N_SAMPLES).map(sample).collect();
    let found = WhisperBands::new().bands(&samples);
    let expected: Vec<f32> = include_bytes!("expected.bin")
        .as_chunks()
        .0
        .iter()
        .map(|&bytes| f32::from_le_bytes(bytes))
        .collect();
    assert_eq!(found.len(), expected.len() + N_BEFORE * N_WHISPER_BANDS);
    let behind = &found[N_BEFORE * N_WHISPER_BANDS..];
    for (at, (found, expected)) in behind.iter().zip(&expected).enumerate() {
        let (frame_idx, band) = (at / N_WHISPER_BANDS, at % N_WHISPER_BANDS);
        assert!(
            (found - expected).abs() < TOLERANCE,
            "frame {frame_idx}, band {band}: {found}, not {expected}"
        );
    }
}
