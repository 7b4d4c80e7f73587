//! Bounds that several sides share.

/// Sample rate of everything behind the resampler, Hz.
pub const SAMPLE_RATE_HZ: u32 = 16_000;

/// Shortest clip in which a prediction is made, seconds: about one stressed word.
pub const MIN_DURATION_S: f32 = 0.5;

/// What a file dialog offers, as HTML's `accept` lists it, and what is taken out of a folder: some systems know a
/// format by its extension only.
pub const ACCEPTED_FILES: &str = "audio/*,video/webm,video/mp4,.wav,.flac,.mp3,.ogg,.oga,.opus,.webm,.m4a,.mp4,.aac,\
    .caf,.amr,.3gp,.au,.mov,.mp2";
