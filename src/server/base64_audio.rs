//! Clips that programs send as text: `{"audio": "..."}`, `data:audio/ogg;base64,...`, bodies and parts in base64.

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

/// What some programs put before a text.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

#[derive(Deserialize)]
struct Json<'a> {
    #[serde(borrow, alias = "file")]
    audio: std::borrow::Cow<'a, str>,
}

/// The clip in a request's body: what it says in base64, or itself.
pub fn clip_of_body(body: Bytes) -> Bytes {
    match text_of(&body) {
        Some(text) => decode(text.as_bytes()),
        None => body,
    }
}

/// The base64 in a JSON object, in a `data:` URL, or alone. No audio format begins like the first two or is nothing
/// but letters.
fn text_of(body: &[u8]) -> Option<std::borrow::Cow<'_, str>> {
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let start = body.trim_ascii();
    if start.starts_with(b"{") {
        return serde_json::from_slice::<Json>(body)
            .ok()
            .map(|json| json.audio);
    }
    let is_base64 = is_url(start) || is_bare(start);
    is_base64.then(|| std::str::from_utf8(start).ok().map(Into::into))?
}

/// Whether a text is digits of base64 in lines. Prose has blanks.
fn is_bare(text: &[u8]) -> bool {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=\r\n".contains(byte);
    !text.is_empty() && text.iter().all(is_digit)
}

/// Whether a text is a `data:` URL.
fn is_url(text: &[u8]) -> bool {
    let scheme = text.get(..5);
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"data:"))
}

/// Decodes base64, with or without `data:...;base64,` before it and line breaks in it; what is none is returned as it
/// is, and then refused as what it is.
fn decode(text: &[u8]) -> Bytes {
    let text = text.trim_ascii();
    let comma = text.iter().take(200).position(|&byte| byte == b',');
    let digits = match comma {
        Some(comma) if is_url(text) => &text[comma + 1..],
        _ => text,
    };
    let is_digit = |byte: &u8| !byte.is_ascii_whitespace();
    // The alphabet of addresses (RFC 4648) differs in two digits.
    let usual = |byte: u8| match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    };
    let digits = digits.iter().copied().filter(is_digit);
    let digits: Vec<u8> = digits.map(usual).collect();
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
            "DATA:audio/wav;BASE64,UklGRg==",
            "\u{feff}{\"file\": \"UklGRg==\"}",
            "UklGRg==",
            "\u{feff}Ukl\r\nGRg\r\n",
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
            b"words with blanks",
            b"hello",
        ] {
            assert_eq!(clip_of_body(Bytes::from_static(body)), body);
        }
    }
}
