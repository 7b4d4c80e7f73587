//! Headers on every answer, request ids, and other sites' forms.

use axum::http::{Request, StatusCode};

use crate::{
    clips::syllables_wav,
    trial::{UPLOAD_ROUTES, get, send, shipped, upload},
};

#[tokio::test]
async fn every_answer_has_the_headers() {
    for request in [
        get("/"),
        get("/health"),
        get("/nowhere"),
        get("/fonts/OFL.txt"),
        get("/api"),
        get("/api/nowhere"),
        get("/api/v1/batches"),
        get("/metrics"),
        get("/language/bn"),
        upload("/predict", b""),
        upload("/api/recognize", b""),
        upload("/api/v1/recognitions", b""),
        upload("/", b""),
    ] {
        let answer = send(shipped(), request).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
        assert!(
            answer
                .header("permissions-policy")
                .contains("microphone=(self)")
        );
        assert!(
            answer
                .header("content-security-policy")
                .contains("frame-ancestors 'none'")
        );
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
        assert!(!answer.header("x-request-id").is_empty());
    }
}

#[tokio::test]
async fn inline_scripts_carry_the_nonce_of_the_policy() {
    let mut nonces = Vec::new();
    for path in ["/", "/nowhere"] {
        let answer = send(shipped(), get(path)).await;
        let policy = answer.header("content-security-policy");
        let (_, rest) = policy.split_once("'nonce-").expect("a nonce");
        let (nonce, _) = rest.split_once('\'').expect("a nonce that ends");
        assert!(policy.contains("'wasm-unsafe-eval'") && policy.contains("media-src 'self' blob:"));
        for script in answer.text().split("<script").skip(1) {
            let (script, _) = script.split_once("</script>").expect("a script that ends");
            let (tag, code) = script.split_once('>').expect("a tag that ends");
            let has_nonce = tag.contains(&format!("nonce=\"{nonce}\""));
            assert!(
                has_nonce || tag.contains("src=") || code.is_empty(),
                "{script}"
            );
        }
        nonces.push(nonce.to_owned());
    }
    assert_ne!(nonces[0], nonces[1]);
}

#[tokio::test]
async fn a_request_keeps_a_plain_id_and_loses_any_other() {
    let with_id = |id: &str| {
        Request::get("/health")
            .header("x-request-id", id)
            .body("".into())
            .expect("a request")
    };
    let kept = send(shipped(), with_id("trace-42_a")).await;
    assert_eq!(kept.header("x-request-id"), "trace-42_a");
    for id in ["two words", &"x".repeat(65)] {
        let replaced = send(shipped(), with_id(id)).await;
        assert_eq!(replaced.header("x-request-id").len(), 36);
    }
}

#[tokio::test]
async fn other_sites_forms_are_refused() {
    let clip = syllables_wav(1.0);
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://elsewhere.example"),
        ("origin", "null"),
    ] {
        for route in UPLOAD_ROUTES {
            let mut request = upload(route, &clip);
            let headers = request.headers_mut();
            headers.insert("host", "here.example".parse().expect("a header"));
            headers.insert(name, value.parse().expect("a header"));
            let status = send(shipped(), request).await.status;
            let expected = match route {
                "/" | "/api/recognize" => StatusCode::FORBIDDEN,
                _ => StatusCode::OK,
            };
            assert_eq!(status, expected, "{route} {name}: {value}");
        }
    }
    for (name, value) in [
        ("sec-fetch-site", "same-origin"),
        ("origin", "http://here.example"),
    ] {
        let mut request = upload("/api/recognize", &clip);
        let headers = request.headers_mut();
        headers.insert("host", "here.example".parse().expect("a header"));
        headers.insert(name, value.parse().expect("a header"));
        assert_eq!(
            send(shipped(), request).await.status,
            StatusCode::OK,
            "{name}: {value}"
        );
    }
}

#[tokio::test]
async fn the_worker_may_ask_this_server_only() {
    let worker = send(shipped(), get("/service-worker.js")).await;
    assert_eq!(worker.status, StatusCode::OK);
    assert_eq!(
        worker.header("content-security-policy"),
        "default-src 'none'; connect-src 'self'"
    );
    assert_eq!(worker.header("cache-control"), "no-cache");
    let page = send(shipped(), get("/")).await;
    assert!(
        page.header("content-security-policy")
            .contains("worker-src 'self'; manifest-src 'self'")
    );
}
