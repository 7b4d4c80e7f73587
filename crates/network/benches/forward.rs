//! Time of the network alone, and of everything from a waveform to its prediction.

use std::{fs, hint::black_box, io, path::Path};

use audio::{N_WHISPER_BANDS, Recording, SAMPLE_RATE_HZ, WINDOW_SAMPLES, Waveform};
use criterion::{Criterion, criterion_group, criterion_main};
use inference::{
    Architecture, BlockWeights, Checkpoint, EncoderShape, LayerWeights, Network, NormWeights,
    Packed, PackedEncoder, Recognizer, TransformerEncoder, TransformerShape, TransformerWeights,
    VoiceEncoder, Weights,
};
use network::{BiLstm, Reference, backend};

/// Frames of a window of 4 s.
const N_FRAMES: usize = audio::N_FRAMES;

/// Samples that an encoder reads: 2.5 s.
const N_READ: usize = 40_000;

fn shipped(file: &str) -> io::Result<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/bilstm-v8");
    fs::read(folder.join(file))
}

fn packed() -> (Packed, usize) {
    let checkpoint = Checkpoint::open(shipped).expect("the shipped checkpoint opens");
    let architecture = &checkpoint.config.architecture;
    let packed = Packed::new(&checkpoint.members[0], architecture);
    (packed, architecture.voice_size())
}

fn forward(criterion: &mut Criterion) {
    let paper = BiLstm::new(Architecture::paper(), 5, &backend::device());
    let (shipped, voice_size) = packed();
    for (name, network, voice_size) in [
        ("the paper's network", &paper.packed() as &dyn Network, 0),
        ("the shipped network", &shipped, voice_size),
        ("the paper's network on burn", &Reference(paper), 0),
    ] {
        for (n_windows, windows) in [(1, "1 window"), (32, "32 windows")] {
            let value = |idx: usize| (idx as f32 * 0.7).sin();
            let window: Vec<f32> = (0..N_FRAMES * network.input().n_features())
                .map(value)
                .collect();
            let read = vec![&window[..]; n_windows];
            let voices = match voice_size {
                0 => Vec::new(),
                size => vec![vec![0.1; size]; n_windows],
            };
            criterion.bench_function(&format!("forward, {name}, {windows}"), |bencher| {
                bencher.iter(|| network.logits(black_box(&read), &voices));
            });
        }
    }
}

/// Two layers of a speaker encoder, over 4 s of speech without a pause: random weights take the same time.
fn speaker_encoder(criterion: &mut Criterion) {
    let shape = EncoderShape {
        hidden_size: 256,
        n_layers: 2,
    };
    let mut weights = Weights::default();
    for (name, sizes) in shape.tensors("speaker_encoder") {
        let value = |idx: usize| 0.05 * (idx as f32 * 0.7).sin();
        weights.insert(
            name,
            &sizes,
            (0..sizes.iter().product()).map(value).collect(),
        );
    }
    let encoder = PackedEncoder::new(&weights, "speaker_encoder", shape);
    let speech = voice();
    for (n_windows, windows) in [(1, "1 window"), (8, "8 windows")] {
        let windows_of = vec![&speech.samples[..]; n_windows];
        criterion.bench_function(&format!("speaker encoder, {windows}"), |bencher| {
            bencher.iter(|| encoder.voices(black_box(&windows_of)));
        });
    }
}

/// Whisper's stem and first blocks, over 2.5 s of speech: random weights of their sizes take the same time.
fn transformer_encoder(criterion: &mut Criterion) {
    let weights = transformer_weights(384, 1536);
    let speech = voice();
    for (blocks, frame_stride, of_blocks) in [
        (&[1][..], 1, "block 1"),
        (&[1, 2], 1, "blocks 1 and 2"),
        (&[1, 2], 2, "blocks 1 and 2 of every second frame"),
        (&[1, 2], 3, "blocks 1 and 2 of every third frame"),
    ] {
        let shape = TransformerShape {
            file: String::new(),
            width: 384,
            blocks: blocks.to_vec(),
            max_samples: N_READ,
            frame_stride,
        };
        let encoder = TransformerEncoder::new(&weights, &shape);
        for (n_windows, windows) in [(1, "1 window"), (8, "8 windows")] {
            let windows_of = vec![&speech.samples[..]; n_windows];
            let name = format!("transformer encoder, {of_blocks}, {windows}");
            criterion.bench_function(&name, |bencher| {
                bencher.iter(|| encoder.voices(black_box(&windows_of)));
            });
        }
    }
}

fn transformer_weights(width: usize, expanded: usize) -> TransformerWeights {
    let layer = |n_inputs: usize, n_outputs: usize| LayerWeights {
        weights: (0..n_inputs * n_outputs)
            .map(|n| (n * 7919 % 97) as i8 - 48)
            .collect(),
        scales: vec![1e-3; n_outputs],
        biases: vec![0.1; n_outputs],
    };
    let norm = || NormWeights {
        factors: vec![1.0; width],
        offsets: vec![0.0; width],
    };
    let block = || BlockWeights {
        attention_norm: norm(),
        query: layer(width, width),
        key: layer(width, width),
        value: layer(width, width),
        output: layer(width, width),
        feed_forward_norm: norm(),
        expand: layer(width, expanded),
        contract: layer(expanded, width),
    };
    TransformerWeights {
        n_heads: width / 64,
        width,
        stem: [layer(3 * N_WHISPER_BANDS, width), layer(3 * width, width)],
        positions: vec![0.1; 125 * width],
        blocks: vec![block(), block()],
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

criterion_group!(
    stages,
    forward,
    speaker_encoder,
    transformer_encoder,
    recognition
);
criterion_main!(stages);
