//! Time of each stage: decoding per format, resampling, features.

use std::{fs, hint::black_box, path::Path};

use audio::{DecodeLimits, FeatureExtractor, WINDOW_SAMPLES, Waveform, decode, resample};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

fn decoding(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/clips");
    let limits = DecodeLimits::default();
    for clip in [
        "original.wav",
        "mp3_cbr.mp3",
        "aac.m4a",
        "vorbis.ogg",
        "chrome.webm",
    ] {
        let bytes = fs::read(folder.join(clip)).expect("the clip is in the repository");
        criterion.bench_function(&format!("decode {clip}"), |bencher| {
            bencher.iter(|| decode(black_box(&bytes), &limits));
        });
    }
}

/// Ten seconds of a rising tone.
fn tone(sample_rate_hz: u32) -> Waveform {
    let n_samples = 10 * sample_rate_hz;
    Waveform {
        samples: (0..n_samples)
            .map(|n| (1e-6 * (n as f32).powi(2)).sin())
            .collect(),
        sample_rate_hz,
    }
}

fn resampling(criterion: &mut Criterion) {
    let waveform = tone(48_000);
    criterion.bench_function("resample 10 s from 48 kHz", |bencher| {
        bencher.iter_batched(|| waveform.clone(), resample, BatchSize::LargeInput);
    });
}

fn features(criterion: &mut Criterion) {
    let samples = &tone(16_000).samples[..WINDOW_SAMPLES];
    let mut extractor = FeatureExtractor::new();
    criterion.bench_function("features of a window", |bencher| {
        bencher.iter(|| extractor.features(black_box(samples)));
    });
}

criterion_group!(stages, decoding, resampling, features);
criterion_main!(stages);
