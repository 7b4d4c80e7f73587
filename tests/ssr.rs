//! The page as the server writes it, before any WASM: every state in both languages.

use axum::{
    Router,
    body::Body,
    http::{
        Request,
        header::{ACCEPT_LANGUAGE, COOKIE, HeaderName},
        request::Parts,
    },
    routing::get,
};
use banglaser::{
    api::{Accuracy, ModelSummary, PageFacts, SubmittedOutcome},
    app::shell,
    error::AppError,
    i18n::{Locale, emotion_words::sounds, error_message},
    preferences::Preferences,
    server::pages::preferences,
};
use http_body_util::BodyExt;
use leptos::{
    config::LeptosOptions,
    context::{provide_context, use_context},
};
use leptos_axum::{generate_route_list, render_app_async_with_context};
use serde_json::Value;
use tower::ServiceExt;
use vocabulary::{
    Analysis, BandAccuracy, ConfidenceBand, Emotion, Intensity, LabelSet, Note, Pictures,
    Prediction, Probabilities, WindowPrediction,
};

const LOCALES: [Locale; 2] = [Locale::bn, Locale::en];

const MAX_UPLOAD_BYTES: u64 = 10 << 20;

fn facts() -> PageFacts {
    let model = |id: &str, n_emotions| ModelSummary {
        id: id.to_owned(),
        n_emotions,
        device_bytes: 7 << 20,
        accuracy: Some(Accuracy {
            uar_mean: 0.52,
            uar_std: 0.04,
            on_new_sentences: true,
        }),
    };
    PageFacts {
        max_upload_bytes: MAX_UPLOAD_BYTES,
        model: model("five", 5),
        further_models: vec![model("eight", 8)],
        device_script: "/on-device/page.0123456789abcdef.js".to_owned(),
    }
}

/// The page at `path` with what became of its form.
async fn page(path: &str, outcome: SubmittedOutcome, header: (HeaderName, &str)) -> String {
    page_at("", path, outcome, header).await
}

/// The same of a server that knows its own address.
async fn page_at(
    site: &'static str,
    path: &str,
    outcome: SubmittedOutcome,
    header: (HeaderName, &str),
) -> String {
    // Starts the executor, as the server does when it builds its router.
    generate_route_list(|| ());
    let options = LeptosOptions::builder().output_name("banglaser").build();
    let context = move || {
        provide_context(facts());
        provide_context(outcome.clone());
        let request = use_context::<Parts>().expect("a request");
        provide_context(Preferences {
            site: site.to_owned(),
            ..preferences(request.uri.path(), &request.headers)
        });
    };
    let page = render_app_async_with_context(context, move || shell(options.clone()));
    let request = Request::get(path)
        .header(header.0, header.1)
        .body(Body::empty())
        .expect("a request");
    let router: Router = Router::new().fallback_service(get(page));
    let response = router.oneshot(request).await.expect("infallible");
    let body = response
        .into_body()
        .collect()
        .await
        .expect("the page arrives");
    String::from_utf8(body.to_bytes().into()).expect("UTF-8")
}

async fn page_in(locale: Locale, path: &str, outcome: SubmittedOutcome) -> String {
    page(path, outcome, (COOKIE, &format!("locale={locale}"))).await
}

fn prediction() -> Prediction {
    prediction_of(&LabelSet::five(), &[0.05, 0.62, 0.08, 0.05, 0.2])
}

/// The page's form was answered so.
fn answered(prediction: Prediction) -> SubmittedOutcome {
    let pictures = Pictures {
        waveform: "M0 -50L400 50Z".to_owned(),
        spectrogram: "data:image/bmp;base64,AAAA".to_owned(),
    };
    SubmittedOutcome(Some(Ok(Analysis {
        model: "five".to_owned(),
        prediction,
        pictures,
    })))
}

fn prediction_of(labels: &LabelSet, values: &[f32]) -> Prediction {
    let probabilities = Probabilities::new(labels, values).expect("a distribution");
    let window = |start_s: f32| WindowPrediction {
        start_s,
        end_s: start_s + 4.0,
        probabilities: probabilities.clone(),
        intensity: None,
    };
    Prediction {
        duration_s: 5.0,
        speech_s: 3.2,
        notes: Vec::new(),
        certainty: BandAccuracy {
            band: ConfidenceBand::Medium,
            min_confidence: 0.6,
            accuracy: Some(0.61),
        },
        intensity: None,
        distance: None,
        speech: Vec::new(),
        windows: vec![window(0.0), window(1.0)],
        turns: Vec::new(),
        channels: Vec::new(),
        probabilities,
    }
}

