//! Time of the network alone, and of everything from a waveform to its prediction.

use std::{hint::black_box, path::Path};

use audio::{Recording, SAMPLE_RATE_HZ, WINDOW_SAMPLES, Waveform};
use criterion::{Criterion, criterion_group, criterion_main};
use recognizer::{
    Recognizer, backend,
    checkpoint::Checkpoint,
    network::{Architecture, Batch, BiLstm, Network, Packed},
};

/// Frames of a window of 4 s.
const N_FRAMES: usize = audio::N_FRAMES;

fn shipped() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/bilstm-v6")
}

fn forward(criterion: &mut Criterion) {
    let device = backend::device();
    let checkpoint = Checkpoint::open(&shipped(), &device).expect("the shipped checkpoint opens");
    let paper = BiLstm::new(Architecture::paper(), 5, &device);
    for (name, network) in [
        ("the paper's network", &paper),
        ("the shipped network", &checkpoint.members[0]),
    ] {
        let network = Packed::new(network);
        let n_features = network.input().n_features();
        for (n_windows, windows) in [(1, "1 window"), (32, "32 windows")] {
            let value = |idx: usize| (idx as f32 * 0.7).sin();
            let window: Vec<f32> = (0..N_FRAMES * n_features).map(value).collect();
            let mut batch = Batch::new(&vec![window; n_windows], n_features, &device);
            let speech = voice();
            if let Some(voices) = network.voices(&vec![&speech.samples[..]; n_windows]) {
                batch = batch.with_voices(&voices);
            }
            criterion.bench_function(&format!("forward, {name}, {windows}"), |bencher| {
                bencher.iter(|| network.forward(black_box(&batch)).into_data());
            });
        }
    }
}

/// What hears the voice beside the shipped network, over 4 s of speech without a pause.
fn speaker_encoder(criterion: &mut Criterion) {
    let checkpoint = Checkpoint::open(&shipped(), &backend::device()).expect("it opens");
    let network = Packed::new(&checkpoint.members[0]);
    let speech = voice();
    for (n_windows, windows) in [(1, "1 window"), (8, "8 windows")] {
        let windows_of = vec![&speech.samples[..]; n_windows];
        criterion.bench_function(&format!("speaker encoder, {windows}"), |bencher| {
            bencher.iter(|| network.voices(black_box(&windows_of)));
        });
    }
}

/// Syllables of a gliding voice, 4 s at 16 kHz.
fn voice() -> Waveform {
    let sample = |n: usize| {
        let t = n as f32 / SAMPLE_RATE_HZ as f32;
        let phase = std::f32::consts::TAU * (130.0 * t + 15.0 * t * t);
        let opening = 0.5 - 0.5 * (std::f32::consts::TAU * 3.0 * t).cos();
        let harmonics = (1..30).map(|harmonic| {
            let harmonic = harmonic as f32;
            (0.3 + 0.6 * opening).powf(harmonic / 3.0) * (phase * harmonic).sin()
        });
        0.05 * opening * harmonics.sum::<f32>()
    };
    Waveform {
        samples: (0..WINDOW_SAMPLES).map(sample).collect(),
        sample_rate_hz: SAMPLE_RATE_HZ,
    }
}

fn recognition(criterion: &mut Criterion) {
    let recognizer = Recognizer::open(&shipped()).expect("the shipped checkpoint opens");
    let waveform = voice();
    criterion.bench_function("waveform of 4 s to prediction", |bencher| {
        bencher.iter(|| {
            let recording = Recording::from(black_box(&waveform));
            recognizer.recognize(&recording).expect("speech")
        });
    });
}

criterion_group!(stages, forward, speaker_encoder, recognition);
criterion_main!(stages);
