//! The shipped checkpoint's answers are pinned, by whichever door a clip enters.

use axum::http::StatusCode;
use banglaser::server::{router, settings::Engine};

use crate::{
    pinned::{self, TOLERANCE},
    trial::{form_of, post_form, send, shipped, state, upload},
};

#[tokio::test]
async fn page_and_rest_give_the_pinned_answers() {
    for clip in pinned::clips() {
        for (path, place) in [
            ("/api/v1/recognitions", "/probabilities"),
            ("/api/recognize", "/prediction/probabilities"),
        ] {
            let answer = send(shipped(), upload(path, &clip.bytes())).await;
            assert_eq!(
                answer.status,
                StatusCode::OK,
                "{}: {}",
                clip.name,
                answer.text()
            );
            let json = answer.json();
            let probabilities = json.pointer(place).expect("probabilities");
            clip.assert_answered(path, probabilities, TOLERANCE);
        }
    }
}

#[tokio::test]
async fn a_batch_gives_the_pinned_answers() {
    let clips = pinned::clips();
    let contents: Vec<_> = clips.iter().map(pinned::Pinned::bytes).collect();
    let files: Vec<_> = clips
        .iter()
        .zip(&contents)
        .map(|(clip, content)| ("file", clip.name.as_str(), content.as_slice()))
        .collect();
    let form = post_form("/api/v1/batches", form_of(&files).into());
    let json = send(shipped(), form).await.json();
    for (idx, clip) in clips.iter().enumerate() {
        let result = &json["results"][idx];
        assert_eq!(result["file_name"], clip.name);
        clip.assert_answered("batch", &result["recognition"]["probabilities"], TOLERANCE);
    }
}

/// The packed transformer rounds its inputs to 8 bits, which moves these probabilities by up to 0.018; what is not
/// rounded agrees within 1e-4 (crates/network/tests/parity).
const ENGINES_TOLERANCE: f64 = 0.03;

#[tokio::test]
async fn the_reference_network_gives_the_pinned_answers() {
    let router = router(state(|settings| settings.recognizer.engine = Engine::Burn));
    for clip in pinned::clips() {
        let answer = send(
            router.clone(),
            upload("/api/v1/recognitions", &clip.bytes()),
        )
        .await;
        let json = answer.json();
        clip.assert_answered("burn", &json["probabilities"], ENGINES_TOLERANCE);
    }
}
