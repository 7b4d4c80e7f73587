//! Reads the golden vectors: `bin/<case>.json` names the tensors in `bin/<case>.bin` (f32, little-endian).

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

/// The tensors of one case, by name.
pub struct Case(HashMap<String, Vec<f32>>);

#[derive(Deserialize)]
struct Index {
    tensors: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    offset: usize,
    len: usize,
}

/// A file of tests/golden.
pub fn file(name: &str) -> Vec<u8> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let path = folder.join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn case(name: &str) -> Case {
    let index: Index =
        serde_json::from_slice(&file(&format!("bin/{name}.json"))).expect("an index of tensors");
    let bytes = file(&format!("bin/{name}.bin"));
    let numbers = bytes.as_chunks::<4>().0.iter();
    let values: Vec<f32> = numbers.map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let tensor = |entry: Entry| {
        let values = values[entry.offset..][..entry.len].to_vec();
        (entry.name, values)
    };
    Case(index.tensors.into_iter().map(tensor).collect())
}

impl Case {
    pub fn get(&self, name: &str) -> &[f32] {
        &self.0[name]
    }
}
