//! What is heard of a clip: its speech, wherever that is.

mod voice;

use audio::{HOP_LENGTH, Recording, SAMPLE_RATE_HZ, Waveform};
use inference::{Architecture, Committee, Input, Packed, Pooling, Weights};
use vocabulary::{Calibration, LabelSet, Prediction};
use voice::syllables;

const SECOND: usize = SAMPLE_RATE_HZ as usize;

fn network() -> Packed {
    let architecture = Architecture {
        input: Input::Speech,
        hidden_size: 8,
        pooling: Pooling::Attention,
        ..Architecture::paper()
    };
    let mut weights = Weights::default();
    for (name, shape) in architecture.tensors(5) {
        let value = |n: usize| 0.2 + 0.15 * (n as f32 * 0.7).sin();
        let values = (0..shape.iter().product()).map(value);
        weights.insert(name, &shape, values.collect());
    }
    Packed::new(&weights, &architecture)
}

fn predicted(network: &Packed, parts: &[&[f32]]) -> Prediction {
    let waveform = Waveform {
        samples: parts.concat(),
        sample_rate_hz: SAMPLE_RATE_HZ,
    };
    let members = std::slice::from_ref(network);
    let committee = Committee {
        encoder: None,
        members,
        labels: &LabelSet::five(),
        calibration: &Calibration::default(),
        voice_prior: None,
        rankings: None,
        presence: None,
    };
    committee
        .predict(&Recording::from(&waveform), None)
        .expect("speech")
}

#[track_caller]
fn assert_alike(left: &Prediction, right: &Prediction) {
    for ((_, left), (_, right)) in left.probabilities.iter().zip(right.probabilities.iter()) {
        assert!((left - right).abs() < 0.01, "{left} is not {right}");
    }
}

#[test]
fn silence_around_speech_changes_nothing() {
    let network = network();
    let speech = syllables(3.0);
    let silence = vec![0.0; 64 * HOP_LENGTH];
    let alone = predicted(&network, &[&speech]);
    let later = predicted(&network, &[&silence, &speech, &silence]);
    assert_alike(&alone, &later);
    assert_eq!(later.windows.len(), 1);
    assert!((1.7..2.3).contains(&later.windows[0].start_s), "{later:?}");
    assert!((4.7..5.4).contains(&later.windows[0].end_s), "{later:?}");
}

#[test]
fn a_bang_does_not_hide_quiet_speech_far_from_it() {
    let network = network();
    let quiet: Vec<f32> = syllables(3.0).iter().map(|sample| 0.003 * sample).collect();
    let mut bang = vec![0.0; 8 * SECOND];
    bang[7 * SECOND..7 * SECOND + 40].fill(1.0);
    let prediction = predicted(&network, &[&quiet, &bang]);
    assert!(prediction.windows[0].start_s < 0.5);
}

#[test]
fn windows_of_a_long_clip_are_a_second_apart() {
    let prediction = predicted(&network(), &[&syllables(7.0)]);
    let starts: Vec<f32> = prediction.windows.iter().map(|one| one.start_s).collect();
    assert!((4..=5).contains(&starts.len()), "{starts:?}");
    for pair in starts.windows(2) {
        assert!(pair[1] - pair[0] < 1.05, "{starts:?}");
    }
    for window in &prediction.windows {
        assert!((window.end_s - window.start_s - 4.0).abs() < 0.05);
    }
}
