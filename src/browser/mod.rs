//! The only door to the browser's own interfaces: microphone, files, player, storage, focus.
//!
//! Everything here compiles for the server too, where nothing calls it: call it in event handlers
//! and effects only, never while rendering.

mod clip;
mod dynamic;
mod export;
mod file_choice;
mod focus;
mod media_type;
mod microphone;
mod object_url;
mod player;
mod recorder;
mod recorder_session;
mod recorder_state;
mod result_picture;
pub mod storage;

pub use clip::Clip;
pub use export::{copy, save_text, save_url};
pub use file_choice::{chosen_file, dropped_file};
pub use focus::focus;
pub use player::{Player, pointer_share};
pub use recorder::Recorder;
use recorder_session::RecorderSession;
pub use recorder_state::{MAX_RECORDING_S, NEARLY_FULL_S, RecorderEvent, RecorderState};
pub use result_picture::ResultPicture;
