//! What must be true of any checkpoint.

use std::{collections::BTreeMap, io, sync::LazyLock};

use audio::{Recording, SAMPLE_RATE_HZ, Waveform};
use inference::{
    Architecture, Checkpoint, Config, Metrics, Pooling, Presence, Ranking, Rankings,
    RecognizeError, Recognizer, TimeDelay, TransformerShape, VoicePrior,
};
use sha2::{Digest, Sha256};
use vocabulary::{Emotion, LabelSet};

#[path = "../../tests/checkpoints/mod.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod checkpoints;
#[path = "../../crates/inference/tests/voice/mod.rs"]
mod voice;

/// An encoder that nobody trained.
const ENCODER: &[u8] = include_bytes!("../../crates/network/tests/transformer/tiny.safetensors");
const ENCODER_FILE: &str = "tiny.safetensors";

/// Files of a small checkpoint that has everything a checkpoint may have, without their hashes.
pub static FILES: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let files = small().files().into_iter();
    files.filter(|(name, _)| name != "SHA256SUMS").collect()
});

static SPEECH: LazyLock<Recording> = LazyLock::new(speech);

/// A checkpoint of which one file is any bytes, with the right hash, opens to a recogniser that answers or says that it
/// has no probabilities; or it is refused. Returns whether it opened.
///
/// # Panics
/// Where it does not.
pub fn open(changed: &str, bytes: &[u8]) -> bool {
    let mut files = FILES.clone();
    files.insert(changed.to_owned(), bytes.to_vec());
    let sums: String = files
        .iter()
        .map(|(name, bytes)| line(name, bytes))
        .collect();
    files.insert("SHA256SUMS".to_owned(), sums.into_bytes());
    let read = |file: &str| {
        let found = files.get(file).cloned();
        found.ok_or_else(|| io::ErrorKind::NotFound.into())
    };
    let Ok(recognizer) = Recognizer::open(read) else {
        return false;
    };
    match recognizer.recognize(&SPEECH) {
        Ok(prediction) => {
            let probabilities = prediction.probabilities.iter();
            let sum: f32 = probabilities.map(|(_, value)| value).sum();
            assert!((sum - 1.0).abs() < 1e-3, "{sum}");
        }
        // Finite weights may be large.
        Err(RecognizeError::Logits(_)) => {}
        // By other weights nothing may be a voice.
        Err(RecognizeError::NoSpeech) if changed.ends_with(".safetensors") => {}
        Err(error) => panic!("{error}"),
    }
    true
}

fn line(name: &str, bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let hash: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{hash}  {name}\n")
}

fn small() -> Checkpoint {
    let labels = LabelSet::five();
    let architecture = Architecture {
        front: vec![TimeDelay {
            size: 6,
            context: 3,
            stride: 2,
        }],
        hidden_size: 4,
        pooling: Pooling::Attention,
        head_size: 4,
        transformer: Some(TransformerShape {
            file: ENCODER_FILE.to_owned(),
            width: 24,
            blocks: vec![1, 2],
            max_samples: 8_000,
            frame_stride: 1,
        }),
        ..Architecture::paper()
    };
    let voice_size = architecture.voice_size();
    Checkpoint {
        voice_prior: Some(VoicePrior {
            mean: vec![0.1; voice_size],
            offsets: vec![vec![0.0; voice_size]; labels.n_labels()],
            axes: vec![vec![0.01; voice_size]],
        }),
        rankings: Rankings(BTreeMap::from([(
            Emotion::Angry,
            Ranking {
                direction: vec![0.01; voice_size],
                quantiles: vec![-1.0, 1.0],
            },
        )])),
        presence: Some(Presence {
            direction: vec![0.01; voice_size],
            least: -1e6,
        }),
        transformer: Some(ENCODER.to_vec()),
        members: vec![checkpoints::weights(&architecture, labels.n_labels())],
        metrics: Metrics {
            labels: labels.clone(),
            ..Metrics::default()
        },
        config: Config::new("small".to_owned(), labels, architecture),
    }
}

/// A second of something that is found to be speech.
fn speech() -> Recording {
    Recording::from(&Waveform {
        samples: voice::syllables(1.0),
        sample_rate_hz: SAMPLE_RATE_HZ,
    })
}
