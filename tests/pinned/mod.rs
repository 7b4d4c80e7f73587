//! Clips of ours, and what the shipped checkpoint must answer to them: `answers.jsonl` is what
//! `banglaser analyze --json` printed when its weights were chosen (make.sh writes it).

use std::{fs, path::PathBuf};

use serde_json::{Map, Value};

/// A clip and its pinned probabilities, by emotion.
pub struct Pinned {
    pub name: String,
    pub path: PathBuf,
    pub probabilities: Map<String, Value>,
}

/// Largest difference from a pinned probability: processors round sums of f32 differently, and what lies between two
/// numbers of 8 bits is then the one or the other.
pub const TOLERANCE: f64 = 5e-3;

/// Every pinned clip.
pub fn clips() -> Vec<Pinned> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/pinned");
    let answers = fs::read_to_string(folder.join("answers.jsonl")).expect("in the repository");
    let pinned = answers.lines().map(|line| {
        let answer: Value = serde_json::from_str(line).expect("a JSON object per line");
        let file = answer["file"].as_str().expect("a name");
        let name = file
            .rsplit('/')
            .next()
            .expect("a path ends in a name")
            .to_owned();
        Pinned {
            path: folder.join("clips").join(&name),
            name,
            probabilities: answer["probabilities"]
                .as_object()
                .expect("an answer")
                .clone(),
        }
    });
    let pinned: Vec<_> = pinned.collect();
    let n_clips = folder
        .join("clips")
        .read_dir()
        .expect("in the repository")
        .count();
    assert_eq!(
        pinned.len(),
        n_clips,
        "a clip without an answer, or an answer without a clip"
    );
    pinned
}

impl Pinned {
    pub fn bytes(&self) -> Vec<u8> {
        fs::read(&self.path).expect("in the repository")
    }

    /// Compares with the probabilities that a door gave.
    #[track_caller]
    pub fn assert_answered(&self, door: &str, probabilities: &Value, tolerance: f64) {
        let found = probabilities
            .as_object()
            .unwrap_or_else(|| panic!("{}: {door} gave none", self.name));
        assert_eq!(found.len(), self.probabilities.len());
        for (emotion, expected) in &self.probabilities {
            let [found, expected] =
                [&found[emotion], expected].map(|value| value.as_f64().expect("a number"));
            assert!(
                (found - expected).abs() <= tolerance,
                "{}, {door}: {emotion} {found}, pinned {expected}",
                self.name
            );
        }
    }
}
