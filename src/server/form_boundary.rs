//! What stands between the parts of a form, as its `Content-Type` says.

use axum::http::{HeaderMap, header::CONTENT_TYPE};
use mime::Mime;

use crate::error::AppError;

/// Longest boundary (RFC 2046).
const MAX_LEN: usize = 70;

/// Whether a request says that it is a form of parts, of whatever kind.
pub fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).map(|value| value.as_bytes());
    let start = content_type.and_then(|value| value.get(.."multipart/".len()));
    start.is_some_and(|start| start.eq_ignore_ascii_case(b"multipart/"))
}

/// The boundary of a request that is a form.
///
/// # Errors
/// [`AppError::NoBoundary`]: no `multipart/form-data`, and no, an illegal or more than one boundary.
pub fn read(headers: &HeaderMap) -> Result<String, AppError> {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let media_type = content_type.and_then(|text| without_blanks(text.trim()).parse::<Mime>().ok());
    let form = media_type.filter(|media_type| {
        media_type.type_() == mime::MULTIPART && media_type.subtype() == mime::FORM_DATA
    });
    let form = form.ok_or(AppError::NoBoundary)?;
    let mut boundaries = form.params().filter(|(name, _)| *name == mime::BOUNDARY);
    match (boundaries.next(), boundaries.next()) {
        (Some((_, boundary)), None) if (1..=MAX_LEN).contains(&boundary.as_str().len()) => {
            Ok(boundary.as_str().to_owned())
        }
        _ => Err(AppError::NoBoundary),
    }
}

/// Without the blanks that may stand before a semicolon (RFC 9110), which the parser does not know.
fn without_blanks(text: &str) -> String {
    let mut kept = String::new();
    let mut is_quoted = false;
    for letter in text.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            ';' if !is_quoted => kept.truncate(kept.trim_end().len()),
            _ => {}
        }
        kept.push(letter);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_legal_boundary_is_wanted() {
        let of = |content_type: &str| {
            let value = content_type.try_into().expect("a header");
            read(&HeaderMap::from_iter([(CONTENT_TYPE, value)])).ok()
        };
        for (content_type, expected) in [
            ("Multipart/Form-Data; Boundary=XbX", Some("XbX")),
            (
                r#"multipart/form-data;charset=utf-8;boundary="a b:c/d?e""#,
                Some("a b:c/d?e"),
            ),
            (
                "multipart/form-data;boundary=\"XbX\";deferSpec=20220824",
                Some("XbX"),
            ),
            (
                "multipart/form-data ; boundary=XbX ; charset=utf-8",
                Some("XbX"),
            ),
            (r#"multipart/form-data; boundary="a ;b""#, Some("a ;b")),
            ("multipart/form-data", None),
            ("multipart/form-data; boundary=", None),
            ("multipart/form-data; boundary=one; boundary=two", None),
            ("multipart/mixed; boundary=XbX", None),
            ("audio/wav; boundary=XbX", None),
        ] {
            assert_eq!(of(content_type).as_deref(), expected, "{content_type}");
        }
        assert_eq!(
            of(&format!("multipart/form-data; boundary={}", "x".repeat(71))),
            None
        );
    }
}
