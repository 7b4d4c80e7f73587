//! The sizes and choices that define a network, and the tensors that it therefore has.

use std::collections::BTreeMap;

use audio::{CONTEXT_SAMPLES, N_MELS, N_WHISPER_BANDS};
use serde::{Deserialize, Serialize};

use crate::{CheckpointError, TransformerWeights, Weights, packed::N_STATISTICS};

/// Largest size of anything: no network of these has as many units, and no product of three overflows.
const MAX_SIZE: usize = 1 << 14;

/// Most blocks of a transformer.
const MAX_BLOCKS: usize = 64;

/// Most frames of a transformer of which one goes through its blocks.
const MAX_FRAME_STRIDE: usize = 8;

/// Units of the layer that scores a frame.
pub const SCORE_SIZE: usize = 64;

/// Sizes and choices of a network; stored in every checkpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Architecture {
    /// What is read of every frame.
    pub input: Input,
    /// Time-delay layers before the recurrent ones; none in the paper.
    pub front: Vec<TimeDelay>,
    /// Recurrent layers read in both directions, else forward only.
    pub bidirectional: bool,
    /// Units per direction and layer.
    pub hidden_size: usize,
    /// Stacked recurrent layers.
    pub n_layers: usize,
    /// Share of units dropped between layers and in the head; training only.
    pub dropout: f64,
    /// How the frames become one vector.
    pub pooling: Pooling,
    /// Units of the head's hidden layer.
    pub head_size: usize,
    /// What hears the voice as a whole beside the frames; nothing in the paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker_encoder: Option<EncoderShape>,
    /// Blocks of a transformer that hear the speech beside the frames; nothing in the paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transformer: Option<TransformerShape>,
}

/// Which blocks of a frozen transformer are listened to, and where its weights lie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransformerShape {
    /// Name of its file, which lies beside the weights.
    pub file: String,
    /// Values of a frame.
    pub width: usize,
    /// Counted from 1, ascending.
    pub blocks: Vec<usize>,
    /// Samples that are read of a window's speech, the middle ones, at 16 kHz.
    pub max_samples: usize,
    /// Of every so many frames, 20 ms apart, one goes through the blocks.
    #[serde(default = "every_frame")]
    pub frame_stride: usize,
}

const fn every_frame() -> usize {
    1
}

impl TransformerShape {
    /// Values that are told of a window.
    pub fn voice_size(&self) -> usize {
        self.blocks.len() * N_STATISTICS * self.width
    }

    /// The weights in the bytes of [`file`](Self::file).
    ///
    /// # Errors
    /// [`CheckpointError`] when they are not those of such an encoder.
    pub fn read(&self, bytes: &[u8]) -> Result<TransformerWeights, CheckpointError> {
        let n_blocks = self.blocks.last().copied().unwrap_or(0);
        let weights = TransformerWeights::read(bytes, N_WHISPER_BANDS, n_blocks)?;
        match weights.width == self.width {
            true => Ok(weights),
            false => Err(CheckpointError::Sizes(format!(
                "frames of {} values in {}, {} expected",
                weights.width, self.file, self.width
            ))),
        }
    }

    fn is_sound(&self) -> bool {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        self.file.bytes().all(is_name)
            && self.file.ends_with(".safetensors")
            && (1..=MAX_SIZE).contains(&self.width)
            && (1..=MAX_BLOCKS).contains(&self.blocks.len())
            && self
                .blocks
                .iter()
                .all(|block| (1..=MAX_BLOCKS).contains(block))
            && self.blocks.is_sorted_by(|one, next| one < next)
            && (1..=CONTEXT_SAMPLES).contains(&self.max_samples)
            && (1..=MAX_FRAME_STRIDE).contains(&self.frame_stride)
    }
}

/// Sizes of a speaker encoder: stacked LSTM layers that read forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderShape {
    /// Units per layer.
    pub hidden_size: usize,
    /// Stacked layers.
    pub n_layers: usize,
}

impl EncoderShape {
    /// Values of a voice vector.
    pub const fn voice_size(self) -> usize {
        N_STATISTICS * self.hidden_size
    }

    /// Name and shape of every tensor of such an encoder; the names begin with `name`.
    pub fn tensors(self, name: &str) -> BTreeMap<String, Vec<usize>> {
        let mut tensors = BTreeMap::new();
        for layer_idx in 0..self.n_layers {
            let size = if layer_idx == 0 {
                N_MELS
            } else {
                self.hidden_size
            };
            push_lstm(
                &mut tensors,
                name,
                &format!("l{layer_idx}"),
                size,
                self.hidden_size,
            );
        }
        tensors
    }
}

/// What the network reads of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// Every frame, raw decibels (the paper).
    Decibels,
    /// The frames from the first vowel to the last: log-mel energies relative to their level, and
    /// the pitch. Gain, padding and what sounds before and after the speech change nothing.
    Speech,
}

/// A layer that sees some neighbouring frames at once (Waibel et al. 1989), a convolution over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeDelay {
    /// Units.
    pub size: usize,
    /// Frames that a unit sees; odd.
    pub context: usize,
    /// Frames from one output to the next.
    pub stride: usize,
}

/// How the frames of a window become one vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// The last time step (the paper). Its reverse half has read a single frame.
    Last,
    /// Mean and standard deviation over the frames, weighted by learned attention (Okabe et al.
    /// 2018), beside the plain mean and standard deviation of what the network read.
    Attention,
}

impl Architecture {
    /// The network that the paper describes: 586,629 parameters, raw decibels, last time step.
    pub fn paper() -> Self {
        Self {
            input: Input::Decibels,
            front: Vec::new(),
            bidirectional: true,
            hidden_size: 128,
            n_layers: 2,
            dropout: 0.3,
            pooling: Pooling::Last,
            head_size: 64,
            speaker_encoder: None,
            transformer: None,
        }
    }

