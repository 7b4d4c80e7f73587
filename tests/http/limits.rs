//! What an upload may cost, and what becomes of one that costs more.

use std::{future::poll_fn, num::NonZeroU64, task::Poll};

use axum::{
    body::{Body, Bytes},
    http::{
        StatusCode,
        header::{CONTENT_LENGTH, EXPECT},
    },
};
use banglaser::server::{router, settings::Settings, state::AppState};
use futures::{FutureExt, Stream, StreamExt, stream};
use tower::ServiceExt;

use crate::{
    clips::syllables_wav,
    trial::{UPLOAD_ROUTES, form_with, get, post_form, send, state, upload},
};

const MAX_UPLOAD_BYTES: u64 = 100_000;

fn small() -> AppState {
    state(|settings: &mut Settings| {
        settings.server.max_upload_bytes = NonZeroU64::new(MAX_UPLOAD_BYTES).expect("not 0");
    })
}

/// The form's bytes piece by piece, so that nobody knows the length beforehand.
fn chunked(form: Vec<u8>) -> Body {
    let chunks: Vec<_> = form
        .chunks(4096)
        .map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec()))
        .collect();
    Body::from_stream(stream::iter(chunks))
}

/// The start of a form, and then nothing, for ever.
fn stalled(form: &[u8]) -> impl Stream<Item = Result<Bytes, std::io::Error>> + use<> {
    let start = Bytes::copy_from_slice(&form[..form.len() / 2]);
    stream::iter([Ok(start)]).chain(stream::pending())
}

#[tokio::test]
async fn too_large_is_413_on_every_route() {
    let state = small();
    let router = router(state);
    for n_bytes in [MAX_UPLOAD_BYTES as usize + 1, 400_000, 4_000_000] {
        let form = form_with("file", "voice.wav", &vec![1; n_bytes]);
        for route in UPLOAD_ROUTES {
            let known = post_form(route, form.clone().into());
            let unknown = post_form(route, chunked(form.clone()));
            for request in [known, unknown] {
                let answer = send(router.clone(), request).await;
                assert_eq!(
                    answer.status,
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "{route} {n_bytes}"
                );
                if route != "/" {
                    assert_eq!(answer.code(), "too_large");
                    assert!(answer.text().contains("\"max_bytes\":100000"));
                }
            }
        }
    }
}

#[tokio::test]
async fn a_client_that_asks_before_sending_is_answered_unread() {
    let mut request = post_form("/predict", Body::from_stream(stalled(&[0; 10])));
    let headers = request.headers_mut();
    headers.insert(CONTENT_LENGTH, "1000000".parse().expect("a header"));
    headers.insert(EXPECT, "100-continue".parse().expect("a header"));
    let answer = send(router(small()), request).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_stalls_is_given_up() {
    let state = state(|_| {});
    let form = form_with("file", "voice.wav", &syllables_wav(1.0));
    for route in ["/predict", "/api/recognize"] {
        let request = post_form(route, Body::from_stream(stalled(&form)));
        let answer = send(router(state.clone()), request).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.code(), "upload_incomplete");
    }
}

#[tokio::test]
async fn a_client_that_leaves_frees_its_place() {
    let state = state(|_| {});
    let n_places = state.upload_places.available_permits();
    let form = form_with("file", "voice.wav", &syllables_wav(1.0));
    let request = post_form("/predict", Body::from_stream(stalled(&form)));
    let mut answering = Box::pin(router(state.clone()).oneshot(request));
    poll_fn(|context| {
        assert!(answering.poll_unpin(context).is_pending());
        Poll::Ready(())
    })
    .await;
    assert_eq!(state.upload_places.available_permits(), n_places - 1);
    drop(answering);
    assert_eq!(state.upload_places.available_permits(), n_places);
}

#[tokio::test]
async fn one_upload_too_many_is_503_and_health_goes_on() {
    let state = state(|_| {});
    let n_places = state.upload_places.available_permits() as u32;
    let held = state
        .upload_places
        .acquire_many(n_places)
        .await
        .expect("open");
    let clip = syllables_wav(1.0);
    for route in UPLOAD_ROUTES {
        let answer = send(router(state.clone()), upload(route, &clip)).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.header("retry-after"), "10");
    }
    assert_eq!(
        send(router(state.clone()), get("/health")).await.status,
        StatusCode::OK
    );
    drop(held);
    let answer = send(router(state.clone()), upload("/predict", &clip)).await;
    assert_eq!(answer.status, StatusCode::OK);
}
