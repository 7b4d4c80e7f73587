//! Who may send clips, and how many.

use std::{
    fs,
    path::{Path, PathBuf},
};

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{
        Request, StatusCode,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
};
use banglaser::server::router;
use sha2::{Digest, Sha256};

use crate::trial::{changed, form_of, get, post_form, send, state, upload};

/// Every way for a clip into the server, with what is no clip.
pub fn ways() -> Vec<Request<Body>> {
    let mut ways = vec![raw(b"text".to_vec())];
    ways.extend(["/predict", "/api/recognize", "/"].map(|path| upload(path, b"text")));
    ways.push(post_form(
        "/api/v1/batches",
        form_of(&[("a", "a", b"text")]).into(),
    ));
    ways
}

pub fn raw(clip: Vec<u8>) -> Request<Body> {
    Request::post("/api/v1/recognitions")
        .header(CONTENT_TYPE, "audio/wav")
        .body(clip.into())
        .expect("a request")
}

pub fn hash(key: &str) -> String {
    let bytes = Sha256::digest(key);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn key_file(test: &str, lines: &str) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    fs::write(&file, lines).expect("writable");
    file
}

pub fn with_credentials(mut request: Request<Body>, credentials: &str) -> Request<Body> {
    let value = credentials.parse().expect("a header");
    request.headers_mut().insert(AUTHORIZATION, value);
    request
}

pub fn from(mut request: Request<Body>, address: &str) -> Request<Body> {
    let address: std::net::SocketAddr = address.parse().expect("an address");
    request.extensions_mut().insert(ConnectInfo(address));
    request
}

