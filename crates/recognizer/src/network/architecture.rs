//! The sizes and choices that define a network.

use serde::{Deserialize, Serialize};

/// Sizes and choices of a [`BiLstm`](super::BiLstm); stored in every checkpoint.
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
}

/// Sizes of a [`SpeakerEncoder`](super::SpeakerEncoder).
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
        5 * self.hidden_size
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
        of_frames + self.speaker_encoder.map_or(0, EncoderShape::voice_size)
    }
}
