//! A checkpoint that listens to a transformer opens with its file, and with no other.

mod voice;

use std::{collections::BTreeMap, fs, io, path::Path};

use audio::{Recording, SAMPLE_RATE_HZ, Waveform};
use inference::{
    Architecture, Checkpoint, CheckpointError, Config, Input, Metrics, Pooling, Rankings,
    Recognizer, TransformerShape, Weights,
};
use vocabulary::LabelSet;
use voice::syllables;

/// Random weights, made by `crates/network/tests/transformer/generate.py`.
fn tiny() -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../network/tests/transformer");
    fs::read(folder.join("tiny.safetensors")).expect("it is in the repository")
}

fn shape() -> TransformerShape {
    TransformerShape {
        file: "tiny.safetensors".to_owned(),
        width: 24,
        blocks: vec![1, 2],
        max_samples: 8000,
        frame_stride: 1,
    }
}

fn architecture(shape: TransformerShape) -> Architecture {
    Architecture {
        input: Input::Speech,
        hidden_size: 8,
        pooling: Pooling::Attention,
        transformer: Some(shape),
        ..Architecture::paper()
    }
}

/// The files of a checkpoint that nobody trained.
fn files(shape: TransformerShape, transformer: Vec<u8>) -> BTreeMap<String, Vec<u8>> {
    let labels = LabelSet::five();
    let architecture = architecture(shape);
    let mut weights = Weights::default();
    for (name, shape) in architecture.tensors(labels.n_labels()) {
        let value = |n: usize| 0.05 + 0.3 * (n as f32 * 0.7).sin();
        let values = (0..shape.iter().product()).map(value);
        weights.insert(name, &shape, values.collect());
    }
    // A variance is no less than 0.
    let variance = vec![1.0; architecture.pooled_size()];
    weights.insert("bn.running_var", &[variance.len()], variance);
    let checkpoint = Checkpoint {
        members: vec![weights],
        config: Config::new("listens".to_owned(), labels.clone(), architecture),
        metrics: Metrics {
            labels,
            ..Metrics::default()
        },
        voice_prior: None,
        rankings: Rankings::default(),
        presence: None,
        transformer: Some(transformer),
    };
    checkpoint.files().into_iter().collect()
}

fn open(files: &BTreeMap<String, Vec<u8>>) -> Result<Recognizer, CheckpointError> {
    let read = |name: &str| {
        let found = files.get(name).cloned();
        found.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    };
    Recognizer::open(read)
}

fn speech() -> Recording {
    Recording::from(&Waveform {
        samples: syllables(2.0),
        sample_rate_hz: SAMPLE_RATE_HZ,
    })
}

#[test]
fn what_the_transformer_tells_reaches_the_answer() {
    let probabilities = |files| {
        let recognizer = open(&files).expect("whole");
        let prediction = recognizer.recognize(&speech()).expect("speech");
        let values = prediction.probabilities.iter().map(|(_, value)| value);
        values.collect::<Vec<_>>()
    };
    let of_two = probabilities(files(shape(), tiny()));
    let silenced = {
        let mut files = files(shape(), tiny());
        let nothing = shape().voice_size();
        let mut weights = Weights::from_safetensors(&files["weights.safetensors"]).expect("ours");
        let mut hidden = weights.find("0.fc.0.weight").expect("of the head").clone();
        let n_inputs = hidden.shape[1];
        for row in hidden.values.chunks_exact_mut(n_inputs) {
            row[n_inputs - nothing..].fill(0.0);
        }
        weights.insert("0.fc.0.weight", &hidden.shape.clone(), hidden.values);
        let checkpoint = open_checkpoint(&files);
        let member = weights.below("0.");
        files = Checkpoint {
            members: vec![member],
            ..checkpoint
        }
        .files()
        .into_iter()
        .collect();
        probabilities(files)
    };
    let pairs = of_two.iter().zip(&silenced);
    let change = pairs.map(|(one, other)| (one - other).abs());
    assert!(change.fold(0.0, f32::max) > 1e-4, "{of_two:?}");
}

fn open_checkpoint(files: &BTreeMap<String, Vec<u8>>) -> Checkpoint {
    Checkpoint::open(|name| Ok(files[name].clone())).expect("whole")
}

#[test]
fn another_file_is_refused() {
    let mut changed = files(shape(), tiny());
    let last = changed
        .get_mut("tiny.safetensors")
        .and_then(|bytes| bytes.last_mut());
    *last.expect("written") ^= 1;
    let refusal = open(&changed).expect_err("a byte is another");
    assert!(matches!(refusal, CheckpointError::Hash { .. }), "{refusal}");

    let mut absent = files(shape(), tiny());
    absent.remove("tiny.safetensors");
    let refusal = open(&absent).expect_err("it is not there");
    assert!(matches!(refusal, CheckpointError::Io { .. }), "{refusal}");

    let refusal = open(&files(shape(), b"no tensors".to_vec())).expect_err("no encoder");
    assert!(
        matches!(refusal, CheckpointError::Transformer(_)),
        "{refusal}"
    );

    let wider = TransformerShape {
        width: 32,
        ..shape()
    };
    let refusal = open(&files(wider, tiny())).expect_err("frames of 24 values");
    assert!(matches!(refusal, CheckpointError::Sizes(_)), "{refusal}");
}

#[test]
fn a_shape_that_no_transformer_has_is_refused_before_its_file_is_read() {
    let shapes = [
        TransformerShape {
            file: "../tiny.safetensors".to_owned(),
            ..shape()
        },
        TransformerShape {
            file: "/etc/passwd".to_owned(),
            ..shape()
        },
        TransformerShape {
            file: "config.json".to_owned(),
            ..shape()
        },
        TransformerShape {
            width: 1 << 40,
            ..shape()
        },
        TransformerShape {
            blocks: vec![2, 1],
            ..shape()
        },
        TransformerShape {
            blocks: vec![1 << 40],
            ..shape()
        },
        TransformerShape {
            max_samples: 0,
            ..shape()
        },
        TransformerShape {
            max_samples: usize::MAX,
            ..shape()
        },
        TransformerShape {
            frame_stride: 0,
            ..shape()
        },
        TransformerShape {
            frame_stride: usize::MAX,
            ..shape()
        },
    ];
    for wrong in shapes {
        let mut files = files(shape(), tiny());
        let text = String::from_utf8(files["config.json"].clone()).expect("JSON");
        let mut config: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        config["architecture"]["transformer"] = serde_json::to_value(&wrong).expect("plain data");
        let json = serde_json::to_vec(&config).expect("plain data");
        files.insert("SHA256SUMS".to_owned(), sums(&files, &json));
        files.insert("config.json".to_owned(), json);
        files.remove("tiny.safetensors");
        let refusal = open(&files).expect_err("no such transformer");
        assert!(matches!(refusal, CheckpointError::Sizes(_)), "{refusal}");
    }
}

/// The sums with that of another `config.json`.
fn sums(files: &BTreeMap<String, Vec<u8>>, config: &[u8]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let hex = |bytes: &[u8]| -> String {
        let digest = Sha256::digest(bytes);
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let sums = String::from_utf8(files["SHA256SUMS"].clone()).expect("text");
    let (from, to) = (hex(&files["config.json"]), hex(config));
    sums.replace(&from, &to).into_bytes()
}
