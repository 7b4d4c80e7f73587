//! Reads the golden vectors: `bin/<case>.json` names the tensors in `bin/<case>.bin` (f32, little-endian).

use std::{
    collections::HashMap,
    env, fs,
    io::{Write, stderr},
    path::{Path, PathBuf},
};

use serde::Deserialize;

pub struct Golden(PathBuf);

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

impl Golden {
    /// The vectors, or `None` with a line on stderr (which the test harness does not capture).
    pub fn find(test: &str) -> Option<Self> {
        let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
        let shared = env::var_os("BANGLASER_SHARED").map_or_else(beside, PathBuf::from);
        let golden = shared.join("golden");
        if !golden.is_dir() {
            let _ = writeln!(stderr(), "SKIPPED {test}: no {}", golden.display());
            return None;
        }
        Some(Self(golden))
    }

    pub fn file(&self, name: &str) -> Vec<u8> {
        let path = self.0.join(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub fn case(&self, name: &str) -> Case {
        let index: Index = serde_json::from_slice(&self.file(&format!("bin/{name}.json")))
            .expect("an index of tensors");
        let bytes = self.file(&format!("bin/{name}.bin"));
        let values: Vec<f32> = bytes
            .as_chunks::<4>()
            .0
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect();
        let tensor = |entry: Entry| {
            let values = values[entry.offset..][..entry.len].to_vec();
            (entry.name, values)
        };
        Case(index.tensors.into_iter().map(tensor).collect())
    }
}

impl Case {
    pub fn get(&self, name: &str) -> &[f32] {
        &self.0[name]
    }
}
