//! What a transformer encoder tells of speech is what its graph says, computed in f64 by generate.py: packed in floats,
//! and in burn's operations. Where inputs are rounded to 8 bits it is nearly so.
//!
//! A tiny random encoder lies here; Whisper's own blocks are compared where a checkpoint beside has them.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use audio::{N_WHISPER_BANDS, WhisperBands};
use burn::tensor::{Tensor, TensorData};
use inference::{
    TransformerEncoder, TransformerError, TransformerShape, TransformerWeights, VoiceEncoder,
};
use network::{Transformer, backend};

/// Statistics of frames with a variance of 1.
const TOLERANCE: f32 = 1e-3;

/// The mean and the largest error of Whisper's blocks with inputs of 8 bits: 0.005 and 0.06 were found.
const ROUNDED: [f32; 2] = [0.02, 0.2];

/// Name of the encoder's file beside a checkpoint's own.
const ENCODER_FILE: &str = "whisper_encoder.safetensors";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transformer")
}

fn tiny() -> Vec<u8> {
    fs::read(folder().join("tiny.safetensors")).expect("it is in the repository")
}

/// Whisper's blocks, or `None` and a visible line.
fn whisper(test: &str) -> Option<Vec<u8>> {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let models = fs::read_dir(models).expect("the folder of the models is readable");
    let files = models.map(|model| model.expect("readable").path().join(ENCODER_FILE));
    let found = files.filter_map(|file| fs::read(file).ok()).next();
    if found.is_none() {
        let line = format!("SKIPPED {test}: no checkpoint with {ENCODER_FILE}\n");
        std::io::stderr()
            .write_all(line.as_bytes())
            .expect("standard error is open");
    }
    found
}

fn signal(n_samples: i64) -> Vec<f32> {
    let sample = |n: i64| {
        let saw = (n * (3 + n / 900)) % 101 - 50;
        let noise = (n * n * 7919 + n * 104_729) % 1009 - 504;
        (saw * 64 + noise * 4) as f32 / 32_768.0
    };
    (0..n_samples).map(sample).collect()
}

fn assert_close(name: &str, found: &[f32]) {
    let [_, largest] = errors(name, found);
    assert!(largest < TOLERANCE, "{name} is off by {largest}");
}

/// Mean and largest.
fn errors(name: &str, found: &[f32]) -> [f32; 2] {
    let expected = fs::read(folder().join(name)).expect("it is in the repository");
    let expected = expected
        .as_chunks()
        .0
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes));
    assert_eq!(found.len(), expected.len(), "{name}");
    let errors = found
        .iter()
        .zip(expected)
        .map(|(found, expected)| (found - expected).abs());
    let sum: f32 = errors.clone().sum();
    [sum / found.len() as f32, errors.fold(0.0, f32::max)]
}

/// Listening to the blocks of an encoder.
fn shape(blocks: &[usize], max_samples: usize) -> TransformerShape {
    TransformerShape {
        file: "tiny.safetensors".to_owned(),
        width: 24,
        blocks: blocks.to_vec(),
        max_samples,
        frame_stride: 1,
    }
}

fn weights(bytes: &[u8]) -> TransformerWeights {
    TransformerWeights::read(bytes, N_WHISPER_BANDS, 2).expect("it opens")
}

/// What is told of `n_samples`.
fn packed(encoder: &TransformerEncoder, n_samples: i64) -> Vec<f32> {
    let samples = signal(n_samples);
    // Beside another, which must not be heard.
    let mut found = encoder.voices(&[&samples[..900], &samples]);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].len(), encoder.n_statistics());
    found.remove(1)
}

fn assert_packed(bytes: &[u8], name: &str, n_samples: i64) {
    let shape = shape(&[1, 2], n_samples as usize);
    let encoder = TransformerEncoder::in_floats(&weights(bytes), &shape);
    assert_close(name, &packed(&encoder, n_samples));
}

fn assert_burns(bytes: &[u8], name: &str, n_samples: i64) {
    let device = backend::device();
    let bands = WhisperBands::new().bands(&signal(n_samples));
    let shape = [bands.len() / N_WHISPER_BANDS, N_WHISPER_BANDS];
    let bands = Tensor::from_data(TensorData::new(bands, shape), &device);
    let mut found = Vec::new();
    for frames in Transformer::new(&weights(bytes), &device).forward(bands, 1) {
        let (variance, mean) = frames.clone().var_mean_bias(1);
        let frames = (frames - mean) / (variance + 1e-5).sqrt();
        let [n_frames, _] = frames.dims();
        let n_half = n_frames.div_ceil(2);
        let statistics = vec![
            frames.clone().narrow(0, 0, n_half).mean_dim(0),
            frames
                .clone()
                .narrow(0, n_frames - n_half, n_half)
                .mean_dim(0),
            frames.clone().var_bias(0).sqrt(),
            frames.clone().max_dim(0),
            frames.min_dim(0),
        ];
        found.extend(Tensor::cat(statistics, 1).into_data().iter::<f32>());
    }
    assert_close(name, &found);
}

