//! A checkpoint: what a recogniser needs, and proof that it is whole.
//!
//! | file | content |
//! |---|---|
//! | `config.json` | [`Config`]: architecture, features, labels and their order |
//! | `weights.safetensors` | f32 tensors: the number of a member, a dot, the name that `torch.nn` gives; `voice.` |
//! |  | before those of a [`VoicePrior`], `intensity.` before those of [`Rankings`], `presence.` of a [`Presence`] |
//! | `metrics.json` | [`Metrics`]: what it reaches on speakers it never heard |
//! | the transformer's, as `config.json` names it | the blocks of an encoder, where one is listened to |
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
pub use hashes::{SUMS_FILE, sums, verified};
pub use metrics::{CalibrationMetrics, Confusion, Coverage, FoldMetrics, Metrics, Spread};

use crate::{Presence, Rankings, VoicePrior, Weights};

const CONFIG_FILE: &str = "config.json";
const WEIGHTS_FILE: &str = "weights.safetensors";
const METRICS_FILE: &str = "metrics.json";
const VOICE_PREFIX: &str = "voice.";
const INTENSITY_PREFIX: &str = "intensity.";
const PRESENCE_PREFIX: &str = "presence.";
/// Of what belongs to no member.
const SHARED_PREFIXES: [&str; 3] = [VOICE_PREFIX, INTENSITY_PREFIX, PRESENCE_PREFIX];

/// A committee of networks with its description and its measured quality.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Architecture, features and labels.
    pub config: Config,
    /// What it reaches on speakers it never heard.
    pub metrics: Metrics,
    /// What is taken from voice vectors, where the networks were trained so.
    pub voice_prior: Option<VoicePrior>,
    /// How strongly a voice expresses each emotion; none where nobody fitted that.
    pub rankings: Rankings,
    /// Tells voices from other sounds, where somebody fitted that.
    pub presence: Option<Presence>,
    /// File of the transformer by which the networks hear speech beside the frames.
    pub transformer: Option<Vec<u8>>,
    /// Of the networks that answer together; `config.n_members` of them.
    pub members: Vec<Weights>,
}

impl Checkpoint {
    /// Reads and verifies a checkpoint; `read` gives the bytes of the file of a name.
    ///
    /// # Errors
    /// [`CheckpointError`] names the file and the fact that does not fit.
    pub fn open(read: impl Fn(&str) -> io::Result<Vec<u8>>) -> Result<Self, CheckpointError> {
        let verified = |file: &str| verified(&read, file);
        let config: Config = parse(CONFIG_FILE, &verified(CONFIG_FILE)?)?;
        config.verify()?;
        let weights = Weights::from_safetensors(&verified(WEIGHTS_FILE)?)?;
        let members = members(&config, &weights)?;
        let voice_prior = voice_prior(&config, &weights)?;
        let rankings = Rankings::of_weights(
            &weights.below(INTENSITY_PREFIX),
            &config.labels,
            config.architecture.voice_size(),
        )?;
        let presence = Presence::of_weights(
            &weights.below(PRESENCE_PREFIX),
            config.architecture.voice_size(),
        )?;
        let shape = config.architecture.transformer.as_ref();
        let transformer = shape.map(|shape| {
            let bytes = verified(&shape.file)?;
            shape.read(&bytes).map(|_| bytes)
        });
        let transformer = transformer.transpose()?;
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
            voice_prior,
            rankings,
            presence,
            transformer,
            members,
        })
    }

    /// The files that [`open`](Self::open) reads: name and content.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut weights = Weights::default();
        for (member_idx, member) in self.members.iter().enumerate() {
            weights.extend(&prefix(member_idx), member);
        }
        if let Some(prior) = &self.voice_prior {
            weights.extend(VOICE_PREFIX, &prior.to_weights());
        }
        weights.extend(INTENSITY_PREFIX, &self.rankings.to_weights());
        if let Some(presence) = &self.presence {
            weights.extend(PRESENCE_PREFIX, &presence.to_weights());
        }
        let mut files = vec![
            (CONFIG_FILE.to_owned(), to_json(&self.config)),
            (WEIGHTS_FILE.to_owned(), weights.to_safetensors()),
            (METRICS_FILE.to_owned(), to_json(&self.metrics)),
        ];
        let shape = self.config.architecture.transformer.as_ref();
        let transformer = shape.zip(self.transformer.as_ref());
        files.extend(transformer.map(|(shape, bytes)| (shape.file.clone(), bytes.clone())));
        let sums = sums(&files).into_bytes();
        files.push((SUMS_FILE.to_owned(), sums));
        files
    }
}

/// What belongs to `voice.`, where there is any.
fn voice_prior(config: &Config, weights: &Weights) -> Result<Option<VoicePrior>, CheckpointError> {
    let found = weights.below(VOICE_PREFIX);
    match (config.architecture.voice_size(), found.names().next()) {
        (_, None) => Ok(None),
        (0, Some(name)) => Err(CheckpointError::Unexpected {
            name: format!("{VOICE_PREFIX}{name}"),
        }),
        (voice_size, Some(_)) => {
            VoicePrior::of_weights(&found, config.labels.n_labels(), voice_size).map(Some)
        }
    }
}

fn members(config: &Config, weights: &Weights) -> Result<Vec<Weights>, CheckpointError> {
    let of_members = || {
        weights.names().filter(|name| {
            !SHARED_PREFIXES
                .iter()
                .any(|prefix| name.starts_with(prefix))
        })
    };
    let named = of_members().map(|name| name.split_once('.'));
    let foreign = named.zip(of_members()).find(|(split, _)| {
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
