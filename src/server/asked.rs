//! What a form's fields, and the address above them, ask for beside the clip: a model, a voice, an emotion, how voices
//! are told apart, a format, moments that matter.

use std::{str::FromStr, sync::Arc};

use axum::body::Bytes;
use export::Format;
use moments::{MAX_PEAKS, MAX_RULES, Rule};
use pipeline::{Apart, Queue, Speakers};
use vocabulary::Emotion;

use super::{
    entry::Entry,
    form::{Clip, Fields},
    models::Models,
};
use crate::error::AppError;

/// The model that is to hear a clip and what it is asked, with the profile in its form's field, where there is any
/// content. `model` is what stands in the address, above the form's field; who asks for none gets what its tenant
/// prefers.
///
/// # Errors
/// [`AppError::ProfileRefused`] when it is none, [`AppError::UnknownModel`].
pub async fn asked(
    clip: Clip,
    model: Option<&str>,
    entry: &Entry,
    models: &Models,
) -> Result<(Arc<Queue>, pipeline::Request), AppError> {
    let in_form = clip.fields.model.as_deref().map(String::from_utf8_lossy);
    let named = model.or(in_form.as_deref()).filter(|name| !name.is_empty());
    let recognitions = models.named(named.or(entry.usual_model())).await?;
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

/// How the clip's voices are told apart: `speakers` is `auto` or their number, `channels` is `separate` where each is
/// heard by itself.
///
/// # Errors
/// [`AppError::UnknownValue`].
pub fn apart(speakers: Option<&str>, channels: Option<&str>) -> Result<Apart, AppError> {
    let speakers = speakers.map(str::parse::<Speakers>).transpose();
    let channels = match channels {
        None | Some("mixed") => Ok(false),
        Some("separate") => Ok(true),
        Some(_) => Err(unknown_value("channels", ["mixed", "separate"])),
    };
    Ok(Apart {
        speakers: speakers.map_err(|_| unknown_value("speakers", Speakers::known()))?,
        channels: channels?,
    })
}

/// The format of a name; JSON where there is none.
///
/// # Errors
/// [`AppError::UnknownValue`].
pub fn format(name: Option<&str>) -> Result<Option<Format>, AppError> {
    let Some(name) = name.filter(|name| *name != "json") else {
        return Ok(None);
    };
    name.parse().map(Some).map_err(|_| {
        let known = Format::ALL.into_iter().map(Format::name);
        unknown_value("format", known.chain(["json"]))
    })
}

/// A field says what is none of those.
pub fn unknown_value<T: Into<String>>(field: &str, known: impl IntoIterator<Item = T>) -> AppError {
    AppError::UnknownValue {
        field: field.to_owned(),
        known: known.into_iter().map(Into::into).collect(),
    }
}

/// How many peaks of each emotion are told; none where nobody says.
///
/// # Errors
/// [`AppError::UnknownValue`].
pub fn n_peaks(number: Option<&str>) -> Result<usize, AppError> {
    let Some(number) = number else {
        return Ok(0);
    };
    let n_peaks = number.trim().parse().ok();
    let n_peaks = n_peaks.filter(|n_peaks| (0..=MAX_PEAKS).contains(n_peaks));
    n_peaks
        .map(|n_peaks| n_peaks as usize)
        .ok_or_else(|| unknown_value("peaks", [format!("0–{MAX_PEAKS}")]))
}

/// Rules with `;` between them.
///
/// # Errors
/// [`AppError::UnknownValue`], also for more than [`MAX_RULES`].
pub fn rules(text: Option<&str>) -> Result<Vec<Rule>, AppError> {
    let texts = text.into_iter().flat_map(|text| text.split(';'));
    let texts = texts.filter(|text| !text.trim().is_empty());
    let rules: Result<Vec<Rule>, _> = texts.map(str::parse).collect();
    let rules = rules.ok().filter(|rules| rules.len() <= MAX_RULES);
    rules.ok_or_else(|| unknown_value("alerts", [Rule::EXAMPLE]))
}

/// What a field says, where it says anything.
pub fn word(field: Option<&Bytes>) -> Option<&str> {
    // What is no text is no value that there is.
    content(field).map(|content| str::from_utf8(content).unwrap_or("\u{fffd}"))
}

fn content(field: Option<&Bytes>) -> Option<&Bytes> {
    field.filter(|content| !content.is_empty())
}
