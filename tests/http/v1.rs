//! The REST interface's own version: recognitions, batches, what describes them and who may use them.

use std::{fs, num::NonZeroUsize, path::Path};

use axum::{
    body::Body,
    http::{
        HeaderName, Method, Request, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, ORIGIN,
        },
    },
};
use banglaser::server::router;
use serde_json::{Value, json};

use crate::{
    clips::{silent_wav, syllables_wav},
    trial::{changed, form_of, get, post_form, send, shipped, state, upload},
};

const RECOGNITIONS: &str = "/api/v1/recognitions";
const BATCHES: &str = "/api/v1/batches";

/// A 16-bit WAV raised thirtyfold and cut off.
fn overdriven(wav: &[u8]) -> Vec<u8> {
    let (head, samples) = wav.split_at(44);
    let raised = samples.chunks_exact(2).flat_map(|sample| {
        i16::from_le_bytes([sample[0], sample[1]])
            .saturating_mul(30)
            .to_le_bytes()
    });
    head.iter().copied().chain(raised).collect()
}

fn raw(clip: Vec<u8>) -> Request<Body> {
    Request::post(RECOGNITIONS)
        .header(CONTENT_TYPE, "audio/wav")
        .body(clip.into())
        .expect("a request")
}

#[tokio::test]
async fn a_clip_is_the_body_or_a_field_of_a_form() {
    let clip = syllables_wav(6.0);
    let of_form = send(shipped(), upload(RECOGNITIONS, &clip)).await;
    let of_body = send(shipped(), raw(clip.clone())).await;
    assert_eq!(of_form.status, StatusCode::OK, "{}", of_form.text());
    assert_eq!(of_form.json(), of_body.json());

    let json = of_form.json();
    let emotion = json["emotion"].as_str().expect("a code");
    assert_eq!(json["probabilities"][emotion], json["confidence"]);
    assert_eq!(json["windows"].as_array().expect("windows").len(), 3);
    // Syllables of a formula are like no voice.
    assert_eq!(json["notes"], json!(["unfamiliar"]));
    assert_eq!(json["outcome"], "unclear");
    assert!(
        json["model"]
            .as_str()
            .is_some_and(|id| id.starts_with("bilstm-"))
    );
    assert!(json["band"]["accuracy"].is_number());

    let predicted = send(shipped(), upload("/predict", &clip)).await.json();
    let label = predicted["top_emotion"]["label_en"]
        .as_str()
        .expect("a label");
    assert_eq!(label.to_lowercase(), emotion);
    let short = send(shipped(), raw(syllables_wav(1.5))).await.json();
    assert_eq!(short["notes"][0], "little_speech");
    let loud = overdriven(&syllables_wav(6.0));
    assert_eq!(
        send(shipped(), raw(loud)).await.json()["notes"],
        json!(["clipped", "unfamiliar"])
    );
}

#[tokio::test]
async fn errors_have_one_envelope() {
    let requests = [
        (raw(Vec::new()), 400, "no_file"),
        (raw(b"no audio at all".to_vec()), 415, "unsupported_audio"),
        (raw(silent_wav(2.0)), 422, "no_speech"),
        (upload(RECOGNITIONS, b""), 400, "empty_file"),
    ];
    for (request, status, code) in requests {
        let answer = send(shipped(), request).await;
        let json = answer.json();
        assert_eq!(
            (answer.status.as_u16(), json["error"]["code"].as_str()),
            (status, Some(code))
        );
        for key in ["message_en", "message_bn", "request_id"] {
            assert!(
                json[key].as_str().is_some_and(|text| !text.is_empty()),
                "{key}"
            );
        }
        assert_eq!(answer.header("x-request-id"), json["request_id"]);
    }
}

#[tokio::test]
async fn a_bad_file_harms_no_other_of_its_batch() {
    let good = syllables_wav(2.0);
    let large = vec![0; 11 << 20];
    let files: [(&str, &str, &[u8]); 4] = [
        ("a", "good.wav", &good),
        ("b", "text.wav", b"text"),
        ("c", "large.wav", &large),
        ("d", "again.wav", &good),
    ];
    let answer = send(shipped(), post_form(BATCHES, form_of(&files).into())).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let json = answer.json();
    let results = json["results"].as_array().expect("results");
    let codes: Vec<_> = results
        .iter()
        .map(|result| result["error"]["error"]["code"].as_str())
        .collect();
    let expected = [None, Some("unsupported_audio"), Some("too_large"), None];
    assert_eq!(codes, expected);
    for (result, (_, name, _)) in results.iter().zip(files) {
        assert_eq!(result["file_name"], name);
    }
    assert_eq!(results[0]["recognition"], results[3]["recognition"]);
}

#[tokio::test]
async fn a_batch_has_a_bounded_number_of_files() {
    let router = changed(|settings| {
        settings.server.max_batch_files = NonZeroUsize::new(2).expect("not 0");
    });
    let files = ["1", "2", "3", "4"].map(|name| ("file", name, &b"text"[..]));
    let form = form_of(&files);
    let json = send(router.clone(), post_form(BATCHES, form.into()))
        .await
        .json();
    let results = json["results"].as_array().expect("results");
    assert_eq!(results.len(), 3);
    assert_eq!(results[2]["error"]["error"]["code"], "too_many_files");

    let nothing = send(router, post_form(BATCHES, form_of(&[]).into())).await;
    assert_eq!(
        (nothing.status.as_u16(), nothing.code().as_str()),
        (400, "no_file")
    );
}

