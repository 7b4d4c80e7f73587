//! Clips of several voices: turns, channels, and the files for other tools that an answer may be.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::Value;

use crate::{
    recordings::{SECOND, samples, wav},
    trial::{Answer, clip_form, send, shipped, upload},
};

const PATH: &str = "/api/v1/recognitions";

/// Somebody speaks, pauses for two seconds, and speaks again.
fn twice() -> Vec<f32> {
    let pause = vec![0.0; 2 * SECOND];
    [samples("angry.flac"), pause, samples("sad.flac")].concat()
}

/// A call: one side speaks, then the other.
fn call() -> Vec<u8> {
    let (caller, agent) = (samples("sad.flac"), samples("neutral.flac"));
    let silence = |of: &[f32]| vec![0.0; of.len()];
    let left = [caller.clone(), silence(&agent)].concat();
    let right = [silence(&caller), agent].concat();
    wav(16_000, &[&left, &right])
}

async fn asked(query: &str, clip: &[u8]) -> Answer {
    send(shipped(), upload(&format!("{PATH}?{query}"), clip)).await
}

fn turns(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()["turns"]
        .as_array()
        .cloned()
        .unwrap_or_default()
}

fn second(turn: &Value, name: &str) -> f64 {
    turn[name].as_f64().expect("a number")
}

#[tokio::test]
async fn what_one_voice_says_between_pauses_is_a_turn() {
    let answer = asked("speakers=1", &wav(16_000, &[&twice()])).await;
    let turns = turns(&answer);
    assert_eq!(turns.len(), 2, "{turns:?}");
    let first_s = samples("angry.flac").len() as f64 / SECOND as f64;
    assert!(second(&turns[0], "end_s") <= first_s + 0.2);
    assert!(second(&turns[1], "start_s") >= first_s + 1.8);
    for turn in &turns {
        assert_eq!(turn["speaker"], "A");
        assert_eq!(turn["channel"], Value::Null);
        let sum: f64 = turn["probabilities"]
            .as_object()
            .expect("an answer")
            .values()
            .filter_map(Value::as_f64)
            .sum();
        assert!((sum - 1.0).abs() < 1e-3);
        assert!(turn["band"]["name"].is_string() && turn["emotion"].is_string());
    }
    let whole = asked("", &wav(16_000, &[&twice()])).await.json();
    assert_eq!(whole.get("turns"), None);
    assert_eq!(whole["probabilities"], answer.json()["probabilities"]);
}

#[tokio::test]
async fn as_many_voices_are_found_as_were_told_at_most() {
    let clip = wav(16_000, &[&twice()]);
    for query in ["speakers=2", "speakers=6", "speakers=auto"] {
        let turns = turns(&asked(query, &clip).await);
        assert!(!turns.is_empty());
        assert_eq!(turns[0]["speaker"], "A", "who begins is the first");
        let mut before_s = 0.0;
        for turn in &turns {
            assert!(second(turn, "start_s") >= before_s, "{query}: {turns:?}");
            before_s = second(turn, "end_s");
            let speaker = turn["speaker"].as_str().expect("a letter");
            assert!(("A"..="F").contains(&speaker) && (query != "speakers=2" || speaker <= "B"));
        }
        assert!(before_s <= twice().len() as f64 / SECOND as f64);
    }
}

#[tokio::test]
async fn each_side_of_a_call_is_heard_by_itself() {
    let answer = asked("channels=separate", &call()).await;
    let turns = turns(&answer);
    let sides: Vec<_> = turns
        .iter()
        .map(|turn| (turn["channel"].as_u64(), turn["speaker"].as_str()))
        .collect();
    assert_eq!(sides.first(), Some(&(Some(0), Some("A"))));
    assert_eq!(sides.last(), Some(&(Some(1), Some("B"))));
    let channels = answer.json()["channels"].clone();
    let whole = send(
        shipped(),
        upload(PATH, &wav(16_000, &[&samples("sad.flac")])),
    )
    .await;
    assert_eq!(channels[0]["emotion"], whole.json()["emotion"]);
    assert!(channels[1]["windows"].is_array());
    assert_eq!(channels[2], Value::Null);
}

