//! How a clip is heard and told, in the address, above the fields of its form, above the headers.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{header::ACCEPT, request::Parts},
};
use export::Format;
use pipeline::Apart;
use utoipa::IntoParams;

use crate::{
    error::AppError,
    server::{
        asked::{apart, format, word},
        form::Fields,
        v1::model::pairs,
    },
};

/// How voices are told apart, and the file that is answered.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Manner {
    /// How many voices take turns, 1 to 6, or `auto`: the answer has `turns`.
    #[param(example = "2")]
    speakers: Option<String>,
    /// `separate`: each of two channels is heard by itself too, and the answer has `channels` and `turns`.
    #[param(example = "separate")]
    channels: Option<String>,
    /// Of a file for other tools: `csv`, `textgrid`, `eaf`, `audacity`, `vtt`, `srt`, `rttm` or `labelstudio`. Without
    /// one the header `Accept` decides, and otherwise it is `json`.
    #[param(example = "json")]
    format: Option<String>,
    #[param(ignore)]
    accepted: Option<Format>,
}

impl Manner {
    /// What is asked for, with what the form says where the address is silent.
    ///
    /// # Errors
    /// [`AppError::UnknownValue`].
    pub fn with(&self, fields: &Fields) -> Result<(Apart, Option<Format>), AppError> {
        let or =
            |own: &'_ Option<String>, field| own.clone().or_else(|| word(field).map(str::to_owned));
        let speakers = or(&self.speakers, fields.speakers.as_ref());
        let channels = or(&self.channels, fields.channels.as_ref());
        let named = or(&self.format, fields.format.as_ref());
        let format = match &named {
            Some(name) => format(Some(name))?,
            None => self.accepted,
        };
        Ok((apart(speakers.as_deref(), channels.as_deref())?, format))
    }
}

impl<S: Sync> FromRequestParts<S> for Manner {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let value = |name: &str| {
            let mut pairs = pairs(parts).filter(|(_, value)| !value.is_empty());
            let pair = pairs.find(|(known, _)| known == name);
            pair.map(|(_, value)| value)
        };
        let accept = parts.headers.get(ACCEPT);
        Ok(Self {
            speakers: value("speakers"),
            channels: value("channels"),
            format: value("format"),
            accepted: accept.and_then(|accept| accepted(accept.to_str().ok()?)),
        })
    }
}

/// The format whose media type is the only one that a client accepts; plain text is that of several.
fn accepted(accept: &str) -> Option<Format> {
    let essence = |media_type: &str| {
        media_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    let accept = essence(accept.trim());
    let own = |format: &Format| essence(format.media_type()) == accept;
    match &*accept {
        "text/plain" | "application/json" => None,
        _ => Format::ALL.into_iter().find(own),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_of_its_own_names_a_format() {
        for (accept, expected) in [
            ("text/csv", Some(Format::Csv)),
            (" text/vtt; charset=utf-8", Some(Format::Vtt)),
            ("text/praat-textgrid", Some(Format::TextGrid)),
            ("application/x-subrip", Some(Format::Srt)),
            ("application/json", None),
            ("text/plain", None),
            ("*/*", None),
            ("", None),
            ("text/html,application/xhtml+xml,*/*;q=0.8", None),
        ] {
            assert_eq!(accepted(accept), expected, "{accept}");
        }
    }
}