#[tokio::test]
async fn the_model_and_its_emotions_are_told() {
    let model = send(shipped(), get("/api/v1/model")).await.json();
    let emotions = send(shipped(), get("/api/v1/emotions")).await.json();
    let codes: Vec<&Value> = emotions
        .as_array()
        .expect("a list")
        .iter()
        .map(|emotion| &emotion["code"])
        .collect();
    let told: Vec<&Value> = model["emotions"]
        .as_array()
        .expect("codes")
        .iter()
        .collect();
    assert_eq!(codes, told);
    let uar = model["evaluation"]["uar_mean"].as_f64().expect("measured");
    assert!((0.2..1.0).contains(&uar));
}

#[tokio::test]
async fn the_document_describes_routes_that_there_are() {
    let document = send(shipped(), get("/api/v1/openapi.json")).await.json();
    let paths = document["paths"].as_object().expect("paths");
    let mut n_operations = 0;
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().expect("methods") {
            n_operations += 1;
            let request = match method.as_str() {
                "post" => upload(path, &syllables_wav(1.0)),
                _ => get(path),
            };
            let answer = send(shipped(), request).await;
            let status = answer.status.as_u16().to_string();
            // A request like any other becomes no WebSocket.
            let expected = if path.ends_with("/live") {
                "400"
            } else {
                "200"
            };
            assert_eq!(status, expected, "{method} {path}");
            assert!(operation["responses"][&status].is_object());
        }
    }
    assert!(n_operations >= 6);

    let reference = send(shipped(), get("/api")).await;
    for path in paths.keys() {
        assert!(reference.text().contains(path), "{path}");
    }
    for example in ["curl -F file=", "urllib.request.urlopen", "library(httr2)"] {
        assert!(reference.text().contains(example), "{example}");
    }
    assert!(!reference.text().contains("<script"));
}

/// A change of the interface is seen, and meant.
#[tokio::test]
async fn the_document_is_the_one_that_was_reviewed() {
    let answer = send(shipped(), get("/api/v1/openapi.json")).await;
    let document = serde_json::to_string_pretty(&answer.json()).expect("JSON") + "\n";
    let reviewed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi/openapi.json");
    let current = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi.json");
    fs::write(&current, &document).expect("writable");
    let (reviewed_text, current) = (fs::read_to_string(&reviewed), current.display());
    assert!(
        reviewed_text.is_ok_and(|text| text == document),
        "the interface has changed: look at the difference, then cp {current} {}",
        reviewed.display()
    );
}

#[tokio::test]
async fn probes_and_metrics_tell_how_the_server_does() {
    let state = state(|_| {});
    let router = router(state.clone());
    assert_eq!(send(router.clone(), get("/healthz")).await.text(), "ok\n");
    assert_eq!(
        send(router.clone(), get("/readyz")).await.status,
        StatusCode::OK
    );
    send(router.clone(), upload("/predict", b"text")).await;
    send(router.clone(), get("/some/secret/path")).await;
    let metrics = send(router.clone(), get("/metrics")).await;
    let line = r#"banglaser_requests_total{route="/predict",status="415"} 1"#;
    assert!(metrics.text().contains(line), "{}", metrics.text());
    assert!(!metrics.text().contains("secret"));

    state.end();
    let ending = send(router, get("/readyz")).await;
    assert_eq!(ending.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn other_sites_read_answers_only_where_the_settings_say() {
    let of_site = |path: &str| {
        let mut request = get(path);
        let origin = "https://example.org".parse().expect("a header");
        request.headers_mut().insert(ORIGIN, origin);
        request
    };
    let preflight = |path: &str| {
        let mut request = of_site(path);
        *request.method_mut() = Method::OPTIONS;
        let asked = "POST".parse().expect("a header");
        request
            .headers_mut()
            .insert(ACCESS_CONTROL_REQUEST_METHOD, asked);
        request
    };
    for request in [of_site("/api/v1/model"), preflight(RECOGNITIONS)] {
        let closed = send(shipped(), request).await;
        let is_cors = |name: &HeaderName| name.as_str().starts_with("access-control-");
        assert!(!closed.headers.keys().any(is_cors));
    }
    let open = changed(|settings| {
        settings.access.cors_origins = vec!["https://example.org".to_owned()];
    });
    let answer = send(open.clone(), of_site("/api/v1/model")).await;
    assert_eq!(
        answer.header("access-control-allow-origin"),
        "https://example.org"
    );
    assert!(
        !answer
            .headers
            .contains_key("access-control-allow-credentials")
    );
    let asked = send(open.clone(), preflight(RECOGNITIONS)).await;
    assert_eq!(asked.status, StatusCode::OK);
    assert_eq!(asked.header("access-control-allow-methods"), "GET,POST");
    let page = send(open, of_site("/about")).await;
    assert!(!page.headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN));
}
