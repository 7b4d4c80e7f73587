//! A checkpoint that does not fit is refused, by name.

mod voice;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use audio::{Recording, SAMPLE_RATE_HZ, Waveform};
use recognizer::{
    Checkpoint, CheckpointError, RecognizeError, Recognizer, backend,
    checkpoint::{Config, Metrics, load_weights, save_weights},
    network::{Architecture, BiLstm},
};
use sha2::{Digest, Sha256};
use vocabulary::{Emotion, LabelSet};
use voice::syllables;

fn small() -> Architecture {
    Architecture {
        hidden_size: 8,
        head_size: 4,
        ..Architecture::paper()
    }
}

/// A small random checkpoint that tells `labels` apart, in a folder of its own.
fn saved_with(test: &str, labels: LabelSet) -> PathBuf {
    let dir = env::temp_dir().join(format!("banglaser-{}-{test}", std::process::id()));
    let checkpoint = Checkpoint {
        members: vec![BiLstm::new(small(), labels.n_labels(), &backend::device())],
        config: Config::new("small".to_owned(), labels.clone(), small()),
        metrics: Metrics {
            labels,
            ..Metrics::default()
        },
    };
    checkpoint.save(&dir).expect("a writable folder");
    dir
}

fn saved(test: &str) -> PathBuf {
    saved_with(test, LabelSet::five())
}

fn seven() -> LabelSet {
    LabelSet::new(Emotion::ALL.into()).expect("none twice")
}

