//! Reads golden vectors: little-endian f32 tensors behind one another, described by a JSON file.

use std::{
    fs,
    path::{Path, PathBuf},
};

use audio::DecodeLimits;
use serde::Deserialize;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden")
}

#[derive(Deserialize)]
struct Index {
    tensors: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    shape: Vec<usize>,
    offset: usize,
    len: usize,
}

/// Names of all cases that are clips, in order.
pub fn clips() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder().join("wav"))
        .expect("the folder of the clips is readable")
        .map(|entry| entry.expect("an entry of that folder").path())
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    names
}

/// The tensors of one case.
pub struct Case {
    name: String,
    index: Index,
    values: Vec<f32>,
}

impl Case {
    /// Reads `bin/<name>.{json,bin}`.
    pub fn read(name: &str) -> Self {
        let path = folder().join("bin").join(name);
        let json = fs::read(path.with_extension("json")).expect("the index is readable");
        let bytes = fs::read(path.with_extension("bin")).expect("the tensors are readable");
        let numbers = bytes.as_chunks().0.iter();
        Self {
            name: name.to_owned(),
            index: serde_json::from_slice(&json).expect("the index is well-formed"),
            values: numbers.map(|&word| f32::from_le_bytes(word)).collect(),
        }
    }

    /// Shape and values of a tensor.
    pub fn tensor(&self, name: &str) -> Option<(&[usize], &[f32])> {
        let entry = self.index.tensors.iter().find(|one| one.name == name)?;
        let values = &self.values[entry.offset..entry.offset + entry.len];
        Some((&entry.shape, values))
    }

    /// The clip at 16 kHz, mono, not padded: as torchaudio resampled it, or as it is.
    pub fn samples_16_khz(&self) -> Vec<f32> {
        let resampled = self
            .tensor("resampled")
            .map(|(_, samples)| samples.to_vec());
        resampled.unwrap_or_else(|| self.input_mono())
    }

    /// Mean of the clip's channels, at its rate.
    pub fn input_mono(&self) -> Vec<f32> {
        let path = folder().join("wav").join(&self.name).with_extension("wav");
        let clip = fs::read(path).expect("the clip is readable");
        let waveform = audio::decode(clip, &DecodeLimits::default());
        waveform.expect("the clip is a WAV file").samples
    }
}
