//! Everything that decides how a network is trained.

#[cfg(test)]
use clap::FromArgMatches;
use std::{fs, path::PathBuf};

use anyhow::{Context, ensure};
use audio::SAMPLE_RATE_HZ;
use clap::{Args, ValueEnum};
use inference::{
    Architecture, EncoderShape, Input, Pooling, TimeDelay, TransformerEncoder, TransformerShape,
    VoiceEncoder,
};
use serde::{Deserialize, Serialize};
use vocabulary::{Emotion, LabelSet};

use crate::content::Content;

/// Architecture, optimiser and seed of a training; together with the corpus it decides the result.
#[derive(Clone, Debug, PartialEq, Args, Serialize, Deserialize)]
pub struct Recipe {
    /// Emotions that the network tells apart; clips of others are left out.
    #[arg(long, default_value_t)]
    pub labels: LabelSet,
    /// Emotions that the network is taught not to know: of their clips every label is equally true
    /// (outlier exposure, Hendrycks et al. 2019).
    #[arg(long, value_delimiter = ',')]
    pub outliers: Vec<Emotion>,
    /// A clip's label competes only with labels that its corpus has: no corpus then tells the network that its people
    /// are never afraid. Clips of outliers compete with all.
    #[arg(long)]
    #[serde(default)]
    pub within_corpora: bool,
    /// Networks that answer together, trained with the seed and those after it.
    #[arg(long, default_value_t = 1)]
    pub members: usize,
    /// Which network.
    #[arg(long, value_enum, default_value_t = Network::Speech)]
    pub network: Network,
    /// Layers of a speaker encoder that hear the voice beside the network: PyTorch's file of Resemblyzer
    /// (docs/evaluation.md). They are not trained.
    #[arg(long, value_name = "FILE")]
    pub speaker_encoder: Option<PathBuf>,
    /// File of a transformer whose blocks hear the speech beside the network, made by `import-encoder`. They are not
    /// trained.
    #[arg(long, value_name = "FILE")]
    #[serde(default)]
    pub transformer: Option<PathBuf>,
    /// Blocks of the transformer that are listened to, counted from 1.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2])]
    #[serde(default)]
    pub blocks: Vec<usize>,
    /// How much the transformer reads of a window's speech, from its middle, s.
    #[arg(long, default_value_t = 2.5)]
    #[serde(default)]
    pub transformer_s: f64,
    /// Of every so many of the transformer's frames, 20 ms apart, one goes through its blocks.
    #[arg(long, default_value_t = 1)]
    #[serde(default)]
    pub frame_stride: usize,
    /// Folder of sentences of voices that feel nothing, each in a folder of its own: directions in which these voices
    /// differ from sentence to sentence count less (docs/evaluation.md).
    #[arg(long, value_name = "DIR")]
    #[serde(default)]
    pub content: Option<PathBuf>,
    /// Passes over the training clips.
    #[arg(long, default_value_t = 100)]
    pub epochs: usize,
    /// Clips per step.
    #[arg(long, default_value_t = 32)]
    pub batch_size: usize,
    /// Largest learning rate: reached after two epochs, taken to 0 by a cosine.
    #[arg(long, default_value_t = 2e-3)]
    pub learning_rate: f64,
    /// Decoupled weight decay (AdamW).
    #[arg(long, default_value_t = 2e-2)]
    pub weight_decay: f32,
    /// Share of the label that is spread over all classes.
    #[arg(long, default_value_t = 0.1)]
    pub label_smoothing: f32,
    /// Share of the windows that are given other voices, noise and masks; the others stay as they are.
    #[arg(long, default_value_t = 0.5)]
    pub varied: f64,
    /// Share of the windows that are heard by somebody who knows the speaker: less the speaker's mean voice vector.
    /// From the others the mean of all speakers is taken; with 0 nothing is, and the network takes no voice profiles.
    #[arg(long, default_value_t = 0.0)]
    #[serde(default)]
    pub profiled: f64,
    /// Train on the clips as they are, not as other microphones would have recorded them.
    #[arg(long)]
    pub no_channels: bool,
    /// Decides folds, and each member's weights, order, augmentation and dropout.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Name of the transformer's file beside a checkpoint's weights.
const TRANSFORMER_FILE: &str = "whisper_encoder.safetensors";

/// Values of a frame of Whisper-tiny.
const TRANSFORMER_WIDTH: usize = 384;

/// The layers that are read of a speaker encoder: the second hears more than the third
/// (docs/evaluation.md).
pub const SPEAKER_ENCODER: EncoderShape = EncoderShape {
    hidden_size: 256,
    n_layers: 2,
};

/// Networks that can be trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    /// Time delays, one bidirectional LSTM layer, attention; reads trimmed speech and its pitch.
    Speech,
    /// The same with an LSTM layer that reads forward only.
    Lstm,
    /// The same with a simple recurrent layer that reads forward only.
    Rnn,
    /// The same with two Transformer layers.
    Transformer,
    /// Time delays alone, four layers of them.
    Cnn,
    /// The paper's network to the letter: raw decibels, last time step.
    Paper,
}

