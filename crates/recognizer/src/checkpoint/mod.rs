//! A checkpoint: a directory that holds everything a recogniser needs, and proof that it is whole.
//!
//! | file | content |
//! |---|---|
//! | `config.json` | [`Config`]: architecture, features, labels and their order |
//! | `weights.safetensors` | f32 tensors: the number of a member, a dot, the name that `torch.nn` gives |
//! | `metrics.json` | [`Metrics`]: what it reaches on speakers it never heard |
//! | `SHA256SUMS` | hashes of the files above, as `sha256sum` writes them |
//!
//! Invariant: a hash, a shape, a label or a feature setting that does not fit is refused.

mod config;
mod error;
mod hashes;
mod metrics;
mod weights;

use std::{fs, path::Path};

use burn::tensor::Device;

pub use config::{Config, Features};
pub use error::CheckpointError;
pub use metrics::{CalibrationMetrics, Confusion, Coverage, FoldMetrics, Metrics, Spread};
pub use weights::{load_speaker_encoder, load_weights, save_weights};

use crate::network::BiLstm;

const CONFIG_FILE: &str = "config.json";
const WEIGHTS_FILE: &str = "weights.safetensors";
const METRICS_FILE: &str = "metrics.json";

/// A committee of networks with its description and its measured quality.
#[derive(Debug)]
pub struct Checkpoint {
    /// Architecture, features and labels.
    pub config: Config,
    /// What it reaches on speakers it never heard.
    pub metrics: Metrics,
    /// The networks that answer together, weights loaded; `config.n_members` of them.
    pub members: Vec<BiLstm>,
}

impl Checkpoint {
    /// Reads and verifies a checkpoint directory.
    ///
    /// # Errors
    /// [`CheckpointError`] names the file and the fact that does not fit.
    pub fn open(dir: &Path, device: &Device) -> Result<Self, CheckpointError> {
        let sums = read(dir, hashes::SUMS_FILE)?;
        let [config, weights, metrics] =
            [CONFIG_FILE, WEIGHTS_FILE, METRICS_FILE].map(|file| -> Result<_, CheckpointError> {
                let bytes = read(dir, file)?;
                hashes::verify(&sums, file, &bytes)?;
                Ok(bytes)
            });
        let config: Config = parse(CONFIG_FILE, &config?)?;
        config.verify()?;
        let n_labels = config.labels.n_labels();
        let members = weights::load_members(
            &weights?,
            &config.architecture,
            config.n_members,
            n_labels,
            device,
        )?;
        let metrics: Metrics = parse(METRICS_FILE, &metrics?)?;
        if metrics.labels != config.labels {
            return Err(CheckpointError::MetricsLabels {
                found: metrics.labels,
                expected: config.labels,
            });
        }
        Ok(Self {
            config,
            metrics,
            members,
        })
    }

    /// Writes the directory; files that are not the checkpoint's own (cards) stay.
    ///
    /// # Errors
    /// [`CheckpointError::Io`] when a file cannot be written.
    pub fn save(&self, dir: &Path) -> Result<(), CheckpointError> {
        let files = [
            (CONFIG_FILE, to_json(&self.config)),
            (WEIGHTS_FILE, weights::save_members(&self.members)),
            (METRICS_FILE, to_json(&self.metrics)),
        ];
        fs::create_dir_all(dir).map_err(|source| CheckpointError::io(dir, source))?;
        for (file, bytes) in &files {
            write(dir, file, bytes)?;
        }
        write(dir, hashes::SUMS_FILE, hashes::sums(&files).as_bytes())
    }
}

fn read(dir: &Path, file: &str) -> Result<Vec<u8>, CheckpointError> {
    let path = dir.join(file);
    fs::read(&path).map_err(|source| CheckpointError::io(&path, source))
}

fn write(dir: &Path, file: &str, bytes: &[u8]) -> Result<(), CheckpointError> {
    let path = dir.join(file);
    fs::write(&path, bytes).map_err(|source| CheckpointError::io(&path, source))
}

fn parse<T: serde::de::DeserializeOwned>(
    file: &'static str,
    bytes: &[u8],
) -> Result<T, CheckpointError> {
    serde_json::from_slice(bytes).map_err(|source| CheckpointError::Json { file, source })
}

fn to_json<T: serde::Serialize>(value: &T) -> Vec<u8> {
    let mut json = serde_json::to_vec_pretty(value).expect("plain data serialises");
    json.push(b'\n');
    json
}
