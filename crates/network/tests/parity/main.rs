//! Parity of the networks with PyTorch, on vectors made with torch and torchaudio 2.11 (tests/golden): by burn's
//! operations on both backends, and packed.

mod golden;

use audio::{FeatureExtractor, N_MELS, WINDOW_SAMPLES};
use burn::module::Module;
use golden::{case, file};
use inference::{Architecture, Network, Weights};
use network::{Batch, BiLstm, Reference, backend};
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

const CASES_OTHER_RATE: [&str; 9] = [
    "rate8000",
    "rate11025",
    "rate12000",
    "rate22050",
    "rate24000",
    "rate32000",
    "rate44100",
    "rate48000",
    "rate96000",
];

/// The golden network by burn's operations on either backend, and packed.
fn golden_networks() -> [Box<dyn Network>; 3] {
    let (weights, architecture) = (golden_weights(), Architecture::paper());
    [
        Box::new(Reference(golden_network())),
        network::reference(&weights, &architecture),
        Box::new(golden_network().packed()),
    ]
}

fn golden_weights() -> Weights {
    let file = file("models/bilstm_seed7.safetensors");
    Weights::from_safetensors(&file).expect("f32 tensors")
}

fn golden_network() -> BiLstm {
    let network = BiLstm::load(
        &golden_weights(),
        &Architecture::paper(),
        N_CLASSES,
        &backend::device(),
    );
    network.expect("the golden weights fit the paper's architecture")
}

fn logits(network: &dyn Network, features: &[f32], n_frames: usize) -> Vec<f32> {
    let windows: Vec<&[f32]> = features.chunks(n_frames * N_MELS).collect();
    network.logits(&windows, &[]).concat()
}

/// The first 4 s of a clip as the network reads them: `[n_frames, n_mels]`, dB.
fn first_window(case: &str) -> Vec<f32> {
    let clip = file(&format!("wav/{case}.wav"));
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
    let case = case("net_random_features");
    for network in golden_networks() {
        let assert_close = |name: &str, n_frames| {
            let found = logits(&*network, case.get(&format!("feat_{name}")), n_frames);
            let expected = case.get(&format!("bi_logits_{name}"));
            assert_close(name, &found, expected, LOGITS_FROM_FEATURES);
        };
        for n_frames in [1, 2, 50, 126, 300] {
            assert_close(&format!("T{n_frames}"), n_frames);
        }
        assert_close("batch4", 126);
    }
}

#[test]
fn recurrent_layers_one_by_one() {
    let network = golden_network();
    let case = case("layers_bi_speechlike");
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
    let networks = golden_networks();
    for name in CASES_16_KHZ {
        let (window, case) = (first_window(name), case(name));
        for network in &networks {
            let found = logits(&**network, &window, 126);
            assert_close(name, &found, case.get("bi_logits"), LOGITS_FROM_AUDIO);
        }
    }
}

#[test]
fn probabilities_from_audio_of_other_rates() {
    let network = golden_network().packed();
    for name in CASES_OTHER_RATE {
        let logits = logits(&network, &first_window(name), 126);
        let found = Probabilities::from_logits(&LabelSet::five(), &logits).expect("one clip");
        let found: Vec<f32> = found.iter().map(|(_, probability)| probability).collect();
        let expected = case(name);
        let expected = expected.get("bi_probs");
        assert_close(name, &found, expected, PROBABILITIES_OTHER_RATE);
    }
}

#[test]
fn weights_survive_writing_and_reading() {
    let device = backend::device();
    let weights = BiLstm::new(Architecture::paper(), N_CLASSES, &device).weights();
    let again = Weights::from_safetensors(&weights.to_safetensors()).expect("our own file");
    assert_eq!(again, weights);
    let network = BiLstm::load(&again, &Architecture::paper(), N_CLASSES, &device);
    assert_eq!(network.expect("they fit").weights(), weights);
}
