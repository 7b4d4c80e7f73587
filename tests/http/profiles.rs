//! Voice profiles: made and used over REST and by the page alike; what is none of the model's is refused.

use axum::http::StatusCode;
use serde_json::Value;

use crate::{
    clips::{silent_wav, syllables_wav},
    trial::{clip_form, send, shipped},
};

const PROFILES: &str = "/api/v1/profiles";
const RECOGNITIONS: &str = "/api/v1/recognitions";

async fn profile(path: &str, fields: &[(&str, &str)]) -> Value {
    let answer = send(shipped(), clip_form(path, &syllables_wav(3.0), fields)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_profile_is_made_bettered_and_changes_answers() {
    let first = profile(PROFILES, &[("emotion", "angry")]).await;
    assert_eq!(first["n_clips"], 1);
    let given = first.to_string();
    let fields = [("profile", &*given), ("emotion", "sad")];
    let second = profile(PROFILES, &fields).await;
    assert_eq!(second["n_clips"], 2);
    assert!(first["voice"] != second["voice"]);

    let clip = syllables_wav(4.0);
    let mut answers = Vec::new();
    for fields in [vec![], vec![("profile", "")], vec![("profile", "given")]] {
        let given = second.to_string();
        let fields: Vec<_> = fields
            .iter()
            .map(|&(name, content)| match content {
                "given" => (name, given.as_str()),
                _ => (name, content),
            })
            .collect();
        let of_rest = send(shipped(), clip_form(RECOGNITIONS, &clip, &fields)).await;
        let of_page = send(shipped(), clip_form("/api/recognize", &clip, &fields)).await;
        let rest = of_rest.json()["probabilities"].clone();
        let page = of_page.json()["prediction"]["probabilities"].clone();
        assert_eq!(rest, page);
        answers.push(rest);
    }
    assert_eq!(answers[0], answers[1], "an empty field is none");
    assert_ne!(answers[0], answers[2]);
}

#[tokio::test]
async fn the_page_gets_the_same_profile_and_what_made_the_clip_hard_to_hear() {
    let of_rest = profile(PROFILES, &[("emotion", "neutral")]).await;
    let of_page = profile("/api/enrol", &[("emotion", "neutral")]).await;
    assert_eq!(of_page["profile"], of_rest);
    assert_eq!(of_page["notes"], Value::Array(Vec::new()));
    assert!(
        of_page["speech_s"]
            .as_f64()
            .is_some_and(|speech_s| speech_s > 2.0)
    );
    let short = send(shipped(), clip_form("/api/enrol", &syllables_wav(1.0), &[])).await;
    assert_eq!(short.json()["notes"][0], "little_speech");
}

#[tokio::test]
async fn what_is_no_profile_of_the_model_is_refused() {
    let mut foreign = profile(PROFILES, &[]).await;
    foreign["model"] = "another".into();
    let foreign = foreign.to_string();
    let clip = syllables_wav(2.0);
    let silent = silent_wav(2.0);
    for (clip, fields, code) in [
        (&clip, [("profile", "no JSON")], "profile_refused"),
        (&clip, [("profile", &*foreign)], "profile_refused"),
        (&clip, [("emotion", "hungry")], "unknown_emotion"),
        (&silent, [("emotion", "neutral")], "no_speech"),
    ] {
        let of_rest = send(shipped(), clip_form(PROFILES, clip, &fields)).await;
        assert_eq!(of_rest.code(), code, "{}", of_rest.text());
        let of_page = send(shipped(), clip_form("/api/enrol", clip, &fields)).await;
        assert_eq!(of_page.json()["code"], code, "{}", of_page.text());
        assert_eq!(of_page.status, of_rest.status);
    }
}
