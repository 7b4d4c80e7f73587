//! The page without WASM: rendered, answering its form, changing its language; files and 404.

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header::COOKIE},
};
use vocabulary::Analysis;
use vocabulary::{Emotion, LabelSet};

use crate::{
    clips::{silent_wav, syllables_wav},
    trial::{Answer, changed, get, labelled, send, shipped, upload},
};

async fn in_language(request: Request<Body>, language: &str) -> Answer {
    send_in_language(shipped(), request, language).await
}

/// Sends a request with the cookie of a language.
pub async fn send_in_language(
    router: Router,
    mut request: Request<Body>,
    language: &str,
) -> Answer {
    let cookie = format!("locale={language}").parse().expect("a header");
    request.headers_mut().insert(COOKIE, cookie);
    send(router, request).await
}

#[tokio::test]
async fn the_page_speaks_the_cookies_language() {
    for language in ["bn", "en"] {
        let answer = in_language(get("/"), language).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.header("content-type").starts_with("text/html"));
        assert!(answer.text().contains(&format!("lang=\"{language}\"")));
    }
}

#[tokio::test]
async fn search_engines_are_told_the_public_address() {
    let public = changed(|settings| {
        settings.server.public_url = "https://example.org/".to_owned();
    });
    let page = send(public, get("/bn/about")).await.text().to_owned();
    for link in [
        "rel=\"canonical\" href=\"https://example.org/bn/about\"",
        "hreflang=\"en\" href=\"https://example.org/en/about\"",
        "hreflang=\"x-default\" href=\"https://example.org/about\"",
    ] {
        assert!(page.contains(link), "{link}");
    }
    let anywhere = send(shipped(), get("/bn/about")).await;
    assert!(
        anywhere
            .text()
            .contains("rel=\"canonical\" href=\"/bn/about\"")
    );
}

#[tokio::test]
async fn the_form_is_answered_with_the_result_in_the_page() {
    let clip = syllables_wav(2.0);
    let function = send(shipped(), upload("/api/recognize", &clip)).await;
    let Analysis {
        prediction,
        pictures,
        ..
    } = serde_json::from_slice(&function.body).expect("an analysis");
    assert!(pictures.spectrogram.starts_with("data:image/bmp;base64,"));
    for language in ["bn", "en"] {
        let answer = in_language(upload("/", &clip), language).await;
        assert_eq!(answer.status, StatusCode::OK);
        let label = match language {
            "bn" => Emotion::label_bn,
            // On the page the last one is "Surprised".
            _ => Emotion::label_en,
        };
        assert!(
            answer.text().contains(label(prediction.emotion())),
            "{language}"
        );
        let before = in_language(get("/"), language).await;
        let n_bars = |answer: &Answer| answer.text().matches("<li data-emotion=").count();
        assert_eq!(n_bars(&before), 0);
        assert_eq!(n_bars(&answer), prediction.probabilities.iter().len());
    }
}

#[tokio::test]
async fn every_label_of_the_checkpoint_has_a_bar() {
    let labels = LabelSet::new(Emotion::ALL.into()).expect("none twice");
    let router = labelled(labels);
    let form = || upload("/", &syllables_wav(2.0));
    for (language, lead) in [
        ("bn", "আটটি আবেগের মধ্যে"),
        ("en", "which of eight emotions"),
    ] {
        let answer = send_in_language(router.clone(), form(), language).await;
        let bars = answer.text().matches("class=\"bar\"").count();
        assert_eq!(bars, Emotion::ALL.len());
        assert!(answer.text().contains(lead), "{language}");
    }
}

#[tokio::test]
async fn the_form_is_answered_with_the_error_in_the_page() {
    let clip = silent_wav(2.0);
    let errors = send(shipped(), upload("/predict", &clip)).await.json();
    for (language, message) in [("bn", "message_bn"), ("en", "message_en")] {
        let answer = in_language(upload("/", &clip), language).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let message = errors[message].as_str().expect("a message");
        let start = message.split(['।', '.']).next().expect("a sentence");
        assert!(answer.text().contains(start), "{start}");
    }
}

#[tokio::test]
async fn every_page_has_a_path_in_every_language() {
    for page in ["", "/about", "/model", "/history", "/voice"] {
        for language in ["bn", "en"] {
            let other = if language == "bn" { "en" } else { "bn" };
            let answer = in_language(get(&format!("/{language}{page}")), other).await;
            assert_eq!(answer.status, StatusCode::OK, "/{language}{page}");
            assert!(
                answer
                    .text()
                    .contains(&format!("<html lang=\"{language}\""))
            );
            assert_eq!(answer.header("vary"), "Cookie, Accept-Language");
        }
    }
    for path in ["/tlh", "/bn/nowhere", "/bn/bn", "/en/api/model"] {
        assert_eq!(
            send(shipped(), get(path)).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_form_is_answered_in_the_language_of_its_path() {
    let clip = syllables_wav(2.0);
    for (path, language) in [("/bn", "bn"), ("/en", "en")] {
        let answer = send(shipped(), upload(path, &clip)).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(
            answer
                .text()
                .contains(&format!("<html lang=\"{language}\""))
        );
        assert!(
            answer.text().contains("class=\"bars\"") && answer.text().contains("data:image/bmp")
        );
    }
}

#[tokio::test]
async fn a_language_is_remembered() {
    for language in ["bn", "en"] {
        let answer = send(shipped(), get(&format!("/language/{language}"))).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(answer.header("location"), "/");
        assert_eq!(
            answer.header("set-cookie"),
            format!("locale={language}; Path=/; Max-Age=31536000; SameSite=Lax")
        );
    }
    let unknown = send(shipped(), get("/language/tlh")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(!unknown.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn nothing_there_is_a_404_page() {
    for path in [
        "/nowhere",
        "/../Cargo.toml",
        "/fonts",
        "/fonts/",
        "/%2e%2e/Cargo.toml",
    ] {
        let answer = send(shipped(), get(path)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.header("content-type").starts_with("text/html"));
    }
}

#[tokio::test]
async fn the_manifest_is_in_the_language_of_its_address() {
    for (language, name) in [
        ("bn", "BanglaSER – বাংলা কণ্ঠে আবেগ"),
        ("en", "BanglaSER – the emotion in"),
    ] {
        let answer = send(shipped(), get(&format!("/manifest/{language}"))).await;
        assert_eq!(answer.header("content-type"), "application/manifest+json");
        let manifest = answer.json();
        assert_eq!(manifest["lang"], language);
        assert!(manifest["name"].as_str().expect("a name").starts_with(name));
        let pictures = ["icons", "screenshots"].map(|kind| manifest[kind].as_array().expect(kind));
        for icon in pictures.into_iter().flatten() {
            let picture = send(shipped(), get(icon["src"].as_str().expect("a path"))).await;
            assert_eq!(picture.header("content-type"), "image/png");
        }
        let page = in_language(get("/"), language).await;
        assert!(
            page.text()
                .contains(&format!("href=\"/manifest/{language}\""))
        );
    }
    let unknown = send(shipped(), get("/manifest/tlh")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}
