//! The only door to the browser's own interfaces: microphone, files, focus.
//!
//! Everything here compiles for the server too, where nothing calls it: call it in event handlers
//! and effects only, never while rendering.

mod clip;
mod file_choice;
mod focus;
mod media_type;
mod microphone;
mod object_url;
mod recorder;
mod recorder_session;
mod recorder_state;

pub use clip::Clip;
pub use file_choice::{chosen_file, dropped_file};
pub use focus::focus;
pub use recorder::Recorder;
use recorder_session::RecorderSession;
pub use recorder_state::{MAX_RECORDING_S, NEARLY_FULL_S, RecorderEvent, RecorderState};
