//! Clips that programs send as text: `{"audio": "..."}`, `data:audio/ogg;base64,...`, parts in base64.

use axum::body::Bytes;
use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::Deserialize;

/// Takes padding or leaves it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[derive(Deserialize)]
struct Json<'a> {
    #[serde(borrow)]
    audio: std::borrow::Cow<'a, str>,
}

/// The clip in a request's body: what it says in base64, or itself.
pub fn clip_of_body(body: Bytes) -> Bytes {
    match text_of(&body) {
        Some(text) => decode(text.as_bytes()),
        None => body,
    }
}

/// The base64 in a JSON object or a `data:` URL. No audio format begins like either.
fn text_of(body: &[u8]) -> Option<std::borrow::Cow<'_, str>> {
    let start = body.trim_ascii_start();
    if start.starts_with(b"{") {
        return serde_json::from_slice::<Json>(body)
            .ok()
            .map(|json| json.audio);
    }
    let is_url = start.starts_with(b"data:");
    is_url.then(|| std::str::from_utf8(start).ok().map(Into::into))?
}

/// Decodes base64, with or without `data:...;base64,` before it and line breaks in it; what is none is returned as it
/// is, and then refused as what it is.
pub fn decode(text: &[u8]) -> Bytes {
    let text = text.trim_ascii();
    let comma = text.iter().take(200).position(|&byte| byte == b',');
    let digits = match comma {
        Some(comma) if text.starts_with(b"data:") => &text[comma + 1..],
        _ => text,
    };
    let is_digit = |byte: &u8| !byte.is_ascii_whitespace();
    let digits: Vec<u8> = digits.iter().copied().filter(is_digit).collect();
    match BASE64.decode(&digits) {
        Ok(clip) => clip.into(),
        Err(_) => Bytes::copy_from_slice(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clips_as_text_are_decoded_and_others_left_alone() {
        for body in [
            r#"{"audio": "UklGRg=="}"#,
            r#" {"model": "x", "audio": "data:audio/wav;base64,UklGRg"}"#,
            "data:audio/wav;base64,Ukl\r\nGRg==\r\n",
        ] {
            assert_eq!(
                clip_of_body(Bytes::from_static(body.as_bytes())),
                "RIFF",
                "{body}"
            );
        }
        for body in [
            &b"RIFF\x00\x01"[..],
            b"{\"audio\": 1}",
            b"{",
            b"",
            b"data:x",
        ] {
            assert_eq!(clip_of_body(Bytes::from_static(body)), body);
        }
    }
}
