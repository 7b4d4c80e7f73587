//! Rules that held and strongest moments, as answers tell them.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::{
    pinned,
    trial::{Answer, changed, clip_form, form_of, post_form, send, shipped, upload},
};

const PATH: &str = "/api/v1/recognitions";
const RULE: &str = "sad >= high for 1 s";

fn clip(name: &str) -> Vec<u8> {
    let mut pinned = pinned::clips().into_iter();
    let clip = pinned.find(|clip| clip.name == name).expect("a clip");
    clip.bytes()
}

fn sad() -> Vec<u8> {
    clip("sad.flac")
}

async fn asked(query: &str) -> Answer {
    send(shipped(), upload(&format!("{PATH}?{query}"), &sad())).await
}

fn list<'a>(json: &'a Value, name: &str) -> &'a [Value] {
    json[name].as_array().map_or(&[], Vec::as_slice)
}

#[tokio::test]
async fn a_rule_that_held_is_told() {
    let answer = asked("alerts=sad%20%3E%3D%20high%20for%201%20s;angry%3E%3Dlow").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let json = answer.json();
    let [alert] = list(&json, "alerts") else {
        panic!("{json}");
    };
    assert_eq!(alert["rule"], RULE);
    assert_eq!(alert["emotion"], "sad");
    assert_eq!(alert["speaker"], Value::Null);
    let second = |name: &str| alert[name].as_f64().expect("a number");
    assert!(second("start_s") >= 0.0 && second("end_s") - second("start_s") >= 1.0);
    assert!(second("end_s") <= json["duration_s"].as_f64().expect("a number") + 1e-3);
    assert!((0.8..=1.0).contains(&second("confidence")));
    assert_eq!(asked("").await.json().get("alerts"), None);
}

#[tokio::test]
async fn the_address_stands_above_the_form_and_each_rule_is_told_once() {
    let form = clip_form(
        PATH,
        &sad(),
        &[
            ("alerts", "sad >= high for 1s; sad>=high for 1 s"),
            ("peaks", "1"),
        ],
    );
    let json = send(shipped(), form).await.json();
    assert_eq!(list(&json, "peaks").len(), 1);
    let rules: Vec<_> = list(&json, "alerts")
        .iter()
        .map(|one| &one["rule"])
        .collect();
    assert_eq!(rules, [RULE]);
    let path = format!("{PATH}?alerts=angry%20%3E%3D%20high");
    let form = clip_form(&path, &sad(), &[("alerts", RULE)]);
    assert_eq!(send(shipped(), form).await.json().get("alerts"), None);
}

#[tokio::test]
async fn the_strongest_moments_are_told() {
    let json = asked("peaks=2").await.json();
    let peaks = list(&json, "peaks");
    let of_sad: Vec<_> = peaks
        .iter()
        .filter(|peak| peak["emotion"] == "sad")
        .collect();
    assert!(!of_sad.is_empty() && of_sad.len() <= 2, "{peaks:?}");
    for peak in peaks {
        let second = |name: &str| peak[name].as_f64().expect("a number");
        assert!(second("start_s") <= second("at_s") && second("at_s") <= second("end_s"));
        assert_ne!(peak["band"], "unclear");
    }
    assert_eq!(asked("peaks=0").await.json().get("peaks"), None);
}

#[tokio::test]
async fn what_is_no_rule_or_number_is_refused_by_name() {
    let many = vec!["sad%3E%3Dlow"; 21].join(";");
    for query in [
        "alerts=angry",
        "alerts=angry%20%3E%3D%20unclear",
        "alerts=sad%3E%3Dlow;rage%3E%3Dlow",
        &*format!("alerts={many}"),
        "peaks=21",
        "peaks=-1",
        "peaks=many",
    ] {
        let answer = asked(query).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert_eq!(answer.code(), "unknown_value", "{query}");
        let field = query.split('=').next().expect("a name");
        assert_eq!(answer.json()["error"]["field"], json!(field));
    }
}

#[tokio::test]
async fn rules_of_the_settings_are_looked_for_in_every_clip() {
    let watched = || changed(|settings| settings.alerts.rules = vec![RULE.to_owned()]);
    let alone = send(watched(), upload(PATH, &sad())).await.json();
    assert_eq!(list(&alone, "alerts").len(), 1, "{alone}");
    let both = format!("{PATH}?alerts=sad%20%3E%3D%20high%20for%201%20s;sad%3E%3Dlow");
    let both = send(watched(), upload(&both, &sad())).await.json();
    assert_eq!(list(&both, "alerts").len(), 2, "{both}");
    let files: [(_, _, &[u8]); 2] = [
        ("file", "a.flac", &sad()),
        ("file", "b.flac", &clip("angry.flac")),
    ];
    let form = post_form("/api/v1/batches?peaks=1", form_of(&files).into());
    let json = send(watched(), form).await.json();
    let [first, second] = list(&json, "results") else {
        panic!("{json}");
    };
    assert_eq!(list(&first["recognition"], "alerts").len(), 1);
    assert_eq!(second["recognition"].get("alerts"), None);
    assert_eq!(list(&first["recognition"], "peaks").len(), 1);
}
