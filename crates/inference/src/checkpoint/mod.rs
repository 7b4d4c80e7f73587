//! A checkpoint: what a recogniser needs, and proof that it is whole.
//!
//! | file | content |
//! |---|---|
//! | `config.json` | [`Config`]: architecture, features, labels and their order |
//! | `weights.safetensors` | f32 tensors: the number of a member, a dot, the name that `torch.nn` gives |
//! | `metrics.json` | [`Metrics`]: what it reaches on speakers it never heard |
//! | `SHA256SUMS` | hashes of the files above, as `sha256sum` writes them |
//!
//! Where the files lie, only the caller knows.
//! Invariant: a hash, a size, a shape, a label or a feature setting that does not fit is refused, before anything is
//! allocated by it.

mod config;
mod error;
mod hashes;
mod metrics;

use std::io;

pub use config::{Config, FeatureSettings};
pub use error::CheckpointError;
pub use metrics::{CalibrationMetrics, Confusion, Coverage, FoldMetrics, Metrics, Spread};

use crate::Weights;

const CONFIG_FILE: &str = "config.json";
const WEIGHTS_FILE: &str = "weights.safetensors";
const METRICS_FILE: &str = "metrics.json";

/// A committee of networks with its description and its measured quality.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Architecture, features and labels.
    pub config: Config,
    /// What it reaches on speakers it never heard.
    pub metrics: Metrics,
    /// Of the networks that answer together; `config.n_members` of them.
    pub members: Vec<Weights>,
}

impl Checkpoint {
    /// Reads and verifies a checkpoint; `read` gives the bytes of the file of a name.
    ///
    /// # Errors
    /// [`CheckpointError`] names the file and the fact that does not fit.
    pub fn open(read: impl Fn(&str) -> io::Result<Vec<u8>>) -> Result<Self, CheckpointError> {
        let read =
            |file: &'static str| read(file).map_err(|source| CheckpointError::Io { file, source });
        let sums = read(hashes::SUMS_FILE)?;
        let verified = |file| {
            let bytes = read(file)?;
            hashes::verify(&sums, file, &bytes)?;
            Ok::<_, CheckpointError>(bytes)
        };
        let config: Config = parse(CONFIG_FILE, &verified(CONFIG_FILE)?)?;
        config.verify()?;
        let members = members(&config, &verified(WEIGHTS_FILE)?)?;
        let metrics: Metrics = parse(METRICS_FILE, &verified(METRICS_FILE)?)?;
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

    /// The files that [`open`](Self::open) reads: name and content.
    pub fn files(&self) -> Vec<(&'static str, Vec<u8>)> {
        let mut weights = Weights::default();
        for (member_idx, member) in self.members.iter().enumerate() {
            weights.extend(&prefix(member_idx), member);
        }
        let mut files = vec![
            (CONFIG_FILE, to_json(&self.config)),
            (WEIGHTS_FILE, weights.to_safetensors()),
            (METRICS_FILE, to_json(&self.metrics)),
        ];
        files.push((hashes::SUMS_FILE, hashes::sums(&files).into_bytes()));
        files
    }
}

fn members(config: &Config, bytes: &[u8]) -> Result<Vec<Weights>, CheckpointError> {
    let weights = Weights::from_safetensors(bytes)?;
    let named = weights.names().map(|name| name.split_once('.'));
    let foreign = named.zip(weights.names()).find(|(split, _)| {
        let member_idx = split.and_then(|(number, _)| number.parse::<usize>().ok());
        member_idx.is_none_or(|member_idx| member_idx >= config.n_members)
    });
    if let Some((_, name)) = foreign {
        let name = name.to_owned();
        return Err(CheckpointError::Unexpected { name });
    }
    let member = |member_idx| {
        let member = weights.below(&prefix(member_idx));
        config
            .architecture
            .verify(&member, config.labels.n_labels())?;
        Ok(member)
    };
    (0..config.n_members).map(member).collect()
}

fn prefix(member_idx: usize) -> String {
    format!("{member_idx}.")
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
