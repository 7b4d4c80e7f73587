//! From the bytes of a clip to what is said about it: the one way that every door takes.
//!
//! ```text
//! bytes -> audio::record -> Recording -> Recognizer -> Prediction, with pictures: Analysis
//! ```
//!
//! Input   a clip, any bytes
//! Output  [`Prediction`], or [`Analysis`], which has pictures of the clip beside it
//! Errors  [`PipelineError`]
//! Invariant: knows neither HTTP nor settings nor a folder; no bytes and no panic of one clip harm another

mod apart;
mod error;
mod observer;
mod permits;
mod queue;
mod request;
mod together;
mod waiting;

use std::ops::ControlFlow;

use audio::{DecodeLimits, Growing};
use inference::Recognizer;
use vocabulary::{Prediction, Profile, WindowPrediction};

pub use apart::{Apart, Engine, LazyDiarizer, Speakers, UnknownSpeakers, recognize_apart};
pub use error::PipelineError;
pub use observer::{Heard, Observer};
pub use queue::{Limits, Queue};
pub use request::{Enrolled, Enrolment, Request};
pub use waiting::Client;

/// Decodes and recognises one clip on the calling thread.
///
/// # Errors
/// [`PipelineError::Decode`], [`PipelineError::Recognize`].
pub fn recognize(
    recognizer: &Recognizer,
    limits: &DecodeLimits,
    clip: impl AsRef<[u8]>,
) -> Result<Prediction, PipelineError> {
    Ok(recognizer.recognize(&audio::record(clip, limits)?)?)
}

/// The same, of somebody of whom there may be a profile, while the clip is decoded; `tell` is told every window but the
/// last ones as soon as it is answered. `None` where it has heard enough.
///
/// # Errors
/// As [`recognize`]; also when the profile is another checkpoint's. Windows may have been told before.
pub fn recognize_in_sight(
    recognizer: &Recognizer,
    limits: &DecodeLimits,
    clip: impl AsRef<[u8]> + Sync,
    profile: Option<&Profile>,
    tell: impl FnMut(WindowPrediction) -> ControlFlow<()>,
) -> Result<Option<Prediction>, PipelineError> {
    let mut early = Ok(None);
    let look = |growing: &Growing| early = recognizer.hear(growing, profile, tell);
    let recording = audio::record_in_sight(clip, limits, look)?;
    let rest = early?.map(|early| recognizer.recognize_rest(&recording, profile, early));
    Ok(rest.transpose()?)
}
