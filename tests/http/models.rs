//! Several models: which answer, how one is chosen by every way in, and what is said of one that is not there.

use std::{
    fs,
    path::{Path, PathBuf},
};

use axum::{
    Router,
    http::{Request, StatusCode},
};
use banglaser::server::router;
use inference::Recognizer;
use vocabulary::{Emotion, LabelSet};

use crate::{
    checkpoints,
    clips::syllables_wav,
    recordings::{samples, wav},
    trial::{clip_form, first, form_of, get, post_form, send, started, state},
};

/// Name of the model that [`checkpoints::random`] makes.
const FURTHER: &str = "random";

/// Writes a checkpoint for all emotions into a folder of the test's own.
fn checkpoint(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("models")
        .join(test);
    let labels = LabelSet::new(Emotion::ALL.into()).expect("none twice");
    checkpoints::write_random(&folder, labels);
    folder
}

fn with_further(further: PathBuf) -> Router {
    router(state(|settings| {
        settings.recognizer.further_checkpoints = vec![further]
    }))
}

fn in_query(path: &str, model: &str) -> String {
    format!("{path}?model={model}")
}

#[test]
fn the_checkpoint_that_the_browser_tests_choose_knows_every_emotion() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checkpoints/eight");
    let known = Recognizer::open(|file| fs::read(folder.join(file))).expect("it opens");
    assert!(known.labels().iter().eq(Emotion::ALL));
}

#[tokio::test]
async fn models_are_listed_and_each_tells_its_emotions() {
    let router = with_further(checkpoint("listed"));
    let models = send(router.clone(), get("/api/v1/models")).await.json();
    let first = send(router.clone(), get("/api/v1/model")).await.json();
    assert_eq!(models[0], first);
    assert_eq!(models[1]["id"], FURTHER);
    assert_eq!(
        models[1]["emotions"].as_array().map(Vec::len),
        Some(Emotion::ALL.len())
    );
    for (path, n_emotions) in [
        ("/api/v1/emotions".to_owned(), 5),
        (in_query("/api/v1/emotions", FURTHER), Emotion::ALL.len()),
    ] {
        let emotions = send(router.clone(), get(&path)).await.json();
        assert_eq!(
            emotions.as_array().map(Vec::len),
            Some(n_emotions),
            "{path}"
        );
    }
}

/// It lies in a folder without an encoder: that of the first model, which its hashes name.
#[tokio::test]
async fn the_shipped_experiment_tells_eight_emotions_apart() {
    let id = "bilstm-v7-eight";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("models")
        .join(id);
    let router = with_further(folder);
    let clip = wav(16_000, &[&samples("angry.flac")]);
    let request = clip_form(&in_query("/api/v1/recognitions", id), &clip, &[]);
    let answer = send(router.clone(), request).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let said = answer.json();
    assert_eq!(
        (&said["model"], &said["emotion"]),
        (&id.into(), &"angry".into())
    );
    let probabilities = said["probabilities"].as_object().expect("an object");
    assert_eq!(probabilities.len(), Emotion::ALL.len());
    let page = send(router, get("/model")).await;
    assert!(page.text().contains("EmoGator"), "its card");
}

#[tokio::test]
async fn a_model_is_chosen_by_field_or_address() {
    let router = with_further(checkpoint("chosen"));
    let clip = syllables_wav(2.0);
    let rest = "/api/v1/recognitions";
    let chosen = in_query(rest, FURTHER);
    let in_body = Request::post(&chosen)
        .body(clip.clone().into())
        .expect("a request");
    for (request, model) in [
        (clip_form(rest, &clip, &[]), None),
        (clip_form(rest, &clip, &[("model", "")]), None),
        (clip_form(rest, &clip, &[("model", FURTHER)]), Some(FURTHER)),
        (clip_form(&chosen, &clip, &[]), Some(FURTHER)),
        (
            clip_form(&chosen, &clip, &[("model", "another")]),
            Some(FURTHER),
        ),
        (in_body, Some(FURTHER)),
        (
            clip_form("/api/recognize", &clip, &[("model", FURTHER)]),
            Some(FURTHER),
        ),
        (clip_form("/api/v1/profiles", &clip, &[]), None),
    ] {
        let path = request.uri().clone();
        let answer = send(router.clone(), request).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        let said = answer.json();
        assert_eq!(said["model"] == FURTHER, model.is_some(), "{path}: {said}");
        let prediction = if path == "/api/recognize" {
            &said["prediction"]
        } else {
            &said
        };
        if let Some(probabilities) = prediction["probabilities"].as_object() {
            let n_emotions = if model.is_some() {
                Emotion::ALL.len()
            } else {
                5
            };
            assert_eq!(probabilities.len(), n_emotions, "{path}");
        }
    }
    let page = send(router, clip_form("/en", &clip, &[("model", FURTHER)])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text().contains("data-emotion=\"contempt\""),
        "a bar of its own"
    );
}

#[tokio::test]
async fn a_batch_is_heard_by_the_model_that_its_address_names() {
    let router = with_further(checkpoint("batch"));
    let clip = syllables_wav(1.0);
    let form = form_of(&[("a", "a.wav", &clip), ("b", "b.wav", &clip)]);
    let path = in_query("/api/v1/batches", FURTHER);
    let batch = send(router.clone(), post_form(&path, form.clone().into()))
        .await
        .json();
    for result in batch["results"].as_array().expect("results") {
        assert_eq!(result["recognition"]["model"], FURTHER);
    }
    let nobody = in_query("/api/v1/batches", "nobody");
    let refused = send(router, post_form(&nobody, form.into())).await;
    assert_eq!(refused.code(), "unknown_model");
}

#[tokio::test]
async fn who_asks_for_another_model_is_told_which_there_are() {
    let router = with_further(checkpoint("unknown"));
    let clip = syllables_wav(1.0);
    for path in [
        "/api/v1/recognitions",
        "/api/v1/profiles",
        "/api/recognize",
        "/api/enrol",
    ] {
        let request = clip_form(path, &clip, &[("model", "../x")]);
        let answer = send(router.clone(), request).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert_eq!(answer.code(), "unknown_model");
        assert!(answer.text().contains(FURTHER), "{}", answer.text());
    }
    for query in ["model=%ff", "model=a&model=b", "model=nobody"] {
        let answer = send(router.clone(), get(&format!("/api/v1/emotions?{query}"))).await;
        assert_eq!(answer.code(), "unknown_model", "{query}");
    }
    let page = send(router, clip_form("/en", &clip, &[("model", "nobody")])).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().contains("“model” can be one of these"));
}

#[tokio::test]
async fn a_profile_is_one_models_alone() {
    let router = with_further(checkpoint("profile"));
    let clip = syllables_wav(2.0);
    let profile = send(router.clone(), clip_form("/api/v1/profiles", &clip, &[])).await;
    let fields = [("profile", profile.text()), ("model", FURTHER)];
    let refused = send(router, clip_form("/api/v1/recognitions", &clip, &fields)).await;
    assert_eq!(refused.code(), "profile_refused");
    assert!(refused.text().contains(FURTHER));
}

#[test]
fn a_further_checkpoint_that_does_not_open_ends_the_start() {
    let missing = PathBuf::from("nowhere");
    let damaged = checkpoint("damaged");
    fs::write(damaged.join("weights.safetensors"), b"no tensors").expect("a writable folder");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/bilstm-v8");
    for further in [missing, damaged, shipped] {
        let named = further.display().to_string();
        let started = started(
            |settings| settings.recognizer.further_checkpoints = vec![further],
            first,
        );
        assert!(started.is_err(), "{named}");
    }
}