/// Sentences without numbers in them, long enough not to be part of another language's.
fn sentences(locale: Locale) -> Vec<String> {
    fn collect(value: &Value, sentences: &mut Vec<String>) {
        match value {
            Value::Object(children) => {
                children
                    .values()
                    .for_each(|child| collect(child, sentences));
            }
            other => sentences.extend(other.as_str().map(str::to_owned)),
        }
    }
    let json = match locale {
        Locale::bn => include_str!("../locales/bn.json"),
        Locale::en => include_str!("../locales/en.json"),
    };
    let mut all = Vec::new();
    collect(&serde_json::from_str(json).expect("JSON"), &mut all);
    all.retain(|sentence| !sentence.contains("{{") && sentence.chars().count() > 11);
    all
}

#[tokio::test]
async fn every_sentence_is_in_the_readers_language() {
    let outcomes = [
        SubmittedOutcome::default(),
        answered(prediction()),
        SubmittedOutcome(Some(Err(AppError::NoSpeech))),
    ];
    for (locale, other) in [(Locale::bn, Locale::en), (Locale::en, Locale::bn)] {
        let foreign = sentences(other);
        for path in ["/", "/about", "/model", "/history", "/voice", "/nowhere"] {
            for outcome in &outcomes {
                let html = page_in(locale, path, outcome.clone()).await;
                assert!(html.contains(&format!("lang=\"{locale}\"")), "{path}");
                assert!(!html.contains("{{"), "{path}");
                for sentence in &foreign {
                    assert!(
                        !html.contains(sentence.as_str()),
                        "{path} {locale}: {sentence}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn the_first_visit_takes_the_browsers_language() {
    for (accepted, expected) in [("bn-BD,bn;q=0.9,en;q=0.8", "bn"), ("de-DE,de", "en")] {
        let html = page(
            "/",
            SubmittedOutcome::default(),
            (ACCEPT_LANGUAGE, accepted),
        )
        .await;
        assert!(html.contains(&format!("<html lang=\"{expected}\"")));
    }
}

#[tokio::test]
async fn the_path_says_the_language_and_links_keep_it() {
    for (locale, cookie) in [(Locale::bn, "locale=en"), (Locale::en, "locale=bn")] {
        for rest in ["", "/", "/about", "/model", "/history", "/voice"] {
            let path = format!("/{locale}{rest}");
            let html = page(&path, SubmittedOutcome::default(), (COOKIE, cookie)).await;
            assert!(html.contains(&format!("<html lang=\"{locale}\"")), "{path}");
            let canonical = path.trim_end_matches('/');
            assert!(
                html.contains(&format!("rel=\"canonical\" href=\"{canonical}\"")),
                "{path}"
            );
            for other in LOCALES {
                let rest = rest.trim_end_matches('/');
                let alternate = format!("hreflang=\"{other}\" href=\"/{other}{rest}\"");
                assert!(html.contains(&alternate), "{path}: no {alternate}");
            }
            for page in ["/about", "/model", "/history", "/voice"] {
                assert!(
                    html.contains(&format!("href=\"/{locale}{page}\"")),
                    "{path}: {page}"
                );
                assert!(
                    !html.contains(&format!("href=\"{page}\"")) || rest == page,
                    "{path}: {page}"
                );
            }
        }
    }
    let html = page_in(Locale::bn, "/nowhere", SubmittedOutcome::default()).await;
    assert!(!html.contains("rel=\"canonical\""));
}

#[tokio::test]
async fn every_page_has_a_title_of_its_own() {
    for locale in LOCALES {
        let mut titles = Vec::new();
        for page in ["", "/about", "/model", "/history", "/voice", "/nowhere"] {
            let path = format!("/{locale}{page}");
            let html = page_in(locale, &path, SubmittedOutcome::default()).await;
            let title = html.split("<title>").nth(1).expect("a title");
            let title = title.split("</title>").next().expect("an end").to_owned();
            assert!(title.contains("BanglaSER"), "{path}: {title}");
            titles.push(title);
        }
        titles.dedup();
        assert_eq!(titles.len(), 6, "{titles:?}");
    }
}

#[tokio::test]
async fn a_link_has_a_card_where_the_server_knows_its_address() {
    for locale in LOCALES {
        let shared = |site: &'static str| async move {
            let path = format!("/{locale}/about");
            page_at(site, &path, SubmittedOutcome::default(), (COOKIE, "")).await
        };
        let html = shared("https://example.org").await;
        for fact in [
            format!("property=\"og:url\" content=\"https://example.org/{locale}/about\""),
            "property=\"og:image\" content=\"https://example.org/icons/icon-512.png\"".to_owned(),
            "property=\"og:title\"".to_owned(),
            "property=\"og:description\"".to_owned(),
        ] {
            assert!(html.contains(&fact), "{locale}: no {fact}");
        }
        assert!(!shared("").await.contains("og:"));
    }
}

#[tokio::test]
async fn the_form_stays_in_the_language_of_the_path() {
    for (path, action) in [("/", "/"), ("/bn", "/bn"), ("/en/", "/en")] {
        let html = page_in(Locale::en, path, SubmittedOutcome::default()).await;
        assert!(html.contains(&format!("action=\"{action}\"")), "{path}");
    }
}

#[tokio::test]
async fn the_appearance_is_the_cookies_or_the_systems() {
    for (cookie, expected) in [
        ("theme=dark", Some("dark")),
        ("a=b; theme=light", Some("light")),
        ("", None),
    ] {
        let html = page("/", SubmittedOutcome::default(), (COOKIE, cookie)).await;
        let (tag, _) = html.split_once("<head>").expect("a head");
        let found = tag
            .split("data-theme=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        assert_eq!(found, expected, "{cookie}");
    }
}

#[tokio::test]
async fn a_result_has_pictures_with_words_for_them() {
    for (locale, alternatives) in [
        (
            Locale::en,
            [
                "Waveform of 5 seconds",
                "Mel spectrogram",
                "seconds",
                "1000",
            ],
        ),
        (
            Locale::bn,
            ["৫ সেকেন্ড অডিওর তরঙ্গরূপ", "মেল স্পেকট্রোগ্রাম", "সেকেন্ড", "১০০০"],
        ),
    ] {
        let html = page_in(locale, "/", answered(prediction())).await;
        assert!(html.contains("M0 -50L400 50Z") && html.contains("data:image/bmp;base64,AAAA"));
        for alternative in alternatives {
            assert!(html.contains(alternative), "{locale}: {alternative}");
        }
    }
}

#[tokio::test]
async fn a_result_says_how_strong_it_is_where_the_model_can_tell() {
    for (locale, words) in [
        (Locale::en, "Strong: stronger than 78% of acted examples"),
        (Locale::bn, "প্রবল: অভিনীত উদাহরণগুলোর ৭৮%-এর চেয়ে প্রবল"),
    ] {
        let strong = Prediction {
            intensity: Some(Intensity::of(0.78)),
            ..prediction()
        };
        let html = page_in(locale, "/", answered(strong)).await;
        assert!(html.contains(words), "{locale}");
        let html = page_in(locale, "/", answered(prediction())).await;
        assert!(!html.contains("78%") && !html.contains("৭৮%"), "{locale}");
    }
}

#[tokio::test]
async fn every_note_is_a_sentence() {
    for (locale, words) in [
        (
            Locale::en,
            ["very quiet", "overdriven", "much noise", "Only 3.2 seconds"],
        ),
        (
            Locale::bn,
            ["খুব আস্তে", "ফেটে গেছে", "অনেক কোলাহল", "মাত্র ৩.২ সেকেন্ডের"],
        ),
    ] {
        let mut noted = prediction();
        noted.notes = Note::ALL.to_vec();
        let html = page_in(locale, "/", answered(noted)).await;
        let without = page_in(locale, "/", answered(prediction())).await;
        for word in words {
            assert!(html.contains(word), "{locale}: {word}");
            assert!(!without.contains(word), "{locale}: {word}");
        }
    }
}

#[tokio::test]
async fn the_form_works_without_wasm() {
    for locale in LOCALES {
        let html = page_in(locale, "/", SubmittedOutcome::default()).await;
        assert!(html.contains("method=\"post\""));
        assert!(html.contains("enctype=\"multipart/form-data\""));
        assert!(html.contains("name=\"file\""));
        assert!(html.contains("<noscript>"));
    }
}

#[tokio::test]
async fn a_result_is_a_sentence_and_a_ranked_list() {
    for (locale, sentences, percents) in [
        (
            Locale::en,
            ["Sounds happy", "The model is fairly sure"],
            ["62%", "20%", "8%", "5%"],
        ),
        (
            Locale::bn,
            ["খুশি শোনাচ্ছে", "মডেল মোটামুটি নিশ্চিত"],
            ["৬২%", "২০%", "৮%", "৫%"],
        ),
    ] {
        let html = page_in(locale, "/", answered(prediction())).await;
        assert!(sentences.iter().all(|sentence| html.contains(sentence)));
        let list = html.split("class=\"bars\"").nth(1).expect("a list");
        let places = percents.map(|percent| list.find(percent).expect(percent));
        assert!(
            places.is_sorted(),
            "{locale}: {percents:?} are at {places:?}"
        );
        assert!(html.contains("lang=\"bn\"") && html.contains("lang=\"en\""));
    }
}

#[tokio::test]
async fn an_unclear_voice_gets_no_emotion_in_its_heading() {
    let mut unclear = prediction();
    unclear.certainty = BandAccuracy {
        band: ConfidenceBand::Unclear,
        min_confidence: 0.0,
        accuracy: Some(0.31),
    };
    unclear.speech_s = 1.2;
    unclear.notes = vec![Note::LittleSpeech];
    for (locale, heading, often, little) in [
        (
            Locale::en,
            "Unclear",
            "3 times out of 10",
            "Only 1.2 seconds",
        ),
        (Locale::bn, "অস্পষ্ট", "প্রায় ৩টি", "মাত্র ১.২ সেকেন্ডের"),
    ] {
        let html = page_in(locale, "/", answered(unclear.clone())).await;
        assert!(html.contains(heading) && html.contains(often) && html.contains(little));
        assert!(!html.contains(sounds(locale, Emotion::Happy)), "{locale}");
        assert!(html.contains("data-emotion=\"unclear\""), "{locale}");
        let closest = match locale {
            Locale::en => "Closest: Happy 62%, Surprised 20%",
            Locale::bn => "সবচেয়ে কাছাকাছি: খুশি ৬২%, অবাক ২০%",
        };
        assert!(html.contains(closest), "{locale}");
        let clear = page_in(locale, "/", answered(prediction())).await;
        assert!(
            !clear.contains(heading) && !clear.contains(little),
            "{locale}"
        );
    }
}

#[tokio::test]
async fn every_emotion_has_a_bar_a_sentence_and_a_colour() {
    let labels = LabelSet::new(Emotion::ALL.into()).expect("none twice");
    let style = include_str!("../style/components.css");
    for (top_idx, top) in Emotion::ALL.into_iter().enumerate() {
        let mut values = [0.05; Emotion::ALL.len()];
        values[top_idx] = 0.65;
        let prediction = prediction_of(&labels, &values);
        for (locale, heading) in [
            (Locale::en, "All eight emotions"),
            (Locale::bn, "আটটি আবেগের সম্ভাবনা"),
        ] {
            let outcome = answered(prediction.clone());
            let html = page_in(locale, "/", outcome).await;
            assert!(html.contains(heading) && html.contains(sounds(locale, top)));
            let list = html.split("class=\"bars\"").nth(1).expect("a list");
            let list = list.split("</ol>").next().expect("an end");
            assert_eq!(list.matches("<li").count(), Emotion::ALL.len());
            for emotion in Emotion::ALL {
                assert!(list.contains(&format!("data-emotion=\"{emotion}\"")));
                assert!(list.contains(emotion.label_en()) && list.contains(emotion.label_bn()));
            }
        }
        assert!(
            style.contains(&format!("[data-emotion=\"{top}\"]")),
            "{top}"
        );
    }
}

#[tokio::test]
async fn an_error_says_what_to_do() {
    let error = AppError::TooLarge {
        max_bytes: MAX_UPLOAD_BYTES,
    };
    for locale in LOCALES {
        let html = page_in(locale, "/", SubmittedOutcome(Some(Err(error.clone())))).await;
        assert!(html.contains("role=\"alert\""));
        assert!(html.contains(&error_message(locale, &error)));
    }
}

#[tokio::test]
async fn the_measured_accuracy_is_told() {
    let html = page_in(Locale::bn, "/about", SubmittedOutcome::default()).await;
    assert!(html.contains("৫২%") && html.contains("৪%") && html.contains("২০%"));
}

#[tokio::test]
async fn an_unknown_address_shows_its_own_page() {
    for (locale, heading) in [
        (Locale::bn, "এই পাতাটি নেই"),
        (Locale::en, "This page does not exist"),
    ] {
        let html = page_in(locale, "/nowhere", SubmittedOutcome::default()).await;
        assert!(html.contains(heading));
    }
}
