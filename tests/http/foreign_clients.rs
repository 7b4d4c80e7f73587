//! What other people's programs send: names, boundaries, encodings that browsers do not use.

use std::io::Write;

use axum::{
    body::Body,
    http::{
        Request, StatusCode,
        header::{CONTENT_ENCODING, CONTENT_TYPE},
    },
};
use serde_json::{Value, json};

use crate::{
    clips::{silent_wav, syllables_wav},
    trial::{Answer, form_of, form_of_parts, form_with, post_form, send, shipped, upload},
};

const RECOGNITIONS: &str = "/api/v1/recognitions";
const BATCHES: &str = "/api/v1/batches";

fn typed(path: &str, content_type: &str, body: Vec<u8>) -> Request<Body> {
    Request::post(path)
        .header(CONTENT_TYPE, content_type)
        .body(body.into())
        .expect("a request")
}

/// Standard base64, by the program that everybody has.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = bytes.chunks(3).flat_map(|group| {
        let bits = group
            .iter()
            .fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte));
        let bits = bits << (8 * (3 - group.len()));
        (0..4).map(move |digit| match digit <= group.len() {
            true => DIGITS[(bits >> (18 - 6 * digit)) as usize & 63] as char,
            false => '=',
        })
    });
    groups.collect()
}

fn results(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()["results"]
        .as_array()
        .expect("results")
        .clone()
}

#[tokio::test]
async fn media_types_have_no_case() {
    let form = form_with("file", "voice.wav", &syllables_wav(1.0));
    for path in [RECOGNITIONS, BATCHES, "/predict", "/api/recognize", "/"] {
        let content_type = "Multipart/FORM-Data; Boundary=the-boundary";
        let answer = send(shipped(), typed(path, content_type, form.clone())).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_boundary_that_cannot_be_used_is_named() {
    let form = form_with("file", "voice.wav", &syllables_wav(1.0));
    for content_type in [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=other",
        "multipart/form-data; boundary=other; boundary=the-boundary",
        "multipart/mixed; boundary=the-boundary",
    ] {
        for path in [RECOGNITIONS, BATCHES, "/predict"] {
            let answer = send(shipped(), typed(path, content_type, form.clone())).await;
            assert_eq!(
                (answer.status.as_u16(), answer.code().as_str()),
                (400, "no_boundary")
            );
            for message in ["message_en", "message_bn"] {
                let json = answer.json();
                assert!(json[message].as_str().expect("text").contains("boundary"));
            }
        }
    }
}

#[tokio::test]
async fn the_name_of_the_field_is_told() {
    for (path, field) in [
        (RECOGNITIONS, "audio_file"),
        ("/predict", "audio"),
        ("/predict", "file[]"),
    ] {
        let form = form_with(field, "voice.wav", &syllables_wav(1.0));
        let answer = send(shipped(), post_form(path, form.into())).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (400, "no_file")
        );
        for message in ["message_en", "message_bn"] {
            assert!(
                answer.json()[message]
                    .as_str()
                    .expect("text")
                    .contains("“file”")
            );
        }
    }
}

#[tokio::test]
async fn every_part_of_a_batch_has_a_result_under_its_name() {
    let clip = syllables_wav(1.0);
    let heads: [(&[u8], Option<&str>); 6] = [
        (
            b"Content-Disposition: form-data; name=file; filename=one.wav",
            Some("one.wav"),
        ),
        (
            b"Content-Disposition: form-data; name=\"b\"\r\nContent-Type: audio/ogg",
            None,
        ),
        (
            b"Content-Type: audio/ogg\r\nContent-Disposition: form-data; name=file; \
              filename=\"=?utf-8?B?4KaGLm9nZw==?=\"; filename*=utf-8''%E0%A6%86.ogg",
            Some("আ.ogg"),
        ),
        (
            b"Content-Disposition: form-data; name=file; filename*=utf-8''%E0%A6%87.ogg",
            Some("ই.ogg"),
        ),
        (
            b"Content-Disposition: form-data; name=file; filename=\"\xff.wav\"",
            Some("\u{fffd}.wav"),
        ),
        (
            b"content-disposition: form-data; name=\"file\"; filename=\"q\\\"x.wav\"",
            Some("q\"x.wav"),
        ),
    ];
    let parts = heads.map(|(head, _)| (head.to_vec(), &clip[..]));
    let answer = send(shipped(), post_form(BATCHES, form_of_parts(&parts).into())).await;
    let results = results(&answer);
    assert_eq!(results.len(), heads.len());
    for (index, (result, (_, name))) in results.iter().zip(heads).enumerate() {
        assert_eq!(result["index"], index);
        assert_eq!(result["file_name"].as_str(), name);
        assert!(result["recognition"].is_object(), "{result}");
    }
}

#[tokio::test]
async fn files_that_are_not_heard_are_told() {
    let (clip, silence) = (syllables_wav(1.0), silent_wav(1.0));
    let files: [(&str, &str, &[u8]); 4] = [
        ("file", "", b""),
        ("file", "a.wav", &clip),
        ("note", "b.txt", b"hello"),
        ("file", "c.wav", &silence),
    ];
    let answer = send(shipped(), post_form(RECOGNITIONS, form_of(&files).into())).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.json()["n_further_files"], 1);
    let one = send(shipped(), upload(RECOGNITIONS, &clip)).await;
    assert!(one.json().get("n_further_files").is_none());
}

#[tokio::test]
async fn a_compressed_body_is_refused_by_its_header() {
    let clip = syllables_wav(1.0);
    for path in [RECOGNITIONS, BATCHES, "/predict", "/api/recognize"] {
        for (encoding, is_refused) in [("gzip", true), ("br", true), ("Identity", false)] {
            let mut request = upload(path, &clip);
            let value = encoding.parse().expect("a header");
            request.headers_mut().insert(CONTENT_ENCODING, value);
            let answer = send(shipped(), request).await;
            let status = if is_refused { 415 } else { 200 };
            assert_eq!(answer.status.as_u16(), status, "{path} {encoding}");
            if is_refused {
                assert_eq!(answer.code(), "unusable_header");
                assert!(answer.text().contains("\"header\":\"content-encoding\""));
            }
        }
    }
}

#[tokio::test]
async fn base64_is_heard_like_what_it_says() {
    let clip = syllables_wav(1.0);
    let plain = send(shipped(), typed(RECOGNITIONS, "audio/wav", clip.clone()))
        .await
        .json();
    let text = base64(&clip);
    let json = serde_json::to_vec(&json!({"audio": text, "language": "bn"})).expect("JSON");
    let url = format!("data:audio/wav;base64,{text}").into_bytes();
    let mut lines = Vec::new();
    for line in text.as_bytes().chunks(76) {
        lines.write_all(line).expect("memory");
        lines.write_all(b"\r\n").expect("memory");
    }
    let head = b"Content-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\
                 Content-Transfer-Encoding: BASE64";
    let form = form_of_parts(&[(head.to_vec(), &lines)]);
    for request in [
        typed(RECOGNITIONS, "application/json", json.clone()),
        typed(RECOGNITIONS, "text/plain", url),
        post_form(RECOGNITIONS, form.into()),
    ] {
        let answer = send(shipped(), request).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!(answer.json(), plain);
    }
    let predict = send(shipped(), typed("/predict", "application/json", json)).await;
    assert_eq!(
        (predict.status.as_u16(), predict.code().as_str()),
        (400, "no_file")
    );
}
