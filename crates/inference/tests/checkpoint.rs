//! A checkpoint that does not fit is refused, by name.

mod voice;

use std::{collections::BTreeMap, io};

use audio::{Recording, SAMPLE_RATE_HZ, Waveform};
use inference::{
    Architecture, Checkpoint, CheckpointError, Config, Metrics, Rankings, RecognizeError,
    Recognizer, Weights,
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

/// Weights of the small network that nobody trained; another `phase`, other weights.
fn weights(n_labels: usize, phase: f32) -> Weights {
    let mut weights = Weights::default();
    for (name, shape) in small().tensors(n_labels) {
        let value = |n: usize| 0.2 + 0.15 * (n as f32 * 0.7 + phase).sin();
        let values = (0..shape.iter().product()).map(value);
        weights.insert(name, &shape, values.collect());
    }
    weights
}

/// The files of a checkpoint.
#[derive(Clone)]
struct Files(BTreeMap<String, Vec<u8>>);

impl Files {
    /// Of a small checkpoint that tells `labels` apart.
    fn with(labels: LabelSet) -> Self {
        Self::of(&Checkpoint {
            voice_prior: None,
            rankings: Rankings::default(),
            presence: None,
            transformer: None,
            members: vec![weights(labels.n_labels(), 0.0)],
            config: Config::new("small".to_owned(), labels.clone(), small()),
            metrics: Metrics {
                labels,
                ..Metrics::default()
            },
        })
    }

    fn small() -> Self {
        Self::with(LabelSet::five())
    }

    fn of(checkpoint: &Checkpoint) -> Self {
        Self(checkpoint.files().into_iter().collect())
    }

    fn read(&self, file: &str) -> io::Result<Vec<u8>> {
        self.0
            .get(file)
            .cloned()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn recognizer(&self) -> Recognizer {
        Recognizer::open(|file| self.read(file)).expect("whole")
    }

    fn checkpoint(&self) -> Checkpoint {
        Checkpoint::open(|file| self.read(file)).expect("whole")
    }

    fn refusal(&self) -> CheckpointError {
        Recognizer::open(|file| self.read(file)).expect_err("must be refused")
    }

    /// Replaces text in a file, and the file's hash with it.
    fn rewritten(mut self, file: &str, from: &str, to: &str) -> Self {
        let text = String::from_utf8(self.0[file].clone()).expect("JSON");
        assert!(text.contains(from), "{text}");
        let text = text.replacen(from, to, 1).into_bytes();
        let hash = |bytes: &[u8]| -> String {
            let digest = Sha256::digest(bytes);
            digest.iter().map(|byte| format!("{byte:02x}")).collect()
        };
        let sums = String::from_utf8(self.0["SHA256SUMS"].clone()).expect("text");
        let sums = sums.replace(&hash(&self.0[file]), &hash(&text));
        self.0.insert("SHA256SUMS".to_owned(), sums.into_bytes());
        self.0.insert(file.to_owned(), text);
        self
    }
}

fn seven() -> LabelSet {
    LabelSet::new(Emotion::ALL.into()).expect("none twice")
}

#[test]
fn opens_what_it_wrote() {
    assert_eq!(Files::small().recognizer().model_id(), "small");
}

#[test]
fn a_changed_byte_is_a_wrong_hash() {
    for name in ["weights.safetensors", "config.json", "metrics.json"] {
        let mut files = Files::small();
        let last = files.0.get_mut(name).and_then(|bytes| bytes.last_mut());
        *last.expect("written") ^= 1;
        let refusal = files.refusal();
        assert!(
            matches!(refusal, CheckpointError::Hash { ref file, .. } if file == name),
            "{refusal}"
        );
    }
}

#[test]
fn a_missing_file_is_named() {
    let mut files = Files::small();
    files.0.remove("config.json");
    let refusal = files.refusal();
    assert!(
        matches!(refusal, CheckpointError::Io { ref file, .. } if file == "config.json"),
        "{refusal}"
    );
}

#[test]
fn sizes_that_no_network_has_are_refused_before_anything_is_allocated() {
    for (from, to) in [
        ("\"hidden_size\": 8", "\"hidden_size\": 1099511627776"),
        ("\"n_layers\": 2", "\"n_layers\": 1099511627776"),
        ("\"head_size\": 4", "\"head_size\": 0"),
        ("\"dropout\": 0.3", "\"dropout\": -0.3"),
        ("\"dropout\": 0.3", "\"dropout\": 1.5"),
        ("\"n_members\": 1", "\"n_members\": 0"),
        (
            "\"front\": []",
            "\"front\": [{\"size\": 4, \"context\": 5, \"stride\": 0}]",
        ),
        (
            "\"front\": []",
            "\"front\": [{\"size\": 4, \"context\": 4, \"stride\": 1}]",
        ),
    ] {
        let refusal = Files::small().rewritten("config.json", from, to).refusal();
        assert!(
            matches!(refusal, CheckpointError::Sizes(_)),
            "{to}: {refusal}"
        );
    }
    let many = Files::small().rewritten(
        "config.json",
        "\"n_members\": 1",
        "\"n_members\": 1099511627776",
    );
    assert!(matches!(many.refusal(), CheckpointError::Missing { .. }));
    let large =
        Files::small().rewritten("config.json", "\"hidden_size\": 8", "\"hidden_size\": 9000");
    assert!(matches!(large.refusal(), CheckpointError::Shape { .. }));
}

#[test]
fn what_nobody_said_gets_no_prediction() {
    let recognizer = Files::small().recognizer();
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
    let recognizer = Files::small().recognizer();
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
    let together = recognizer.recognize_all(&recordings.each_ref().map(|one| (one, None)));
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
    let mut checkpoint = Files::small().checkpoint();
    checkpoint.members.push(weights(5, 1.0));
    checkpoint.config.n_members = 2;
    let reopened = Files::of(&checkpoint).checkpoint();
    assert_eq!(reopened, checkpoint);
    assert_ne!(reopened.members[0], reopened.members[1]);
}

#[test]
fn a_temperature_that_is_none_is_refused() {
    let files = Files::small().rewritten(
        "config.json",
        "\"temperature\": 1.0",
        "\"temperature\": 0.0",
    );
    assert!(matches!(
        files.refusal(),
        CheckpointError::Temperature { temperature: 0.0 }
    ));
}

#[test]
fn seven_labels_give_seven_probabilities() {
    let recognizer = Files::with(seven()).recognizer();
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
    assert_eq!(Files::with(labels.clone()).recognizer().labels(), &labels);
}

#[test]
fn labels_that_are_none_are_refused() {
    for (from, to, said) in [
        ("\"sad\"", "\"bored\"", "bored"),
        ("\"sad\"", "\"angry\"", "angry occurs twice"),
    ] {
        match Files::small().rewritten("config.json", from, to).refusal() {
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
    let files = Files::small().rewritten("config.json", "\"sad\"", "\"sad\", \"fear\"");
    let error = files.refusal();
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
    let files = Files::small().rewritten("metrics.json", "\"surprise\"", "\"fear\"");
    assert!(matches!(
        files.refusal(),
        CheckpointError::MetricsLabels { .. }
    ));
}

#[test]
fn another_shape_is_refused() {
    let error = Architecture::paper()
        .verify(&weights(5, 0.0), 5)
        .expect_err("too small");
    assert!(matches!(error, CheckpointError::Shape { .. }));
}

#[test]
fn a_layer_too_many_is_refused() {
    let shallow = Architecture {
        n_layers: 1,
        ..small()
    };
    let error = shallow
        .verify(&weights(5, 0.0), 5)
        .expect_err("one layer too many");
    assert!(matches!(error, CheckpointError::Unexpected { .. }));
}