/// Replaces text in a checkpoint's file, and the file's hash with it.
fn rewrite(dir: &Path, file: &str, from: &str, to: &str) {
    let path = dir.join(file);
    let text = fs::read_to_string(&path).expect("written");
    assert!(text.contains(from), "{text}");
    let text = text.replacen(from, to, 1);
    fs::write(&path, &text).expect("writable");
    let sums_path = dir.join("SHA256SUMS");
    let sums = fs::read_to_string(&sums_path).expect("written");
    let hash: String = Sha256::digest(&text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let line = |line: &str| match line.ends_with(file) {
        true => format!("{hash}  {file}\n"),
        false => format!("{line}\n"),
    };
    fs::write(&sums_path, sums.lines().map(line).collect::<String>()).expect("writable");
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
fn what_nobody_said_gets_no_prediction() {
    let dir = saved("no-speech");
    let recognizer = Recognizer::open(&dir).expect("whole");
    fs::remove_dir_all(&dir).expect("our own folder");
    let tone = |sample_idx: u32| (sample_idx as f32 * 0.05).sin();
    for samples in [
        Vec::new(),
        vec![0.0; 32_000],
        (0..32_000).map(tone).collect(),
    ] {
        let waveform = Waveform {
            samples,
            sample_rate_hz: SAMPLE_RATE_HZ,
        };
        let refusal = recognizer.recognize(&Recording::from(&waveform));
        assert_eq!(refusal, Err(RecognizeError::NoSpeech));
    }
}

#[test]
fn several_clips_together_have_the_results_of_each() {
    let dir = saved("several");
    let recognizer = Recognizer::open(&dir).expect("whole");
    fs::remove_dir_all(&dir).expect("our own folder");
    let clips = [
        syllables(5.0),
        vec![0.0; 32_000],
        syllables(1.0),
        syllables(0.3),
        syllables(20.0),
    ];
    let recordings = clips.map(|samples| {
        Recording::from(&Waveform {
            samples,
            sample_rate_hz: SAMPLE_RATE_HZ,
        })
    });
    let together = recognizer.recognize_all(&recordings);
    assert_eq!(together.len(), recordings.len());
    for (recording, together) in recordings.iter().zip(together) {
        match (together, recognizer.recognize(recording)) {
            (Ok(together), Ok(alone)) => {
                assert_eq!(together.windows.len(), alone.windows.len());
                for (together, alone) in together.windows.iter().zip(&alone.windows) {
                    assert_eq!(together.start_s, alone.start_s);
                    let pairs = together.probabilities.iter();
                    for ((_, together), (_, alone)) in pairs.zip(alone.probabilities.iter()) {
                        assert!((together - alone).abs() < 1e-5, "{together}, {alone}");
                    }
                }
            }
            (together, alone) => assert_eq!(together, alone),
        }
    }
}

#[test]
fn a_committee_survives_writing_and_reading() {
    let dir = saved("committee");
    let mut checkpoint = Checkpoint::open(&dir, &backend::device()).expect("whole");
    let another = BiLstm::new(small(), 5, &backend::device());
    checkpoint.members.push(another);
    checkpoint.config.n_members = 2;
    checkpoint.save(&dir).expect("a writable folder");
    let reopened = Checkpoint::open(&dir, &backend::device()).expect("whole");
    fs::remove_dir_all(&dir).expect("our own folder");
    let weights = |checkpoint: &Checkpoint| {
        checkpoint
            .members
            .iter()
            .map(save_weights)
            .collect::<Vec<_>>()
    };
    assert_eq!(weights(&reopened), weights(&checkpoint));
    assert_ne!(weights(&reopened)[0], weights(&reopened)[1]);
}

#[test]
fn a_temperature_that_is_none_is_refused() {
    let dir = saved("temperature");
    rewrite(
        &dir,
        "config.json",
        "\"temperature\": 1.0",
        "\"temperature\": 0.0",
    );
    assert!(matches!(
        refusal(&dir),
        CheckpointError::Temperature { temperature: 0.0 }
    ));
}

#[test]
fn seven_labels_give_seven_probabilities() {
    let dir = saved_with("seven", seven());
    let recognizer = Recognizer::open(&dir).expect("whole");
    fs::remove_dir_all(&dir).expect("our own folder");
    assert_eq!(recognizer.labels(), &seven());

    let waveform = Waveform {
        samples: syllables(5.0),
        sample_rate_hz: SAMPLE_RATE_HZ,
    };
    let prediction = recognizer
        .recognize(&Recording::from(&waveform))
        .expect("long and loud");
    let emotions = prediction.probabilities.iter().map(|(emotion, _)| emotion);
    assert!(emotions.eq(Emotion::ALL));
    assert_eq!(prediction.windows.len(), 2);
}

#[test]
fn a_checkpoint_decides_the_order_of_its_labels() {
    let labels = LabelSet::new(vec![Emotion::Neutral, Emotion::Fear, Emotion::Angry]);
    let labels = labels.expect("none twice");
    let dir = saved_with("order", labels.clone());
    let recognizer = Recognizer::open(&dir).expect("whole");
    fs::remove_dir_all(&dir).expect("our own folder");
    assert_eq!(recognizer.labels(), &labels);
}

#[test]
fn labels_that_are_none_are_refused() {
    for (test, from, to, said) in [
        ("unknown", "\"sad\"", "\"bored\"", "bored"),
        ("repeated", "\"sad\"", "\"angry\"", "angry occurs twice"),
    ] {
        let dir = saved(test);
        rewrite(&dir, "config.json", from, to);
        match refusal(&dir) {
            CheckpointError::Json { file, source } => {
                assert_eq!(file, "config.json");
                assert!(source.to_string().contains(said), "{source}");
            }
            other => panic!("{other}"),
        }
    }
}

#[test]
fn more_labels_than_outputs_are_refused() {
    let dir = saved("outputs");
    rewrite(&dir, "config.json", "\"sad\"", "\"sad\", \"fear\"");
    let error = refusal(&dir);
    assert!(
        matches!(
            error,
            CheckpointError::Outputs {
                n_outputs: 5,
                n_labels: 6
            }
        ),
        "{error}"
    );
}

#[test]
fn metrics_of_other_labels_are_refused() {
    let dir = saved("metrics");
    rewrite(&dir, "metrics.json", "\"surprise\"", "\"fear\"");
    assert!(matches!(
        refusal(&dir),
        CheckpointError::MetricsLabels { .. }
    ));
}

#[test]
fn another_shape_is_refused() {
    let device = backend::device();
    let weights = save_weights(&BiLstm::new(small(), 5, &device));
    let error = load_weights(&weights, &Architecture::paper(), 5, &device).expect_err("too small");
    assert!(matches!(error, CheckpointError::Shape { name, .. } if name == "lstm.weight_ih_l0"));
}

#[test]
fn a_layer_too_many_is_refused() {
    let device = backend::device();
    let weights = save_weights(&BiLstm::new(small(), 5, &device));
    let shallow = Architecture {
        n_layers: 1,
        ..small()
    };
    let error = load_weights(&weights, &shallow, 5, &device).expect_err("one layer too many");
    assert!(matches!(error, CheckpointError::Unexpected { .. }));
}