    /// Directions in which the recurrent layers read.
    pub const fn n_directions(&self) -> usize {
        1 + self.bidirectional as usize
    }

    /// Values per frame that are pooled: the last recurrent layer's units, or where there is none the
    /// last time-delay layer's.
    pub fn frame_size(&self) -> usize {
        match (self.n_layers, self.front.last()) {
            (0, Some(last)) => last.size,
            (0, None) => self.input.n_features(),
            _ => self.n_directions() * self.hidden_size,
        }
    }

    /// Length of the vector that the head reads.
    pub fn pooled_size(&self) -> usize {
        let of_frames = match self.pooling {
            Pooling::Last => self.frame_size(),
            Pooling::Attention => 2 * (self.frame_size() + self.input.n_features()),
        };
        of_frames + self.voice_size()
    }

    /// Values of a voice vector: what the speaker encoder tells, then what the transformer tells.
    pub fn voice_size(&self) -> usize {
        let of_transformer = self
            .transformer
            .as_ref()
            .map_or(0, TransformerShape::voice_size);
        self.speaker_encoder.map_or(0, EncoderShape::voice_size) + of_transformer
    }

    /// Whether every size is one that a network can have.
    pub fn is_sound(&self) -> bool {
        let of_encoder = self.speaker_encoder.iter();
        let of_encoder = of_encoder.flat_map(|shape| [shape.hidden_size, shape.n_layers]);
        let of_front = self.front.iter();
        let of_front = of_front.flat_map(|one| [one.size, one.context, one.stride]);
        let mut sizes = of_encoder
            .chain(of_front)
            .chain([self.hidden_size, self.head_size]);
        sizes.all(|size| (1..=MAX_SIZE).contains(&size))
            && self.n_layers <= MAX_SIZE
            && self.front.iter().all(|one| one.context % 2 == 1)
            && self
                .transformer
                .as_ref()
                .is_none_or(TransformerShape::is_sound)
            && (0.0..1.0).contains(&self.dropout)
    }

    /// Checks that `weights` are those of such a network with `n_labels` outputs.
    ///
    /// # Errors
    /// [`CheckpointError`] names the tensor that does not fit.
    pub fn verify(&self, weights: &Weights, n_labels: usize) -> Result<(), CheckpointError> {
        let output = weights
            .find("fc.3.bias")
            .and_then(|bias| bias.shape.first());
        match output {
            Some(&n_outputs) if n_outputs != n_labels => Err(CheckpointError::Outputs {
                n_outputs,
                n_labels,
            }),
            _ => weights.verify(&self.tensors(n_labels)),
        }
    }

    /// Name and shape of every tensor of such a network, as `torch.nn` names and lays them out.
    pub fn tensors(&self, n_classes: usize) -> BTreeMap<String, Vec<usize>> {
        let mut tensors = BTreeMap::new();
        let mut size = self.input.n_features();
        for (layer_idx, layer) in self.front.iter().enumerate() {
            let name = format!("front.{layer_idx}");
            push_linear(
                &mut tensors,
                &format!("{name}.linear"),
                layer.context * size,
                layer.size,
            );
            push_vectors(
                &mut tensors,
                &format!("{name}.norm"),
                &["weight", "bias"],
                layer.size,
            );
            size = layer.size;
        }
        for layer_idx in 0..self.n_layers {
            for suffix in &DIRECTIONS[..self.n_directions()] {
                let layer = format!("l{layer_idx}{suffix}");
                push_lstm(&mut tensors, "lstm", &layer, size, self.hidden_size);
                tensors.insert(format!("lstm.bias_hh_{layer}"), vec![4 * self.hidden_size]);
            }
            size = self.n_directions() * self.hidden_size;
        }
        if self.pooling == Pooling::Attention {
            push_linear(&mut tensors, "attention.hidden", size, SCORE_SIZE);
            push_linear(&mut tensors, "attention.score", SCORE_SIZE, 1);
        }
        if let Some(encoder) = self.speaker_encoder {
            tensors.extend(encoder.tensors("speaker_encoder"));
        }
        let statistics = ["weight", "bias", "running_mean", "running_var"];
        push_vectors(&mut tensors, "bn", &statistics, self.pooled_size());
        push_linear(&mut tensors, "fc.0", self.pooled_size(), self.head_size);
        push_linear(&mut tensors, "fc.3", self.head_size, n_classes);
        tensors
    }
}

/// Ends of the names of a recurrent layer's tensors, by direction.
pub const DIRECTIONS: [&str; 2] = ["", "_reverse"];

type Shapes = BTreeMap<String, Vec<usize>>;

fn push_linear(tensors: &mut Shapes, name: &str, n_inputs: usize, n_outputs: usize) {
    tensors.insert(format!("{name}.weight"), vec![n_outputs, n_inputs]);
    tensors.insert(format!("{name}.bias"), vec![n_outputs]);
}

fn push_vectors(tensors: &mut Shapes, name: &str, kinds: &[&str], size: usize) {
    for kind in kinds {
        tensors.insert(format!("{name}.{kind}"), vec![size]);
    }
}

/// Of a layer's direction all but the second bias, which a speaker encoder has not.
fn push_lstm(tensors: &mut Shapes, name: &str, layer: &str, size: usize, hidden_size: usize) {
    tensors.insert(
        format!("{name}.weight_ih_{layer}"),
        vec![4 * hidden_size, size],
    );
    tensors.insert(
        format!("{name}.weight_hh_{layer}"),
        vec![4 * hidden_size, hidden_size],
    );
    tensors.insert(format!("{name}.bias_ih_{layer}"), vec![4 * hidden_size]);
}
