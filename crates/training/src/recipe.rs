//! Everything that decides how a network is trained.

use clap::{Args, ValueEnum};
use emotion::LabelSet;
use recognizer::network::{Architecture, InputNormalization, Pooling};
use serde::{Deserialize, Serialize};

/// Architecture, optimiser and seed of a training; together with the corpus it decides the result.
#[derive(Clone, Debug, PartialEq, Args, Serialize, Deserialize)]
pub struct Recipe {
    /// Emotions that the network tells apart; clips of others are left out.
    #[arg(long, default_value_t)]
    #[serde(default)]
    pub labels: LabelSet,
    /// Which network.
    #[arg(long, value_enum, default_value_t = Network::Bilstm)]
    pub network: Network,
    /// Passes over the training clips, at most.
    #[arg(long, default_value_t = 10)]
    pub epochs: usize,
    /// Clips per step.
    #[arg(long, default_value_t = 16)]
    pub batch_size: usize,
    /// Learning rate at the start; a cosine takes it to 0.
    #[arg(long, default_value_t = 1e-3)]
    pub learning_rate: f64,
    /// Decoupled weight decay (AdamW).
    #[arg(long, default_value_t = 1e-2)]
    pub weight_decay: f32,
    /// Share of the label that is spread over all classes.
    #[arg(long, default_value_t = 0.1)]
    pub label_smoothing: f32,
    /// Train on the clips as they are.
    #[arg(long)]
    pub no_augmentation: bool,
    /// Decides folds, initial weights, order, augmentation and dropout.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Networks that can be trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    /// The paper's layers, read at one level, with statistics pooling.
    Bilstm,
    /// The paper's network to the letter: raw decibels, last time step.
    Paper,
}

impl Recipe {
    /// The network's sizes and choices.
    pub fn architecture(&self) -> Architecture {
        match self.network {
            Network::Paper => Architecture::paper(),
            Network::Bilstm => Architecture {
                input_normalization: InputNormalization::Level,
                pooling: Pooling::Statistics,
                ..Architecture::paper()
            },
        }
    }
}
