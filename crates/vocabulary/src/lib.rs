//! The vocabulary that every part of the project shares.
//!
//! Plain data and `serde`, nothing else: the server, the command line, training and the page in
//! the browser all compile this crate.

mod analysis;
mod app_error;
mod band;
mod bias;
mod calibration;
mod emotion;
mod intensity;
mod label_set;
mod limits;
mod live;
mod note;
mod prediction;
mod probabilities;
mod profile;
mod turn;

pub use analysis::{Analysis, Pictures};
pub use app_error::AppError;
pub use band::ConfidenceBand;
pub use bias::{Shrinkage, bias};
pub use calibration::{BandAccuracy, Calibration};
pub use emotion::{Emotion, UnknownEmotion};
pub use intensity::{Intensity, Strength};
pub use label_set::{LabelSet, NotLabels};
pub use limits::{ACCEPTED_FILES, MIN_DURATION_S, SAMPLE_RATE_HZ};
pub use live::{LiveEvent, LiveResult};
pub use note::Note;
pub use prediction::{Outcome, Prediction, WindowPrediction};
pub use probabilities::{NotProbabilities, Probabilities};
pub use profile::Profile;
pub use turn::{Expression, Turn, speaker_name};
