//! What a form's fields tell of who speaks.

use std::str::FromStr;

use vocabulary::Emotion;

use super::form::{Clip, SpeakerFields};
use crate::error::AppError;

/// What the queue is asked for a clip, with the profile in its form's field, where there is any content.
///
/// # Errors
/// [`AppError::ProfileRefused`] when it is none.
pub fn asked(clip: Clip, model_id: &str) -> Result<pipeline::Request, AppError> {
    let refused = |_| AppError::ProfileRefused {
        model: model_id.to_owned(),
    };
    let content = clip.speaker.profile.filter(|json| !json.is_empty());
    let profile = content.map(|json| serde_json::from_slice(&json).map_err(refused));
    Ok(pipeline::Request {
        profile: profile.transpose()?,
        ..clip.bytes.into()
    })
}

/// What the speaker expresses, where the form tells.
///
/// # Errors
/// [`AppError::UnknownEmotion`].
pub fn emotion(speaker: &SpeakerFields) -> Result<Option<Emotion>, AppError> {
    let content = speaker.emotion.as_ref().filter(|code| !code.is_empty());
    let emotion = content.map(|code| {
        let known = str::from_utf8(code).ok().map(Emotion::from_str);
        known.and_then(Result::ok).ok_or(AppError::UnknownEmotion)
    });
    emotion.transpose()
}
