//! Parity of the network with PyTorch, on vectors made with torch and torchaudio 2.11.
//!
//! The vectors lie outside of the project (`BANGLASER_SHARED`, else `../shared` beside the
//! workspace); without them these tests skip and say so.

mod golden;

use audio::{FeatureExtractor, N_MELS, WINDOW_SAMPLES};
use burn::module::Module;
use golden::Golden;
use recognizer::{
    backend,
    checkpoint::{load_weights, save_weights},
    network::{Architecture, Batch, BiLstm, Network},
};
use vocabulary::{LabelSet, Probabilities};

/// Logits from given features: f32 sums in another order.
const LOGITS_FROM_FEATURES: f32 = 1e-4;
/// Logits from audio: the FFT's own rounding, amplified by the logarithm (worst on `chirp`).
const LOGITS_FROM_AUDIO: f32 = 1e-3;
/// Probabilities where the clip was resampled.
const PROBABILITIES_OTHER_RATE: f32 = 1e-3;

/// Outputs of the golden network.
const N_CLASSES: usize = 5;

const CASES_16_KHZ: [&str; 10] = [
    "sine1k",
    "chirp",
    "noise",
    "speechlike",
    "silence",
    "impulse",
    "short1300ms",
    "long6s",
    "tiny_1sample",
    "full_scale_square",
];

const CASES_OTHER_RATE: [&str; 10] = [
    "rate8000",
    "rate11025",
    "rate12000",
    "rate22050",
    "rate24000",
    "rate32000",
    "rate44100",
    "rate48000",
    "rate96000",
    "rate48000_stereo_4s5",
];

fn golden_network(golden: &Golden) -> BiLstm {
    let weights = golden.file("models/bilstm_seed7.safetensors");
    load_weights(
        &weights,
        &Architecture::paper(),
        N_CLASSES,
        &backend::device(),
    )
    .expect("the golden weights fit the paper's architecture")
}

fn forward(network: &BiLstm, features: &[f32], n_frames: usize) -> Vec<f32> {
    let windows = features.chunks(n_frames * N_MELS).map(<[f32]>::to_vec);
    let batch = Batch::new(&windows.collect::<Vec<_>>(), N_MELS, &backend::device());
    let logits = network.forward(&batch);
    logits.into_data().iter::<f32>().collect()
}

/// The first 4 s of a clip as the network reads them: `[n_frames, n_mels]`, dB.
fn first_window(golden: &Golden, case: &str) -> Vec<f32> {
    let clip = golden.file(&format!("wav/{case}.wav"));
    let clip = audio::decode(clip, &audio::DecodeLimits::default()).expect("a WAV file");
    let mut samples = audio::resample(clip).samples;
    samples.resize(WINDOW_SAMPLES, 0.0);
    let features = FeatureExtractor::new().features(&samples);
    features.log_mel.values().to_vec()
}

#[track_caller]
fn assert_close(case: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{case}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            (found - expected).abs() <= tolerance,
            "{case}: {found} is not {expected} within {tolerance}"
        );
    }
}

#[test]
fn the_paper_network_has_586_629_parameters() {
    let network = BiLstm::new(Architecture::paper(), N_CLASSES, &backend::device());
    let statistics = 2 * 2 * 128;
    assert_eq!(network.num_params() - statistics, 586_629);
}

#[test]
fn logits_from_features() {
    let Some(golden) = Golden::find("logits_from_features") else {
        return;
    };
    let network = golden_network(&golden);
    let case = golden.case("net_random_features");
    for n_frames in [1, 2, 50, 126, 300] {
        let name = format!("T{n_frames}");
        let found = forward(&network, case.get(&format!("feat_{name}")), n_frames);
        let expected = case.get(&format!("bi_logits_{name}"));
        assert_close(&name, &found, expected, LOGITS_FROM_FEATURES);
    }
    let found = forward(&network, case.get("feat_batch4"), 126);
    assert_close(
        "batch4",
        &found,
        case.get("bi_logits_batch4"),
        LOGITS_FROM_FEATURES,
    );
}

#[test]
fn recurrent_layers_one_by_one() {
    let Some(golden) = Golden::find("recurrent_layers_one_by_one") else {
        return;
    };
    let network = golden_network(&golden);
    let case = golden.case("layers_bi_speechlike");
    let window = case.get("in_126x40").to_vec();
    let batch = Batch::new(&[window], N_MELS, &backend::device());
    let mut frames = network.front(&batch);
    for layer in &network.layers {
        frames = layer.forward(frames, &batch.lengths);
    }
    let found: Vec<f32> = frames.into_data().iter::<f32>().collect();
    assert_close(
        "lstm_out",
        &found,
        case.get("lstm_out_126x256"),
        LOGITS_FROM_FEATURES,
    );
}

#[test]
fn logits_from_audio() {
    let Some(golden) = Golden::find("logits_from_audio") else {
        return;
    };
    let network = golden_network(&golden);
    for name in CASES_16_KHZ {
        let found = forward(&network, &first_window(&golden, name), 126);
        let case = golden.case(name);
        assert_close(name, &found, case.get("bi_logits"), LOGITS_FROM_AUDIO);
    }
}

#[test]
fn probabilities_from_audio_of_other_rates() {
    let Some(golden) = Golden::find("probabilities_from_audio_of_other_rates") else {
        return;
    };
    let network = golden_network(&golden);
    for name in CASES_OTHER_RATE {
        let logits = forward(&network, &first_window(&golden, name), 126);
        let found = Probabilities::from_logits(&LabelSet::five(), &logits).expect("one clip");
        let found: Vec<f32> = found.iter().map(|(_, probability)| probability).collect();
        let expected = golden.case(name);
        let expected = expected.get("bi_probs");
        assert_close(name, &found, expected, PROBABILITIES_OTHER_RATE);
    }
}

#[test]
fn weights_survive_writing_and_reading() {
    let device = backend::device();
    let network = BiLstm::new(Architecture::paper(), N_CLASSES, &device);
    let bytes = save_weights(&network);
    let again =
        load_weights(&bytes, &Architecture::paper(), N_CLASSES, &device).expect("our own file");
    assert_eq!(save_weights(&again), bytes);
}
