//! What a form's fields ask for beside the clip: a model, a voice, an emotion.

use std::{str::FromStr, sync::Arc};

use axum::body::Bytes;
use pipeline::Queue;
use vocabulary::Emotion;

use super::{
    form::{Clip, Fields},
    models::Models,
};
use crate::error::AppError;

/// The model that is to hear a clip and what it is asked, with the profile in its form's field, where there is any
/// content. `model` is what stands in the address, above the form's field.
///
/// # Errors
/// [`AppError::ProfileRefused`] when it is none, [`AppError::UnknownModel`].
pub async fn asked(
    clip: Clip,
    model: Option<&str>,
    models: &Models,
) -> Result<(Arc<Queue>, pipeline::Request), AppError> {
    let in_form = clip.fields.model.as_deref().map(String::from_utf8_lossy);
    let recognitions = models.named(model.or(in_form.as_deref())).await?;
    let refused = |_| AppError::ProfileRefused {
        model: recognitions.recognizer().model_id().to_owned(),
    };
    let profile = content(clip.fields.profile.as_ref());
    let profile = profile.map(|json| serde_json::from_slice(json).map_err(refused));
    let request = pipeline::Request {
        profile: profile.transpose()?,
        ..clip.bytes.into()
    };
    Ok((recognitions, request))
}

/// What the speaker expresses, where the form tells.
///
/// # Errors
/// [`AppError::UnknownEmotion`].
pub fn emotion(fields: &Fields) -> Result<Option<Emotion>, AppError> {
    let emotion = content(fields.emotion.as_ref()).map(|code| {
        let known = str::from_utf8(code).ok().map(Emotion::from_str);
        known.and_then(Result::ok).ok_or(AppError::UnknownEmotion)
    });
    emotion.transpose()
}

fn content(field: Option<&Bytes>) -> Option<&Bytes> {
    field.filter(|content| !content.is_empty())
}
