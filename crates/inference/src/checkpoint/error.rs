//! Why a checkpoint was refused.

use std::io;

use vocabulary::LabelSet;

use crate::TransformerError;

/// Why a checkpoint was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// A file could not be read or written.
    #[error("{file}")]
    Io {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// A JSON file does not have the expected content.
    #[error("{file} is not as expected")]
    Json {
        /// The file.
        file: &'static str,
        /// Where and why.
        source: serde_json::Error,
    },
    /// A file's content is not the one that was hashed.
    #[error("{file} does not match its SHA-256 in SHA256SUMS: expected {expected}, found {found}")]
    Hash {
        /// The file.
        file: String,
        /// From SHA256SUMS; "none" when the file is not listed.
        expected: String,
        /// Of the bytes on disk.
        found: String,
    },
    /// The temperature of the calibration is no positive number.
    #[error("temperature {temperature} is no positive number")]
    Temperature {
        /// The one in `config.json`.
        temperature: f32,
    },
    /// A size in `config.json` is one that no network has.
    #[error("the sizes of the architecture are not those of a network: {0}")]
    Sizes(String),
    /// The weights end in another number of logits than `config.json` has labels.
    #[error("the weights have {n_outputs} outputs for {n_labels} labels")]
    Outputs {
        /// Rows of the last layer.
        n_outputs: usize,
        /// Labels of `config.json`.
        n_labels: usize,
    },
    /// The metrics were measured on other labels than those of `config.json`.
    #[error("the metrics are of the labels {found}, not {expected}")]
    MetricsLabels {
        /// Of `metrics.json`.
        found: LabelSet,
        /// Of `config.json`.
        expected: LabelSet,
    },
    /// The checkpoint was trained on other features than this program computes.
    #[error("features {found:?} are not {expected:?}")]
    Features {
        /// The checkpoint's.
        found: Box<super::FeatureSettings>,
        /// This program's.
        expected: Box<super::FeatureSettings>,
    },
    /// The weights are no safetensors file.
    #[error("the weights are not in safetensors format")]
    Format(#[from] safetensors::SafeTensorError),
    /// The file of a transformer is none.
    #[error("the encoder beside the weights")]
    Transformer(#[from] TransformerError),
    /// A tensor is missing.
    #[error("tensor {name} is missing")]
    Missing {
        /// Its name.
        name: String,
    },
    /// The weights hold a tensor that the architecture has no place for.
    #[error("tensor {name} does not belong to the architecture")]
    Unexpected {
        /// Its name.
        name: String,
    },
    /// A tensor has another shape or element type.
    #[error("tensor {name} is {found}, not f32 {expected:?}")]
    Shape {
        /// Its name.
        name: String,
        /// Type and shape in the file.
        found: String,
        /// Shape that the architecture asks for.
        expected: Vec<usize>,
    },
    /// The quantiles of a ranking are fewer than two, or do not ascend.
    #[error("tensor {name} holds no quantiles")]
    Quantiles {
        /// Its name.
        name: String,
    },
    /// A tensor holds NaN or infinity.
    #[error("tensor {name} holds values that are not finite")]
    NotFinite {
        /// Its name.
        name: String,
    },
}
