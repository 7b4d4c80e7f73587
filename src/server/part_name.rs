//! What a form says about one of its parts: the name of the field and of the file.
//!
//! Input   `Content-Disposition` of a part, any bytes
//! Output  the names as their sender meant them
//! Source  RFC 7578 (forms), RFC 8187 (`filename*`), RFC 2047 (`=?utf-8?B?...?=`, which .NET sends)

use axum::http::{HeaderMap, header::CONTENT_DISPOSITION};
use base64::{Engine, prelude::BASE64_STANDARD};
use percent_encoding::percent_decode_str;

/// The names of one part.
#[derive(Debug, Default, PartialEq)]
pub struct PartName {
    /// Of the field.
    pub field: Option<String>,
    /// Of the file: `filename*` where there is one that can be read, else `filename`.
    pub file: Option<String>,
}

impl PartName {
    /// Reads a part's headers. What is no UTF-8 is replaced, so that no name makes a part disappear.
    pub fn of(headers: &HeaderMap) -> Self {
        let value = headers.get(CONTENT_DISPOSITION);
        let text = value.map(|value| String::from_utf8_lossy(value.as_bytes()));
        Self::parse(text.as_deref().unwrap_or_default())
    }

    fn parse(disposition: &str) -> Self {
        let (mut field, mut plain, mut extended) = (None, None, None);
        for (name, value) in parameters(disposition) {
            match name.to_ascii_lowercase().as_str() {
                "name" => field = Some(value),
                "filename" => plain = Some(of_encoded_word(&value).unwrap_or(value)),
                "filename*" => extended = of_extended(&value),
                _ => {}
            }
        }
        let file = extended.or(plain);
        Self { field, file }
    }
}

/// Name and value of each parameter after the first semicolon.
fn parameters(disposition: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut rest = after(disposition, ';');
    while let Some((name, value)) = rest.split_once('=') {
        let (value, behind) = value_of(value.trim_start());
        found.push((name.trim(), value));
        rest = behind;
    }
    found
}

fn after(text: &str, separator: char) -> &str {
    text.split_once(separator).map_or("", |(_, behind)| behind)
}

/// A value in quotes or without, and what stands behind its semicolon.
fn value_of(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, behind) = text.split_once(';').unwrap_or((text, ""));
        return (value.trim().to_owned(), behind);
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices().peekable();
    while let Some((place, letter)) = letters.next() {
        match (letter, letters.peek()) {
            // Only quotes are escaped: a backslash is a letter of many a path.
            ('\\', Some((_, '"'))) => {
                value.push('"');
                letters.next();
            }
            ('"', _) => return (value, after(&quoted[place..], ';')),
            _ => value.push(letter),
        }
    }
    (value, "")
}

/// `utf-8''%E0%A6%86.ogg`, `iso-8859-1''caf%E9.ogg`.
fn of_extended(value: &str) -> Option<String> {
    let mut parts = value.splitn(3, '\'');
    let charset = parts.next()?;
    let text = parts.nth(1)?;
    let bytes = percent_decode_str(text);
    match charset.to_ascii_lowercase().as_str() {
        "utf-8" => bytes.decode_utf8().ok().map(Into::into),
        // Its letters are the first of Unicode.
        "iso-8859-1" => Some(bytes.map(char::from).collect()),
        _ => None,
    }
}

/// `=?utf-8?B?4KaG?=`, one word or several after each other.
fn of_encoded_word(value: &str) -> Option<String> {
    let words = value.split_ascii_whitespace();
    let bytes: Option<Vec<_>> = words.map(bytes_of_word).collect();
    let bytes = bytes.filter(|words| !words.is_empty())?.concat();
    String::from_utf8(bytes).ok()
}

fn bytes_of_word(word: &str) -> Option<Vec<u8>> {
    let inner = word.strip_prefix("=?")?.strip_suffix("?=")?;
    let mut parts = inner.splitn(3, '?');
    let (charset, encoding, text) = (parts.next()?, parts.next()?, parts.next()?);
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    match encoding {
        "B" | "b" => BASE64_STANDARD.decode(text).ok(),
        "Q" | "q" => {
            let percents = text.replace('%', "%25").replace('_', " ").replace('=', "%");
            Some(percent_decode_str(&percents).collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_their_senders_meant_them() {
        for (disposition, field, file) in [
            (
                r#"form-data; name="file"; filename="a.ogg""#,
                "file",
                Some("a.ogg"),
            ),
            (
                "form-data; name=file; filename=a.ogg",
                "file",
                Some("a.ogg"),
            ),
            (
                "FORM-DATA ; NAME = file ; FileName = a.ogg ",
                "file",
                Some("a.ogg"),
            ),
            (
                r#"form-data; filename="a;name=b.ogg"; name="file""#,
                "file",
                Some("a;name=b.ogg"),
            ),
            (
                r#"form-data; name="file"; filename="q\"uote.ogg""#,
                "file",
                Some("q\"uote.ogg"),
            ),
            (
                r#"form-data; name="file"; filename="C:\rec\a.ogg""#,
                "file",
                Some(r"C:\rec\a.ogg"),
            ),
            (
                r#"form-data; name="file"; filename="q%22uote.ogg""#,
                "file",
                Some("q%22uote.ogg"),
            ),
            (
                "form-data; name=file; filename*=utf-8''%E0%A6%86.ogg",
                "file",
                Some("আ.ogg"),
            ),
            (
                "form-data; name=file; filename*=ISO-8859-1''caf%E9.ogg",
                "file",
                Some("café.ogg"),
            ),
            (
                "form-data; name=file; filename*=UTF-8'bn'%E0%A6%86.ogg; filename=x.ogg",
                "file",
                Some("আ.ogg"),
            ),
            (
                "form-data; name=file; filename=x.ogg; filename*=koi8-r''%C1.ogg",
                "file",
                Some("x.ogg"),
            ),
            (
                r#"form-data; name=file; filename="=?utf-8?B?4KaGLm9nZw==?=""#,
                "file",
                Some("আ.ogg"),
            ),
            (
                r#"form-data; name=file; filename="=?UTF-8?Q?=E0=A6=86_1%.ogg?=""#,
                "file",
                Some("আ 1%.ogg"),
            ),
            (
                r#"form-data; name=file; filename="=?x?=""#,
                "file",
                Some("=?x?="),
            ),
            (r#"form-data; name="আমার""#, "আমার", None),
            (
                r#"form-data; name="file"; filename="never ends"#,
                "file",
                Some("never ends"),
            ),
        ] {
            let expected = PartName {
                field: Some(field.to_owned()),
                file: file.map(str::to_owned),
            };
            assert_eq!(PartName::parse(disposition), expected, "{disposition}");
        }
        assert_eq!(PartName::parse(""), PartName::default());
        assert_eq!(PartName::parse("=;=;\"=\""), PartName::default());
    }

    #[test]
    fn a_name_that_is_no_utf_8_is_still_a_name() {
        let value = b"form-data; name=\"file\"; filename=\"\xff\xfea.ogg\"";
        let value = value[..].try_into().expect("a header may hold such bytes");
        let headers = HeaderMap::from_iter([(CONTENT_DISPOSITION, value)]);
        let file = PartName::of(&headers).file.expect("a name");
        assert!(file.ends_with("a.ogg"), "{file}");
    }
}