impl Network {
    /// Whether it is another kind of network than the one that ships, to compare that with.
    pub fn is_baseline(self) -> bool {
        matches!(self, Self::Rnn | Self::Transformer)
    }
}

impl Recipe {
    /// The network's sizes and choices.
    pub fn architecture(&self) -> Architecture {
        // With an encoder what is trained stays small beside it.
        let size = if self.speaker_encoder.is_some() || self.transformer.is_some() {
            48
        } else {
            96
        };
        let time_delay = |stride| TimeDelay {
            size,
            context: 5,
            stride,
        };
        let speech = Architecture {
            input: Input::Speech,
            front: vec![time_delay(1), time_delay(2)],
            bidirectional: true,
            hidden_size: size,
            n_layers: 1,
            dropout: 0.4,
            pooling: Pooling::Attention,
            head_size: 64,
            speaker_encoder: self.speaker_encoder.as_ref().map(|_| SPEAKER_ENCODER),
            transformer: self.transformer_shape(),
        };
        match self.network {
            Network::Paper => Architecture::paper(),
            Network::Speech => speech,
            Network::Lstm => Architecture {
                bidirectional: false,
                ..speech
            },
            Network::Rnn | Network::Transformer => Architecture {
                n_layers: 0,
                ..speech
            },
            Network::Cnn => Architecture {
                front: [1, 2, 1, 1].map(time_delay).to_vec(),
                n_layers: 0,
                ..speech
            },
        }
    }

    /// What is read of the transformer.
    pub fn transformer_shape(&self) -> Option<TransformerShape> {
        self.transformer.as_ref().map(|_| TransformerShape {
            file: TRANSFORMER_FILE.to_owned(),
            width: TRANSFORMER_WIDTH,
            blocks: self.blocks.clone(),
            max_samples: (self.transformer_s * f64::from(SAMPLE_RATE_HZ)) as usize,
            frame_stride: self.frame_stride,
        })
    }

    /// The bytes of the transformer's file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn transformer_bytes(&self) -> anyhow::Result<Option<Vec<u8>>> {
        let read = |file: &PathBuf| fs::read(file).with_context(|| file.display().to_string());
        self.transformer.as_ref().map(read).transpose()
    }

    /// What hears speech beside the network, as it answers.
    ///
    /// # Errors
    /// When the transformer's file is none.
    pub fn encoder(&self) -> anyhow::Result<Option<Box<dyn VoiceEncoder>>> {
        let Some((shape, bytes)) = self.transformer_shape().zip(self.transformer_bytes()?) else {
            return Ok(None);
        };
        let weights = shape.read(&bytes)?;
        let encoder = TransformerEncoder::new(&weights, &shape);
        Ok(Some(Box::new(encoder)))
    }

    /// What differs from sentence to sentence in what it hears.
    ///
    /// # Errors
    /// A folder that cannot be read, or nothing, or more than the transformer, that hears.
    pub fn heard_content(&self) -> anyhow::Result<Option<Content>> {
        let Some(folder) = &self.content else {
            return Ok(None);
        };
        ensure!(
            self.speaker_encoder.is_none(),
            "--content is of a transformer alone"
        );
        let encoder = self.encoder()?.context("--content needs --transformer")?;
        Content::hear(folder, &*encoder).map(Some)
    }

    /// The emotions of all clips that are trained on.
    pub fn trained_labels(&self) -> anyhow::Result<LabelSet> {
        let all = self.labels.iter().chain(self.outliers.iter().copied());
        Ok(LabelSet::new(all.collect())?)
    }
}

#[cfg(test)]
impl Default for Recipe {
    /// What the command line gives without options.
    fn default() -> Self {
        let command = Self::augment_args(clap::Command::new("recipe"));
        let matches = command.get_matches_from(["recipe"]);
        Self::from_arg_matches(&matches).expect("every option has a default")
    }
}
