//! A checkpoint that does not fit is refused, by name.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use recognizer::{
    Checkpoint, CheckpointError, Recognizer, backend,
    checkpoint::{Config, Metrics, load_weights, save_weights},
    network::{Architecture, BiLstm},
};

fn small() -> Architecture {
    Architecture {
        hidden_size: 8,
        head_size: 4,
        ..Architecture::paper()
    }
}

/// A small random checkpoint in a folder of its own.
fn saved(test: &str) -> PathBuf {
    let dir = env::temp_dir().join(format!("banglaser-{}-{test}", std::process::id()));
    let checkpoint = Checkpoint {
        config: Config::new("small".to_owned(), small()),
        metrics: Metrics::default(),
        network: BiLstm::new(small(), &backend::device()),
    };
    checkpoint.save(&dir).expect("a writable folder");
    dir
}

fn refusal(dir: &Path) -> CheckpointError {
    let error = Recognizer::open(dir).expect_err("must be refused");
    fs::remove_dir_all(dir).expect("our own folder");
    error
}

#[test]
fn opens_what_it_wrote() {
    let dir = saved("opens");
    let recognizer = Recognizer::open(&dir).expect("whole");
    assert_eq!(recognizer.model_id(), "small");
    fs::remove_dir_all(&dir).expect("our own folder");
}

#[test]
fn a_changed_byte_is_a_wrong_hash() {
    let dir = saved("byte");
    let path = dir.join("weights.safetensors");
    let mut weights = fs::read(&path).expect("written");
    let last = weights.len() - 1;
    weights[last] ^= 1;
    fs::write(&path, weights).expect("writable");
    assert!(
        matches!(refusal(&dir), CheckpointError::Hash { file, .. } if file == "weights.safetensors")
    );
}

#[test]
fn a_missing_file_is_named() {
    let dir = saved("missing");
    fs::remove_file(dir.join("config.json")).expect("written");
    assert!(
        matches!(refusal(&dir), CheckpointError::Io { path, .. } if path.ends_with("config.json"))
    );
}

#[test]
fn another_label_order_is_refused() {
    let dir = env::temp_dir().join(format!("banglaser-{}-labels", std::process::id()));
    let mut config = Config::new("small".to_owned(), small());
    config.labels.swap(0, 1);
    let checkpoint = Checkpoint {
        config,
        metrics: Metrics::default(),
        network: BiLstm::new(small(), &backend::device()),
    };
    checkpoint.save(&dir).expect("a writable folder");
    assert!(matches!(refusal(&dir), CheckpointError::Labels { .. }));
}

#[test]
fn another_shape_is_refused() {
    let device = backend::device();
    let weights = save_weights(&BiLstm::new(small(), &device));
    let error = load_weights(&weights, Architecture::paper(), &device).expect_err("too small");
    assert!(matches!(error, CheckpointError::Shape { name, .. } if name == "lstm.weight_ih_l0"));
}

#[test]
fn a_layer_too_many_is_refused() {
    let device = backend::device();
    let weights = save_weights(&BiLstm::new(small(), &device));
    let shallow = Architecture {
        n_layers: 1,
        ..small()
    };
    let error = load_weights(&weights, shallow, &device).expect_err("one layer too many");
    assert!(matches!(error, CheckpointError::Unexpected { .. }));
}