#[tokio::test]
async fn the_page_asks_for_a_key_where_the_settings_say_so() {
    let file = key_file("page-keys", &format!("rima {}\n", hash("one")));
    let router = changed(|settings| {
        settings.access.api_keys = file;
        settings.access.page_needs_key = true;
    });
    let requests = || ways().into_iter().chain([get("/"), get("/bn/about")]);
    for request in requests() {
        let path = request.uri().clone();
        let answer = send(router.clone(), request).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let asked = send(router.clone(), get("/")).await;
    assert!(asked.header("www-authenticate").starts_with("Basic realm="));
    // "rima:one" and "rima:two".
    for (credentials, is_known) in [("Basic cmltYTpvbmU=", true), ("Basic cmltYTp0d28=", false)] {
        for request in requests() {
            let path = request.uri().clone();
            let answer = send(router.clone(), with_credentials(request, credentials)).await;
            assert_eq!(
                answer.status != StatusCode::UNAUTHORIZED,
                is_known,
                "{path}"
            );
        }
    }
    // Files and probes stay open.
    for path in ["/icons/icon-192.png", "/healthz", "/api/v1/model"] {
        assert_eq!(
            send(router.clone(), get(path)).await.status,
            StatusCode::OK,
            "{path}"
        );
    }
}

#[tokio::test]
async fn clips_count_by_whatever_way_they_come() {
    let router = changed(|settings| settings.access.clips_per_minute = 5);
    let address = "[2001:db8:1:2::1]:5000";
    for request in ways() {
        let status = send(router.clone(), from(request, address)).await.status;
        assert_ne!(status, StatusCode::TOO_MANY_REQUESTS);
    }
    for request in ways() {
        let path = request.uri().clone();
        let answer = send(router.clone(), from(request, "[2001:db8:1:2:ffff::9]:1")).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
        let wait_s: u32 = answer.header("retry-after").parse().expect("seconds");
        assert!((1..=60).contains(&wait_s));
    }
    let neighbour = from(raw(b"text".to_vec()), "[2001:db8:1:3::1]:5000");
    assert_eq!(send(router, neighbour).await.status.as_u16(), 415);
}

#[tokio::test]
async fn behind_a_proxy_that_is_trusted_each_client_counts_by_itself() {
    let router = changed(|settings| {
        settings.access.clips_per_minute = 1;
        settings.access.trusted_proxies = vec!["10.0.0.0/8".parse().expect("a network")];
    });
    let ask = async |peer: &str, forwarded: &str| {
        let mut request = from(raw(b"text".to_vec()), peer);
        let forwarded = forwarded.parse().expect("a header");
        request.headers_mut().insert("x-forwarded-for", forwarded);
        send(router.clone(), request).await.status.as_u16()
    };
    assert_eq!(ask("10.0.0.1:1", "203.0.113.7").await, 415);
    assert_eq!(ask("10.0.0.2:1", "203.0.113.7").await, 429);
    assert_eq!(ask("10.0.0.1:1", "203.0.113.8").await, 415);
    assert_eq!(ask("10.0.0.1:1", "9.9.9.9, 203.0.113.8").await, 429);
    // Nobody else is believed.
    assert_eq!(ask("198.51.100.1:1", "203.0.113.9").await, 415);
    assert_eq!(ask("198.51.100.1:1", "203.0.113.10").await, 429);
}

#[tokio::test]
async fn the_clips_of_a_batch_count_one_by_one() {
    let router = changed(|settings| settings.access.clips_per_minute = 3);
    let files = ["1", "2", "3", "4", "5"].map(|name| ("file", name, &b"text"[..]));
    let request = post_form("/api/v1/batches", form_of(&files).into());
    let answer = send(router.clone(), from(request, "10.0.0.1:1")).await;
    assert_eq!(answer.status, StatusCode::OK);
    let json = answer.json();
    let results = json["results"].as_array().expect("results").iter();
    let codes: Vec<_> = results
        .map(|result| result["error"]["error"]["code"].as_str().expect("a code"))
        .collect();
    let (heard, refused) = ("unsupported_audio", "too_many_requests");
    assert_eq!(codes, [heard, heard, heard, refused, refused]);
    let further = send(router, from(upload("/predict", b"text"), "10.0.0.1:2")).await;
    assert_eq!(further.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn keys_are_read_again_and_doubled_ones_refused() {
    let (one, two) = (hash("one"), hash("two"));
    let file = key_file("keys-again", &format!("rima {one} 1\n"));
    let state = state(|settings| settings.access.api_keys = file.clone());
    let router = router(state.clone());
    let ask = async |key: &str| {
        let request = with_credentials(raw(b"text".to_vec()), &format!("Bearer {key}"));
        send(router.clone(), request).await.status.as_u16()
    };
    assert_eq!((ask("one").await, ask("two").await), (415, 401));
    fs::write(&file, format!("rima {one} 1\narif {two}\n")).expect("writable");
    state.access.read_keys_again().expect("the file fits");
    // What was used up stays used up.
    assert_eq!((ask("one").await, ask("two").await), (429, 415));
    for lines in [
        format!("rima {one}\nagain {one} 5\n"),
        "nonsense\n".to_owned(),
    ] {
        fs::write(&file, lines).expect("writable");
        assert!(state.access.read_keys_again().is_err());
        assert_eq!(ask("two").await, 415, "the keys stay as they were");
    }
    fs::write(&file, format!("arif {two}\n")).expect("writable");
    state.access.read_keys_again().expect("the file fits");
    assert_eq!((ask("one").await, ask("two").await), (401, 415));
}

#[tokio::test]
async fn clips_need_a_key_where_there_are_keys() {
    let keys = format!("# Ours\nrima {}\narif {} 2\n", hash("one"), hash("two"));
    let file = key_file("api-keys", &keys);
    let router = changed(|settings| settings.access.api_keys = file);
    let with_key = |key: &str| with_credentials(raw(b"text".to_vec()), &format!("Bearer {key}"));
    let anonymous = send(router.clone(), raw(b"text".to_vec())).await;
    assert_eq!(
        (anonymous.status.as_u16(), anonymous.code().as_str()),
        (401, "unauthorized")
    );
    let unknown = send(router.clone(), with_key("three")).await;
    assert_eq!(unknown.status, StatusCode::UNAUTHORIZED);
    for _ in 0..4 {
        assert_eq!(
            send(router.clone(), with_key("one")).await.status.as_u16(),
            415
        );
    }
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(send(router.clone(), with_key("two")).await.status.as_u16());
    }
    assert_eq!(statuses, [415, 415, 429]);
    // The page and what tells of the model stay open.
    assert_eq!(
        send(router.clone(), get("/api/v1/model")).await.status,
        StatusCode::OK
    );
    assert_eq!(
        send(router, upload("/api/recognize", b"text"))
            .await
            .status
            .as_u16(),
        415
    );
}
