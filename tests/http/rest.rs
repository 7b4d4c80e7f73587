//! `/predict`, `/health` and the server function, from a clip to JSON.

use axum::{Router, http::StatusCode};
use vocabulary::Analysis;
use vocabulary::{Emotion, LabelSet};

use crate::{
    clips::{silent_wav, syllables_wav},
    trial::{get, labelled, send, shipped, upload},
};

#[tokio::test]
async fn health_is_the_originals() {
    let answer = send(shipped(), get("/health")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.text(),
        r#"{"status":"healthy","model_loaded":true,"device":"cpu"}"#
    );
}

#[tokio::test]
async fn predict_is_the_originals() {
    assert_predicts(shipped(), &LabelSet::five()).await;
}

#[tokio::test]
async fn predict_tells_of_every_label_of_the_checkpoint() {
    let labels = LabelSet::new(Emotion::ALL.into()).expect("none twice");
    assert_predicts(labelled(labels.clone()), &labels).await;
}

/// `/predict` answers in the original's shape, with exactly these emotions in this order.
async fn assert_predicts(router: Router, labels: &LabelSet) {
    let answer = send(router, upload("/predict", &syllables_wav(5.0))).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let json = answer.json();
    assert_eq!(json["success"], true);

    let all = json["all_emotions"].as_object().expect("an object");
    assert_eq!(all.len(), labels.n_labels());
    let places = labels.iter().map(|emotion| {
        let key = format!("\"{}\":{{", emotion.label_en());
        answer.text().find(&key).expect("every label is a key")
    });
    assert!(places.is_sorted(), "not in label order: {}", answer.text());

    let mut sum = 0.0;
    for emotion in labels.iter() {
        let share = &all[emotion.label_en()];
        assert_eq!(share["label_en"], emotion.label_en());
        assert_eq!(share["label_bn"], emotion.label_bn());
        let probability = share["probability"].as_f64().expect("a number");
        let percentage = share["percentage"].as_f64().expect("a number");
        assert!((probability * 100.0 - percentage).abs() < 0.011);
        sum += probability;
    }
    assert!((sum - 1.0).abs() < 1e-3, "{sum}");

    let top = &json["top_emotion"];
    let share = &all[top["label_en"].as_str().expect("a label")];
    assert_eq!(top["label_bn"], share["label_bn"]);
    assert_eq!(top["color"], share["color"]);
    assert_eq!(top["confidence"], share["percentage"]);
    for other in all.values() {
        assert!(other["percentage"].as_f64() <= top["confidence"].as_f64());
    }
}

#[tokio::test]
async fn server_function_and_predict_say_the_same() {
    let clip = syllables_wav(6.0);
    let function = send(shipped(), upload("/api/recognize", &clip)).await;
    assert_eq!(function.status, StatusCode::OK, "{}", function.text());
    let Analysis { prediction, .. } = serde_json::from_slice(&function.body).expect("an analysis");
    assert!((prediction.duration_s - 6.0).abs() < 0.01);
    assert_eq!(prediction.windows.len(), 3);

    let predicted = send(shipped(), upload("/predict", &clip)).await.json();
    let top = prediction.emotion();
    assert_eq!(predicted["top_emotion"]["label_en"], top.label_en());
    let confidence = predicted["top_emotion"]["confidence"]
        .as_f64()
        .expect("a number");
    assert!((confidence / 100.0 - f64::from(prediction.confidence())).abs() < 1e-3);
}

#[tokio::test]
async fn what_is_no_voice_is_refused_by_name() {
    let truncated = syllables_wav(2.0)[..40].to_vec();
    for (clip, status, code) in [
        (
            b"this is no audio at all".to_vec(),
            415,
            "unsupported_audio",
        ),
        (Vec::new(), 400, "empty_file"),
        (silent_wav(2.0), 422, "no_speech"),
        (syllables_wav(0.1), 422, "too_short"),
        (syllables_wav(0.0), 422, "no_speech"),
        (truncated, 422, "damaged_audio"),
    ] {
        let rest = send(shipped(), upload("/predict", &clip)).await;
        assert_eq!((rest.status.as_u16(), rest.code().as_str()), (status, code));
        let json = rest.json();
        assert_eq!(json["success"], false);
        assert_eq!(json["request_id"], rest.header("x-request-id"));
        let is_bengali = |key: &str| {
            let message = json[key].as_str().expect("a message");
            assert!(!message.is_empty());
            message.contains(|letter| ('\u{980}'..='\u{9FF}').contains(&letter))
        };
        assert!(
            is_bengali("message_bn") && !is_bengali("message_en"),
            "{json}"
        );

        let function = send(shipped(), upload("/api/recognize", &clip)).await;
        assert_eq!(
            (function.status.as_u16(), function.code().as_str()),
            (status, code)
        );
        assert_eq!(function.json(), json["error"]);

        let page = send(shipped(), upload("/", &clip)).await;
        assert_eq!(page.status.as_u16(), status);
    }
}
