//! Reads golden vectors: little-endian f32 tensors behind one another, described by a JSON file.

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::Deserialize;

/// Folder of the golden vectors; `None`, and a visible line, where there is none.
pub fn folder(test: &str) -> Option<PathBuf> {
    let shared = env::var_os("BANGLASER_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let folder = shared.join("golden");
    if folder.join("manifest.json").is_file() {
        return Some(folder);
    }
    let why = format!(
        "SKIPPED {test}: no golden vectors in {}\n",
        folder.display()
    );
    io::stderr()
        .write_all(why.as_bytes())
        .expect("standard error is open");
    None
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

/// Names of all cases, in order.
pub fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder.join("bin"))
        .expect("the folder of the tensors is readable")
        .map(|entry| entry.expect("an entry of that folder").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
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
    pub fn read(folder: &Path, name: &str) -> Self {
        let path = folder.join("bin").join(name);
        let json = fs::read(path.with_extension("json")).expect("the index is readable");
        let bytes = fs::read(path.with_extension("bin")).expect("the tensors are readable");
        Self {
            name: name.to_owned(),
            index: serde_json::from_slice(&json).expect("the index is well-formed"),
            values: bytes
                .as_chunks()
                .0
                .iter()
                .map(|&word| f32::from_le_bytes(word))
                .collect(),
        }
    }

    /// Shape and values of a tensor.
    pub fn tensor(&self, name: &str) -> Option<(&[usize], &[f32])> {
        let entry = self.index.tensors.iter().find(|one| one.name == name)?;
        let values = &self.values[entry.offset..entry.offset + entry.len];
        Some((&entry.shape, values))
    }
    /// The clip at 16 kHz, mono, not padded: as torchaudio resampled it, or the mean of the input's
    /// channels; two cases are so simple that only their description is stored.
    pub fn samples_16_khz(&self) -> Option<Vec<f32>> {
        if let Some((_, resampled)) = self.tensor("resampled") {
            return Some(resampled.to_vec());
        }
        match self.name.as_str() {
            "silence" => Some(vec![0.0; 64_000]),
            "impulse" => Some(
                (0..64_000)
                    .map(|n| if n == 8_000 { 0.5 } else { 0.0 })
                    .collect(),
            ),
            _ => self.input_mono(),
        }
    }

    /// Mean of the input's channels, at the input's rate.
    pub fn input_mono(&self) -> Option<Vec<f32>> {
        let (shape, input) = self.tensor("input")?;
        let &[n_channels, n_samples] = shape else {
            return None;
        };
        let mean = |at: usize| {
            let channels = (0..n_channels).map(|channel| input[channel * n_samples + at]);
            channels.sum::<f32>() / n_channels as f32
        };
        Some((0..n_samples).map(mean).collect())
    }
}
