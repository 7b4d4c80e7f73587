//! What the page fetches to hear clips on the reader's own device.

use std::{fs, path::PathBuf};

use axum::http::{Request, StatusCode};
use banglaser::server::router;
use sha2::{Digest, Sha256};

use crate::trial::{first, get, send, shipped, started_with};

/// A site with a worker in it, as `xtask` makes it.
fn site() -> PathBuf {
    let site = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("on-device-site");
    let folder = site.join("on-device");
    fs::create_dir_all(&folder).expect("a folder");
    let names = [
        "page:page.0123456789abcdef.js",
        "script:hear.0123456789abcdef.js",
        "tap:tap.0123456789abcdef.js",
        "module:hear.0123456789abcdef.wasm",
    ];
    for name in names {
        let (_, name) = name.split_once(':').expect("a kind");
        fs::write(folder.join(name), "content").expect("a file");
    }
    fs::write(folder.join("hear.0123456789abcdef.wasm.br"), "br").expect("a file");
    fs::write(folder.join("hash.txt"), names.join("\n")).expect("a file");
    site
}

fn trial() -> axum::Router {
    let state = started_with(&site(), |_| {}, first).expect("the settings fit");
    router(state)
}

#[tokio::test]
async fn every_file_of_the_list_is_there_and_whole() {
    let list = send(trial(), get("/on-device/list")).await.json();
    for kind in ["page", "script", "tap", "module"] {
        let path = list[kind]["path"].as_str().expect("a path");
        let answer = send(trial(), get(path)).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(list[kind]["bytes"], answer.body.len());
    }
    let files = list["models"]["bilstm-v8"].as_array().expect("files");
    let names: Vec<_> = files
        .iter()
        .map(|file| file["name"].as_str().expect("a name"))
        .collect();
    for needed in [
        "config.json",
        "weights.safetensors",
        "whisper_encoder.safetensors",
        "metrics.json",
        "SHA256SUMS",
    ] {
        assert!(names.contains(&needed), "{needed}");
    }
    for file in files {
        let path = file["path"].as_str().expect("a path");
        let answer = send(trial(), get(path)).await;
        assert_eq!(file["bytes"], answer.body.len());
        let hash = Sha256::digest(&answer.body);
        let begins: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(path.contains(&begins), "{path} is not {begins}");
        assert!(answer.header("cache-control").contains("immutable"));
        assert!(!answer.headers.contains_key("content-encoding"));
    }
}

#[tokio::test]
async fn a_worker_reaches_no_network() {
    let list = send(trial(), get("/on-device/list")).await.json();
    let script = list["script"]["path"].as_str().expect("a path");
    let answer = send(trial(), get(script)).await;
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("connect-src 'none'"));
    assert!(
        !policy.contains("'self'") && !policy.contains("unsafe-inline"),
        "{policy}"
    );
}

#[tokio::test]
async fn nothing_else_of_a_checkpoint_is_given_away() {
    for path in [
        "/on-device/bilstm-v8/0123456789abcdef/weights.safetensors",
        "/on-device/bilstm-v8/../Leptos.toml",
        "/on-device/bilstm-v8/0123456789abcdef/PROVENANCE.md",
        "/on-device/other/0123456789abcdef/config.json",
    ] {
        let answer = send(trial(), get(path)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    let post = Request::post("/on-device/list").body(axum::body::Body::empty());
    let answer = send(trial(), post.expect("a request")).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_site_without_a_worker_offers_none() {
    let answer = send(shipped(), get("/on-device/list")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let page = send(shipped(), get("/en")).await;
    assert!(!page.text().contains("Analyse on this device"));
    let page = send(trial(), get("/en")).await;
    assert!(page.text().contains("Analyse on this device"));
}
