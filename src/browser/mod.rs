//! The only door to the browser's own interfaces: microphone, files, player, storage, focus.
//!
//! Everything here compiles for the server too, where nothing calls it: call it in event handlers
//! and effects only, never while rendering.

mod acknowledgement;
mod answer;
mod clip;
mod connection;
mod decoded;
mod details;
mod dialog;
mod drop;
mod dynamic;
mod export;
mod file_choice;
mod focus;
mod input_device;
mod install;
mod kept_recording;
mod keys;
mod leaving;
mod level;
mod level_meter;
mod media_type;
mod microphone;
mod object_url;
mod on_device;
mod part_player;
mod player;
mod recorder;
mod recorder_part;
mod recorder_session;
mod recorder_state;
mod result_picture;
mod slider;
pub mod storage;
mod upload;

pub use acknowledgement::{acknowledge, is_acknowledged};
pub use answer::fetch_answer;
pub use clip::Clip;
pub use connection::{keep_offline, watch_connection};
pub use decoded::Decoded;
pub use details::open_details;
pub use dialog::{ask_text, close_dialog, open_dialog};
pub use drop::take_drops;
pub use export::{can_share, copy, save_clip, save_text, save_url, share};
pub use file_choice::{chosen_files, fetch_clip, files_in, pasted_files};
pub use focus::{focus, focus_at_top, scroll_to_top};
pub use input_device::{InputDevice, input_devices};
pub use install::InstallOffer;
pub use kept_recording::{forget_recording, kept_recording, shared_clips};
pub use keys::{Key, seek_shown, toggle_shown, watch_keys};
pub use leaving::ask_before_leaving;
pub use level::{LevelHint, LevelHistory, N_LEVELS};
pub use on_device::{Hearing, Now, Ribbon, prepare_device};
pub use part_player::play_within;
pub use player::{Player, hold_pointer, pause_others, pointer_share};
pub use recorder::Recorder;
use recorder_session::RecorderSession;
pub use recorder_state::{
    MAX_LIVE_S, MAX_PART_S, MAX_RECORDING_S, NEARLY_FULL_S, RecorderEvent, RecorderState,
};
pub use result_picture::{Lane, ResultPicture};
pub use slider::move_slider;
pub use upload::{Upload, UploadEvent};
