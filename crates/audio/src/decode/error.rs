//! Why a clip gives no waveform.

use std::{error::Error, time::Duration};

use vocabulary::AppError;

/// Why a clip gives no waveform.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The clip has no bytes.
    #[error("the clip is empty")]
    Empty,
    /// The content is of a kind that is not decoded.
    #[error("unsupported content: {}", found.as_deref().unwrap_or("not recognised"))]
    Unsupported {
        /// Name of the format or codec, where recognised.
        found: Option<String>,
    },
    /// The content is of a known kind and broken.
    #[error("damaged audio")]
    Damaged {
        /// What the decoder says.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Not one sample could be decoded.
    #[error("no audio samples in the clip")]
    NoSamples,
    /// The clip is longer than the limit.
    #[error("longer than {max_duration_s} s")]
    TooLong {
        /// The limit, seconds.
        max_duration_s: f32,
    },
    /// The sample rate is outside the limits.
    #[error("sample rate {sample_rate_hz} Hz is outside {min_hz} to {max_hz} Hz")]
    SampleRateOutOfRange {
        /// What the clip claims, Hz.
        sample_rate_hz: u32,
        /// Lowest, Hz.
        min_hz: u32,
        /// Highest, Hz.
        max_hz: u32,
    },
    /// More channels than the limit.
    #[error("{channels} channels, at most {max_channels}")]
    TooManyChannels {
        /// What the clip claims.
        channels: usize,
        /// The limit.
        max_channels: usize,
    },
    /// Too many packets without audio: damage, or an attempt to waste time.
    #[error("{n_packets} packets in a row without audio")]
    TooManySilentPackets {
        /// How many were read.
        n_packets: usize,
    },
    /// Decoding took longer than the limit: an attempt to waste time, or a machine with too much to do.
    #[error("decoding took longer than {max_decode_time:?}")]
    TooSlow {
        /// The limit.
        max_decode_time: Duration,
    },
    /// A decoder panicked; the clip is to blame, the process goes on.
    #[error("a decoder panicked: {message}")]
    Panicked {
        /// The panic's message.
        message: String,
    },
}

impl DecodeError {
    /// The error as something that a person can act on; `None` when it is a fault of ours.
    pub fn told(&self) -> Option<AppError> {
        let unsupported = |found| AppError::UnsupportedAudio { found: Some(found) };
        Some(match self {
            Self::Empty => AppError::EmptyFile,
            Self::Unsupported { found } => AppError::UnsupportedAudio {
                found: found.clone(),
            },
            Self::TooLong { max_duration_s } => AppError::TooLong {
                max_duration_s: *max_duration_s,
            },
            Self::TooSlow { max_decode_time } => AppError::TooSlow {
                max_decode_s: max_decode_time.as_secs_f32(),
            },
            Self::NoSamples => AppError::NoSpeech,
            Self::SampleRateOutOfRange { sample_rate_hz, .. } => {
                unsupported(format!("{sample_rate_hz} Hz"))
            }
            Self::TooManyChannels { channels, .. } => unsupported(format!("{channels} channels")),
            Self::Damaged { .. } | Self::TooManySilentPackets { .. } | Self::Panicked { .. } => {
                AppError::DamagedAudio
            }
        })
    }

    /// Whether the next of several joined files may be heard nevertheless.
    pub(super) fn is_about_one_file(&self) -> bool {
        matches!(
            self,
            Self::Unsupported { .. } | Self::Damaged { .. } | Self::NoSamples
        )
    }
}

/// A [`DecodeError::Damaged`] because of `source`.
pub(super) fn damaged(source: impl Into<Box<dyn Error + Send + Sync>>) -> DecodeError {
    DecodeError::Damaged {
        source: source.into(),
    }
}

/// A [`DecodeError::Unsupported`] that names what was found.
pub(super) fn unsupported(found: impl Into<String>) -> DecodeError {
    DecodeError::Unsupported {
        found: Some(found.into()),
    }
}