#[test]
fn a_packed_encoder_is_its_graph() {
    assert_packed(&tiny(), "tiny.bin", 7000);
}

#[test]
fn burns_operations_are_the_graph() {
    assert_burns(&tiny(), "tiny.bin", 7000);
}

#[test]
fn whispers_packed_blocks_are_their_graph() {
    if let Some(bytes) = whisper("whispers_packed_blocks_are_their_graph") {
        assert_packed(&bytes, "whisper.bin", 40_000);
        assert_burns(&bytes, "whisper.bin", 40_000);
    }
}

#[test]
fn whispers_blocks_are_nearly_their_graph_where_inputs_are_rounded() {
    let Some(bytes) = whisper("whispers_blocks_are_nearly_their_graph_where_inputs_are_rounded")
    else {
        return;
    };
    let encoder = TransformerEncoder::new(&weights(&bytes), &shape(&[1, 2], 40_000));
    let found = errors("whisper.bin", &packed(&encoder, 40_000));
    let is_near = found
        .into_iter()
        .zip(ROUNDED)
        .all(|(error, most)| error < most);
    assert!(is_near, "{found:?}");
}

#[test]
fn only_the_blocks_asked_for_are_told_of_the_middle() {
    let weights = weights(&tiny());
    let samples = signal(7000);
    let open = |blocks: &[usize], max| TransformerEncoder::new(&weights, &shape(blocks, max));
    let both = open(&[1, 2], 4000).voices(&[&samples]).remove(0);
    let (first, second) = both.split_at(both.len() / 2);
    let middle = &samples[1500..5500];
    assert_eq!(open(&[1], 7000).voices(&[middle]), [first]);
    assert_eq!(open(&[2], 7000).voices(&[middle]), [second]);
    // There are 30 positions, 320 samples each.
    let long = signal(64_000);
    let of_long = open(&[1], usize::MAX).voices(&[&long]);
    assert_eq!(of_long, open(&[1], 9600).voices(&[&long]));
}

#[test]
fn a_server_that_answers_by_burns_operations_hears_the_same() {
    let encoder = network::reference_encoder(&weights(&tiny()), &shape(&[1, 2], 7000));
    assert_close("tiny.bin", &encoder.voices(&[&signal(7000)])[0]);
}

#[test]
fn frames_that_are_left_out_are_the_same_ones_in_both() {
    let weights = weights(&tiny());
    let samples = signal(7000);
    let told = |frame_stride| {
        let shape = TransformerShape {
            frame_stride,
            ..shape(&[1, 2], 7000)
        };
        let packed = TransformerEncoder::in_floats(&weights, &shape);
        let reference = network::reference_encoder(&weights, &shape);
        let [packed, reference] =
            [packed.voices(&[&samples]), reference.voices(&[&samples])].map(|mut of| of.remove(0));
        let differences = packed.iter().zip(&reference);
        let largest = differences.fold(0.0_f32, |most, (one, other)| most.max((one - other).abs()));
        assert!(
            largest < TOLERANCE,
            "every {frame_stride}. frame: {largest}"
        );
        packed
    };
    let [every, second, third] = [1, 2, 3].map(told);
    assert!(every != second && second != third);
}

#[test]
fn any_window_gives_finite_statistics() {
    for open in [TransformerEncoder::new, TransformerEncoder::in_floats] {
        let encoder = open(&weights(&tiny()), &shape(&[1, 2], 8000));
        for n_samples in [0, 1, 160, 479, 480, 8000] {
            for value in [0.0, 0.5, f32::MAX] {
                let found = encoder.voices(&[&vec![value; n_samples]]);
                assert_eq!(found[0].len(), encoder.n_statistics());
                assert!(
                    found[0].iter().all(|one| one.is_finite()),
                    "{n_samples} of {value}"
                );
            }
        }
        assert!(encoder.voices(&[]).is_empty());
    }
}

#[test]
fn what_is_no_such_encoder_is_refused() {
    let bytes = tiny();
    let error = |bytes: &[u8], n_blocks| {
        TransformerWeights::read(bytes, N_WHISPER_BANDS, n_blocks).expect_err("it is refused")
    };
    assert!(matches!(error(b"none", 1), TransformerError::Format(_)));
    let missing = error(&bytes, 3);
    assert!(missing.to_string().contains("blocks.2"), "{missing}");
    let changed = |from: &str, to: &str| {
        assert_eq!(from.len(), to.len());
        let at = bytes
            .windows(from.len())
            .position(|found| found == from.as_bytes());
        let at = at.expect("it is in the file's head");
        [&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat()
    };
    let heads = error(&changed("\"n_heads\": \"3\"", "\"n_heads\": \"5\""), 1);
    assert!(matches!(heads, TransformerError::Heads { .. }), "{heads}");
    let renamed = error(&changed("stem.0.bias", "stem.0.bits"), 1);
    assert!(
        matches!(renamed, TransformerError::Missing { .. }),
        "{renamed}"
    );
    let turned = error(&changed("[24, 40]", "[40, 24]"), 1);
    assert!(matches!(turned, TransformerError::Shape { .. }), "{turned}");
}