#[tokio::test]
async fn a_silent_side_says_nothing_and_a_third_is_refused() {
    let voice = samples("sad.flac");
    let silence = vec![0.0; voice.len()];
    let answer = asked("channels=separate", &wav(16_000, &[&silence, &voice])).await;
    assert!(turns(&answer).iter().all(|turn| turn["channel"] == 1));
    let json = answer.json();
    assert_eq!(json["channels"][0], Value::Null);
    assert!(json["channels"][1]["emotion"].is_string());
    let three = wav(16_000, &[&voice, &silence, &voice]);
    let refused = asked("channels=separate", &three).await;
    assert_eq!(refused.code(), "unsupported_audio");
    assert_eq!(asked("", &three).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_form_asks_as_the_address_does_and_the_address_stands_above_it() {
    let fields = [
        ("channels", "separate"),
        ("speakers", "1"),
        ("format", "csv"),
    ];
    let answer = send(shipped(), clip_form(PATH, &call(), &fields)).await;
    assert!(answer.header("content-type").starts_with("text/csv"));
    let rows: Vec<_> = answer.text().lines().collect();
    assert!(rows[0].starts_with("file,start_s,end_s,channel,speaker,"));
    assert!(rows.len() > 2, "{rows:?}");
    let path = format!("{PATH}?format=json&channels=mixed");
    let answer = send(shipped(), clip_form(&path, &call(), &fields)).await;
    assert_eq!(answer.json().get("channels"), None);
    assert!(turns(&answer).iter().all(|turn| turn["speaker"] == "A"));
}

#[tokio::test]
async fn an_answer_may_be_a_file_for_another_tool() {
    let clip = wav(16_000, &[&samples("sad.flac")]);
    for (format, media_type, begins) in [
        (
            "textgrid",
            "text/praat-textgrid; charset=utf-8",
            "File type = \"ooTextFile\"",
        ),
        ("eaf", "text/x-eaf+xml", "<?xml"),
        ("vtt", "text/vtt; charset=utf-8", "WEBVTT"),
        ("srt", "application/x-subrip", "1"),
        ("rttm", "text/plain; charset=utf-8", "SPEAKER "),
        ("labelstudio", "application/json", "["),
        ("audacity", "text/plain; charset=utf-8", "0"),
    ] {
        let answer = asked(&format!("format={format}"), &clip).await;
        assert_eq!(answer.header("content-type"), media_type, "{format}");
        assert!(
            answer.text().starts_with(begins),
            "{format}: {}",
            answer.text()
        );
        let named = answer.header("content-disposition").to_owned();
        assert!(
            named.starts_with("attachment; filename=\"banglaser."),
            "{named}"
        );
    }
    let mut request = upload(PATH, &clip);
    request
        .headers_mut()
        .insert("accept", "text/vtt".parse().expect("a header"));
    assert!(send(shipped(), request).await.text().starts_with("WEBVTT"));
}

#[tokio::test]
async fn what_is_asked_wrongly_is_told_with_what_there_is() {
    let clip = wav(16_000, &[&samples("sad.flac")]);
    for (query, field, known) in [
        ("speakers=7", "speakers", "auto"),
        ("speakers=two", "speakers", "6"),
        ("channels=left", "channels", "separate"),
        ("format=docx", "format", "textgrid"),
    ] {
        let refused = asked(query, &clip).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert_eq!(refused.code(), "unknown_value");
        let error = &refused.json()["error"];
        assert_eq!(error["field"], field);
        let told = error["known"].as_array().expect("a list");
        assert!(told.iter().any(|one| one == known), "{told:?}");
    }
    let silent: Request<Body> = upload(
        &format!("{PATH}?format=csv&speakers=auto"),
        &wav(16_000, &[&vec![0.0; 3 * SECOND]]),
    );
    assert_eq!(send(shipped(), silent).await.code(), "no_speech");
}

/// The page asks by its server function, a browser without script by the form itself.
#[tokio::test]
async fn the_page_tells_voices_apart_too() {
    let clip = call();
    let fields = [("channels", "separate"), ("speakers", "")];
    let answer = send(shipped(), clip_form("/api/recognize", &clip, &fields)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let prediction = &answer.json()["prediction"];
    let turns = prediction["turns"].as_array().expect("turns");
    assert_eq!(turns.len(), 2, "{turns:?}");
    assert!(turns.iter().all(|turn| turn.get("corrected").is_none()));
    assert!(
        answer.json()["pictures"]["waveform"]
            .as_str()
            .is_some_and(|path| path.len() > 100)
    );

    let page = send(shipped(), clip_form("/en", &clip, &fields)).await;
    assert_eq!(page.text().matches("<tbody").count(), 2);
    let unknown = [("speakers", "seven")];
    let refused = send(shipped(), clip_form("/api/recognize", &clip, &unknown)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}
