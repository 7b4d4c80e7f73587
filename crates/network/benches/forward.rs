//! Time of the network alone, and of everything from a waveform to its prediction.

use std::{fs, hint::black_box, io, path::Path};

use audio::{Recording, SAMPLE_RATE_HZ, WINDOW_SAMPLES, Waveform};
use criterion::{Criterion, criterion_group, criterion_main};
use inference::{Architecture, Checkpoint, Network, Packed, Recognizer};
use network::{BiLstm, Reference, backend};

/// Frames of a window of 4 s.
const N_FRAMES: usize = audio::N_FRAMES;

fn shipped(file: &str) -> io::Result<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/bilstm-v6");
    fs::read(folder.join(file))
}

fn packed() -> Packed {
    let checkpoint = Checkpoint::open(shipped).expect("the shipped checkpoint opens");
    Packed::new(&checkpoint.members[0], &checkpoint.config.architecture)
}

fn forward(criterion: &mut Criterion) {
    let paper = BiLstm::new(Architecture::paper(), 5, &backend::device());
    for (name, network) in [
        ("the paper's network", &paper.packed() as &dyn Network),
        ("the shipped network", &packed()),
        ("the paper's network on burn", &Reference(paper)),
    ] {
        for (n_windows, windows) in [(1, "1 window"), (32, "32 windows")] {
            let value = |idx: usize| (idx as f32 * 0.7).sin();
            let window: Vec<f32> = (0..N_FRAMES * network.input().n_features())
                .map(value)
                .collect();
            let read = vec![&window[..]; n_windows];
            let speech = voice();
            let voices = network.voices(&vec![&speech.samples[..]; n_windows]);
            criterion.bench_function(&format!("forward, {name}, {windows}"), |bencher| {
                bencher.iter(|| network.logits(black_box(&read), &voices));
            });
        }
    }
}

/// What hears the voice beside the shipped network, over 4 s of speech without a pause.
fn speaker_encoder(criterion: &mut Criterion) {
    let network = packed();
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
    let recognizer = Recognizer::open(shipped).expect("the shipped checkpoint opens");
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
