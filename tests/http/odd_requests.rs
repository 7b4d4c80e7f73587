//! Addresses, ranges, hosts and other headers that no browser of ours sends.

use axum::{
    body::Body,
    http::{
        HeaderName, Method, Request, StatusCode, Version,
        header::{ACCEPT, HOST, LOCATION, RANGE, REFERER, TRANSFER_ENCODING},
    },
};

use crate::{
    clips::syllables_wav,
    trial::{UPLOAD_ROUTES, changed, get, send, send_as_it_is, shipped, upload},
};

fn with(mut request: Request<Body>, name: HeaderName, value: &str) -> Request<Body> {
    let value = value.parse().expect("a header");
    request.headers_mut().append(name, value);
    request
}

#[tokio::test]
async fn no_address_is_a_fault_of_ours() {
    let segments = [
        "x".repeat(255),
        "x".repeat(256),
        "%41".repeat(256),
        "x/".repeat(3000),
        "%00".to_owned(),
        "%ff%fe".to_owned(),
        "..%2f..%2fetc%2fpasswd".to_owned(),
        "%e0%a6%86".repeat(90),
        "OFL.txt/below".to_owned(),
        "%".to_owned(),
        "con:".to_owned(),
    ];
    let places = [
        "/",
        "/bn/",
        "/api/",
        "/api/v1/",
        "/fonts/",
        "/pkg/",
        "/language/",
        "/manifest/",
        "/healthz/",
        "/predict/",
    ];
    for place in places {
        for segment in &segments {
            for method in [Method::GET, Method::HEAD, Method::POST] {
                let path = format!("{place}{segment}");
                let request = Request::builder().method(&method).uri(&path);
                let request = request.body(Body::empty()).expect("a request");
                let status = send(shipped(), request).await.status;
                assert!(
                    [
                        StatusCode::NOT_FOUND,
                        StatusCode::METHOD_NOT_ALLOWED,
                        StatusCode::URI_TOO_LONG
                    ]
                    .contains(&status),
                    "{method} {path}: {status}"
                );
            }
        }
    }
}

#[tokio::test]
async fn ranges_are_answered_whole_in_part_or_not_at_all() {
    let file = "/fonts/OFL.txt";
    let n_bytes = send(shipped(), get(file)).await.body.len();
    for (range, status, n_expected) in [
        ("bytes=0-9", 206, 10),
        ("bytes=-7", 206, 7),
        ("bytes=9-0", 200, n_bytes),
        ("bytes=0-1,5-6", 200, n_bytes),
        ("bytes=x-y", 200, n_bytes),
        ("lines=0-1", 200, n_bytes),
        ("bytes", 200, n_bytes),
    ] {
        let answer = send(shipped(), with(get(file), RANGE, range)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body.len()),
            (status, n_expected),
            "{range}"
        );
    }
    let beyond = with(get(file), RANGE, "bytes=99999999-");
    let answer = send(shipped(), beyond).await;
    assert_eq!(answer.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(answer.header("content-range"), format!("bytes */{n_bytes}"));
}

#[tokio::test]
async fn a_request_has_one_host() {
    for path in ["/", "/healthz", "/api/v1/model", "/nowhere"] {
        let mut old = get(path);
        *old.version_mut() = Version::HTTP_10;
        let two = with(with(get(path), HOST, "here"), HOST, "there");
        for (request, is_refused) in [
            (get(path), true),
            (two, true),
            (with(get(path), HOST, "here"), false),
            (old, false),
        ] {
            let answer = send_as_it_is(shipped(), request).await;
            assert_eq!(
                answer.status == StatusCode::BAD_REQUEST,
                is_refused,
                "{path}"
            );
            if is_refused {
                assert_eq!(answer.code(), "unusable_header");
                assert_eq!(answer.json()["request_id"], answer.header("x-request-id"));
            }
        }
    }
}

#[tokio::test]
async fn unknown_transfer_codings_are_not_implemented() {
    for (coding, status) in [("gzip, chunked", 501), ("deflate", 501), ("Chunked", 200)] {
        let request = upload("/predict", &syllables_wav(1.0));
        let answer = send(shipped(), with(request, TRANSFER_ENCODING, coding)).await;
        assert_eq!(answer.status.as_u16(), status, "{coding}");
    }
}

#[tokio::test]
async fn nobody_is_sent_to_where_the_request_says() {
    for clip in [syllables_wav(1.0), b"text".to_vec()] {
        for route in UPLOAD_ROUTES {
            let request = with(upload(route, &clip), ACCEPT, "text/html");
            let request = with(request, REFERER, "https://elsewhere.example/");
            let answer = send(shipped(), request).await;
            assert!(!answer.headers.contains_key(LOCATION), "{route}");
            assert!(!answer.status.is_redirection(), "{route}");
        }
    }
}

#[tokio::test]
async fn search_engines_are_told_of_public_pages_only() {
    let robots = send(shipped(), get("/robots.txt")).await;
    assert!(robots.text().contains("Disallow: /\n"), "{}", robots.text());
    assert_eq!(
        send(shipped(), get("/sitemap.xml")).await.status,
        StatusCode::NOT_FOUND
    );

    let public = changed(|settings| settings.server.public_url = "https://example.org/".to_owned());
    let robots = send(public.clone(), get("/robots.txt")).await;
    assert!(
        robots
            .text()
            .contains("Sitemap: https://example.org/sitemap.xml\n")
    );
    assert!(!robots.text().contains("Disallow: /\n"));
    let sitemap = send(public.clone(), get("/sitemap.xml")).await;
    assert_eq!(sitemap.header("content-type"), "application/xml");
    let mut n_pages = 0;
    for entry in sitemap.text().split("<loc>https://example.org").skip(1) {
        let (path, _) = entry.split_once("</loc>").expect("an end");
        assert_eq!(
            send(public.clone(), get(path)).await.status,
            StatusCode::OK,
            "{path}"
        );
        n_pages += 1;
    }
    assert_eq!(n_pages, 2 * banglaser::routes::PAGES.len());
}

#[tokio::test]
async fn cookies_travel_by_https_only_where_readers_come_by_it() {
    for (url, is_secure) in [
        ("", false),
        ("http://example.org", false),
        ("https://example.org", true),
    ] {
        let router = changed(|settings| settings.server.public_url = url.to_owned());
        for path in ["/language/bn", "/en/about"] {
            let answer = send(router.clone(), get(path)).await;
            let cookie = answer.header("set-cookie");
            assert_eq!(cookie.ends_with("; Secure"), is_secure, "{url} {cookie}");
        }
    }
}

#[tokio::test]
async fn metrics_are_told_beside_the_page_only_without_an_address_of_their_own() {
    assert_eq!(
        send(shipped(), get("/metrics")).await.status,
        StatusCode::OK
    );
    let elsewhere = changed(|settings| {
        settings.server.metrics_address = "127.0.0.1:9100".parse().ok();
    });
    assert_eq!(
        send(elsewhere.clone(), get("/metrics")).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(send(elsewhere, get("/readyz")).await.status, StatusCode::OK);
}
