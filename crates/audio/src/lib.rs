//! From the bytes of a clip to log-mel features.
//!
//! ```text
//! bytes -> decode -> Waveform -> resample -> declip -> high-pass -> FeatureExtractor -> Recording -> windows
//! ```
//!
//! No input or output, no web, no tensors, no clock but the decoder's time limit, which is absent where there is none.
//! The crate compiles for the browser; without the feature `decode` it is the part behind the decoder. What comes piece
//! by piece, from a decoder or a microphone, is a [`Recorder`]'s.

use std::ops::Range;

#[cfg(feature = "decode")]
mod crosstalk;
mod declip;
#[cfg(feature = "decode")]
mod decode;
mod dot;
mod features;
mod growing;
mod high_pass;
mod hum;
mod log_mel;
mod logarithm;
mod mel;
mod overview;
mod pictures;
mod pitch;
mod quality;
mod recording;
mod resample;
mod samples;
mod spectrum;
mod speech;
mod voice;
mod voice_bands;
mod voice_weights;
mod waveform;
mod whisper_bands;
mod window;

#[cfg(feature = "decode")]
pub use decode::{
    DecodeError, DecodeLimits, MAX_CHANNELS_APART, decode, record, record_channels, record_in_sight,
};
pub use dot::dot;
pub use features::{FeatureExtractor, Features};
pub use growing::Growing;
pub use log_mel::{FLOOR_DB, LogMel};
pub use mel::{MelFilterBank, N_MELS};
pub use overview::{MAX_COLUMNS, MAX_FRAMES, Overview};
pub use pictures::draw;
pub use pitch::{Pitch, PitchTracker};
pub use quality::Quality;
pub use recording::{Heard, Recorder, Recording};
pub use resample::resample;
pub use samples::Samples;
pub use spectrum::{HOP_LENGTH, N_BINS, N_FFT, PowerSpectrum, hann_window, n_frames};
pub use speech::{MIN_VOICING, SOUNDING_RANGE_DB, Speech, stretches};
pub use vocabulary::SAMPLE_RATE_HZ;
pub use voice_bands::VoiceBands;
pub use waveform::Waveform;
pub use whisper_bands::{CONTEXT_SAMPLES, N_WHISPER_BANDS, WhisperBands};
pub use window::{N_FRAMES, WINDOW_HOP_SAMPLES, WINDOW_SAMPLES, windows};

/// The samples of a clip of `n_samples` from the middle of the first of some frames to that of the frame behind them.
pub fn samples_of(frames: Range<usize>, n_samples: usize) -> Range<usize> {
    let at = |frame_idx: usize| n_samples.min(frame_idx * HOP_LENGTH);
    at(frames.start)..at(frames.end)
}

/// Time of a frame from the clip's start, seconds.
pub fn frame_s(frame_idx: usize) -> f32 {
    (frame_idx * HOP_LENGTH) as f32 / SAMPLE_RATE_HZ as f32
}
