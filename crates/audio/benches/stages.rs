//! Time of each stage: decoding per format, resampling, features.

use std::{fs, hint::black_box, path::Path};

use audio::{
    DecodeLimits, FeatureExtractor, LogMel, MelFilterBank, PowerSpectrum, Waveform, WhisperBands,
    decode, n_frames, resample,
};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

fn decoding(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/clips");
    let limits = DecodeLimits::default();
    for clip in [
        "original.wav",
        "mp3_cbr.mp3",
        "aac.m4a",
        "vorbis.ogg",
        "opus_celt_stereo.opus",
        "ogg_flac.ogg",
        "chrome.webm",
    ] {
        let bytes = fs::read(folder.join(clip)).expect("the clip is in the repository");
        criterion.bench_function(&format!("decode {clip}"), |bencher| {
            bencher.iter(|| decode(black_box(&bytes), &limits));
        });
    }
}

/// Four seconds of a rising tone.
fn tone(sample_rate_hz: u32) -> Waveform {
    let n_samples = 4 * sample_rate_hz;
    Waveform {
        samples: (0..n_samples)
            .map(|n| (1e-6 * (n as f32).powi(2)).sin())
            .collect(),
        sample_rate_hz,
    }
}

fn resampling(criterion: &mut Criterion) {
    for (name, rate_hz) in [("48", 48_000), ("44.1", 44_100), ("8", 8_000)] {
        let waveform = tone(rate_hz);
        criterion.bench_function(&format!("resample 4 s from {name} kHz"), |bencher| {
            bencher.iter_batched(|| waveform.clone(), resample, BatchSize::LargeInput);
        });
    }
}

fn features(criterion: &mut Criterion) {
    let samples = &tone(16_000).samples[..];
    let mut spectrum = PowerSpectrum::new();
    let filter_bank = MelFilterBank::new();
    criterion.bench_function("log-mel of 4 s", |bencher| {
        bencher.iter(|| {
            let mut log_mel = LogMel::default();
            for frame_idx in 0..n_frames(samples.len()) {
                let power = spectrum.frame_power(black_box(samples), frame_idx);
                log_mel.push(filter_bank.band_powers(power));
            }
            log_mel
        });
    });
    let mut extractor = FeatureExtractor::new();
    criterion.bench_function("log-mel and pitch of 4 s", |bencher| {
        bencher.iter(|| extractor.features(black_box(samples)));
    });
    let mut whisper_bands = WhisperBands::new();
    criterion.bench_function("Whisper's bands of 2.5 s", |bencher| {
        bencher.iter(|| whisper_bands.bands(black_box(&samples[..40_000])));
    });
    criterion.bench_function("plan transforms and pitch", |bencher| {
        bencher.iter(FeatureExtractor::new);
    });
}

criterion_group!(stages, decoding, resampling, features);
criterion_main!(stages);
