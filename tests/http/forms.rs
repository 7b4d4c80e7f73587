//! Forms that hold no clip, or are no forms.

use axum::{
    body::Body,
    http::{Request, StatusCode, header::CONTENT_TYPE},
};

use crate::{
    clips::syllables_wav,
    trial::{FORM_ROUTES, form_with, post_form, send, shipped},
};

#[tokio::test]
async fn a_form_without_a_file_is_told_so() {
    let other_field = form_with("clip", "voice.wav", &syllables_wav(1.0));
    let nothing_chosen = form_with("file", "", b"");
    for form in [other_field, nothing_chosen] {
        for route in ["/predict", "/api/recognize"] {
            let answer = send(shipped(), post_form(route, form.clone().into())).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST);
            assert_eq!(answer.code(), "no_file");
        }
    }
}

#[tokio::test]
async fn what_is_no_form_is_told_so() {
    for content_type in [
        None,
        Some("multipart/form-data"),
        Some("application/json"),
        Some("\u{ff}"),
    ] {
        for route in FORM_ROUTES {
            let mut request = Request::post(route)
                .body(Body::from("{}"))
                .expect("a request");
            if let Some(content_type) = content_type {
                let value = content_type.as_bytes().try_into().expect("a header");
                request.headers_mut().insert(CONTENT_TYPE, value);
            }
            let answer = send(shipped(), request).await;
            assert_eq!(
                answer.status,
                StatusCode::BAD_REQUEST,
                "{route} {content_type:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_form_that_breaks_off_is_incomplete() {
    let whole = form_with("file", "voice.wav", &syllables_wav(1.0));
    let without_end = whole[..whole.len() - 20].to_vec();
    for (form, code) in [
        (without_end, "upload_incomplete"),
        (b"no boundary in sight".to_vec(), "no_boundary"),
        (b"--the-boundary\r\n\xff\xfe".to_vec(), "upload_incomplete"),
    ] {
        for route in ["/predict", "/api/recognize"] {
            let answer = send(shipped(), post_form(route, form.clone().into())).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST);
            assert_eq!(answer.code(), code);
        }
    }
}

#[tokio::test]
async fn other_fields_are_skipped() {
    let mut form =
        b"--the-boundary\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n"
            .to_vec();
    form.extend(form_with("file", "voice.wav", &syllables_wav(1.0)));
    let answer = send(shipped(), post_form("/predict", form.into())).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
}
