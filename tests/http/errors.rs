//! Whatever goes wrong in the interface is told in one envelope and both languages.

use axum::{
    body::Body,
    http::{
        Method, Request, StatusCode,
        header::{ALLOW, CONTENT_TYPE},
    },
};

use crate::trial::{Answer, get, post_form, send, shipped};

fn assert_tells(answer: &Answer, status: u16, code: &str) {
    let json = answer.json();
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (status, code)
    );
    assert_eq!(json["success"], false);
    assert_eq!(json["request_id"], answer.header("x-request-id"));
    let is_bengali = |letter: char| ('\u{980}'..='\u{9FF}').contains(&letter);
    for (key, expected) in [("message_en", false), ("message_bn", true)] {
        let message = json[key].as_str().expect("a message");
        assert!(!message.is_empty());
        assert_eq!(message.contains(is_bengali), expected, "{message}");
    }
}

fn request(method: Method, path: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    request.body(Body::empty()).expect("a request")
}

#[tokio::test]
async fn unknown_addresses_are_told_so() {
    for path in [
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v2/recognitions",
        "/api/x",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let answer = send(shipped(), request(method, path)).await;
            assert_tells(&answer, 404, "not_found");
        }
    }
}

#[tokio::test]
async fn who_posts_to_no_address_of_ours_is_told_so() {
    for path in [
        "/predict/",
        "/api/v1/recognitions/",
        "//api/v1/recognitions",
        "/upload",
        "/API/V1/Recognitions",
    ] {
        let answer = send(shipped(), request(Method::POST, path)).await;
        assert_tells(&answer, 404, "not_found");
    }
    let of_file = send(shipped(), request(Method::POST, "/icon.svg")).await;
    assert_tells(&of_file, 405, "method_not_allowed");
    assert_eq!(of_file.header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn other_methods_are_told_so_and_which_there_are() {
    for (method, path, allowed) in [
        (Method::GET, "/api/v1/recognitions", "POST"),
        (Method::OPTIONS, "/api/v1/recognitions", "POST"),
        (Method::PUT, "/api/v1/batches", "POST"),
        (Method::POST, "/api/v1/model", "GET,HEAD"),
        (Method::DELETE, "/api/v1/emotions", "GET,HEAD"),
        (Method::GET, "/predict", "POST"),
        (Method::POST, "/health", "GET,HEAD"),
        (Method::POST, "/healthz", "GET,HEAD"),
        (Method::TRACE, "/metrics", "GET,HEAD"),
        (Method::GET, "/api/recognize", "POST"),
    ] {
        let answer = send(shipped(), request(method, path)).await;
        assert_tells(&answer, 405, "method_not_allowed");
        assert_eq!(answer.headers[ALLOW], allowed, "{path}");
    }
}

#[tokio::test]
async fn large_heads_are_told_so() {
    let mut large = get("/api/v1/model");
    let value = "x".repeat(70_000).parse().expect("a header");
    large.headers_mut().insert("x-large", value);
    let answer = send(shipped(), large).await;
    assert_tells(&answer, 431, "head_too_large");
}

#[tokio::test]
async fn broken_forms_are_told_so() {
    let broken = b"--the-boundary\r\nContent-Disposition: form-data; name=\"file\"\r\nX: \xff\xfe";
    for path in ["/api/v1/recognitions", "/api/v1/batches", "/predict"] {
        let answer = send(shipped(), post_form(path, broken.to_vec().into())).await;
        assert_tells(&answer, 400, "upload_incomplete");
        let mut without_boundary = post_form(path, Body::from("x"));
        let content_type = "multipart/form-data".parse().expect("a header");
        without_boundary
            .headers_mut()
            .insert(CONTENT_TYPE, content_type);
        let answer = send(shipped(), without_boundary).await;
        assert_tells(&answer, 400, "no_boundary");
    }
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    for path in [
        "/api/v1/model",
        "/api/v1/openapi.json",
        "/api",
        "/health",
        "/healthz",
        "/",
    ] {
        let answer = send(shipped(), request(Method::HEAD, path)).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.body.is_empty(), "{path}");
    }
}
