//! What an upload may cost, and what becomes of one that costs more.

use std::{
    fmt::Debug,
    future::poll_fn,
    num::{NonZeroU32, NonZeroU64},
    pin::Pin,
    task::Poll,
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::{
        Request, StatusCode,
        header::{CONTENT_LENGTH, EXPECT, HOST},
    },
};
use banglaser::server::{router, settings::Settings, state::AppState};
use futures::{FutureExt, Stream, StreamExt, stream};
use tokio::time::{Instant, sleep};
use tower::ServiceExt;

use crate::{
    access::from,
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

/// A byte now and then, for ever.
fn dripping(form: &[u8]) -> impl Stream<Item = Result<Bytes, std::io::Error>> + use<> {
    let form = Bytes::copy_from_slice(form);
    stream::unfold(form, |mut form| async move {
        sleep(Duration::from_secs(2)).await;
        let byte = form.split_to(1.min(form.len()));
        (!byte.is_empty()).then_some((Ok(byte), form))
    })
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_drips_is_given_up_long_before_its_time() {
    let state = state(|settings| {
        settings.server.upload_timeout_s = NonZeroU32::new(10_000).expect("not 0");
    });
    let form = form_with("file", "voice.wav", &syllables_wav(1.0));
    for route in ["/predict", "/api/recognize", "/api/v1/batches"] {
        let started = Instant::now();
        let request = post_form(route, Body::from_stream(dripping(&form)));
        let answer = send(router(state.clone()), request).await;
        assert_eq!(answer.code(), "upload_incomplete");
        assert!(
            started.elapsed() < Duration::from_secs(21),
            "{:?}",
            started.elapsed()
        );
    }
}

/// Such a body cost the square of its pieces: 28 s for 9 MB.
#[tokio::test]
async fn tiny_pieces_without_a_boundary_cost_little() {
    let state = state(|_| {});
    let body = Bytes::from(vec![b'-'; 2 << 20]);
    for route in UPLOAD_ROUTES {
        let pieces =
            (0..body.len()).map(|place| Ok::<_, std::io::Error>(body.slice(place..=place)));
        let pieces: Vec<_> = pieces.collect();
        let started = std::time::Instant::now();
        let request = post_form(route, Body::from_stream(stream::iter(pieces)));
        let answer = send(router(state.clone()), request).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{route}");
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "{:?}",
            started.elapsed()
        );
    }
}

/// The answer to a request that waits for more of its body.
async fn begun(
    state: &AppState,
    mut request: Request<Body>,
) -> Pin<Box<impl Future<Output = impl Debug>>> {
    let host = "here".parse().expect("a header");
    request.headers_mut().insert(HOST, host);
    let mut answering = Box::pin(router(state.clone()).oneshot(request));
    for _ in 0..100 {
        poll_fn(|context| {
            assert!(answering.poll_unpin(context).is_pending());
            Poll::Ready(())
        })
        .await;
    }
    answering
}

#[tokio::test]
async fn who_fills_the_memory_keeps_nobody_else_out() {
    let clip = syllables_wav(1.0);
    let state = state(|settings| {
        let n_bytes = NonZeroU64::new(clip.len() as u64 * 10).expect("not 0");
        settings.server.max_upload_memory_bytes = n_bytes;
    });
    let (greedy, other) = ("10.0.0.1:1", "10.0.0.2:1");
    let half = form_with("file", "voice.wav", &clip);
    let mut unfinished = Vec::new();
    for _ in 0..24 {
        let request = post_form("/predict", Body::from_stream(stalled(&half)));
        unfinished.push(begun(&state, from(request, greedy)).await);
    }
    for (address, is_heard) in [(greedy, false), (other, true)] {
        for route in UPLOAD_ROUTES.into_iter().chain(["/api/v1/batches"]) {
            let answer = send(router(state.clone()), from(upload(route, &clip), address)).await;
            let is_refused = answer.status == StatusCode::SERVICE_UNAVAILABLE;
            assert_eq!(!is_refused, is_heard, "{route} {address}");
        }
    }
    drop(unfinished);
    let answer = send(router(state), from(upload("/predict", &clip), greedy)).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn what_has_not_arrived_takes_no_memory_and_what_a_client_leaves_comes_back() {
    let state = state(|_| {});
    let memory = &state.body_limits.memory;
    let form = form_with("file", "voice.wav", &syllables_wav(1.0));
    let nothing = post_form("/predict", Body::from_stream(stalled(&[])));
    let half = post_form("/predict", Body::from_stream(stalled(&form)));
    for (request, expected) in [(nothing, 0), (half, form.len() as u64 / 2)] {
        let answering = begun(&state, request).await;
        assert_eq!(memory.n_bytes(), expected);
        drop(answering);
        assert_eq!((memory.n_bytes(), memory.n_uploads()), (0, 0));
    }
}

#[tokio::test]
async fn an_upload_without_memory_is_503_and_health_goes_on() {
    let clip = syllables_wav(1.0);
    let state = state(|settings| {
        let n_bytes = NonZeroU64::new(clip.len() as u64 * 2).expect("not 0");
        settings.server.max_upload_memory_bytes = n_bytes;
    });
    let held = state.body_limits.memory.share(pipeline::Client(1), 0);
    assert!(held.take(clip.len() as u64 + 1));
    for route in UPLOAD_ROUTES.into_iter().chain(["/api/v1/batches"]) {
        let answer = send(router(state.clone()), upload(route, &clip)).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{route}");
        assert_eq!(answer.header("retry-after"), "10");
    }
    assert_eq!(
        send(router(state.clone()), get("/health")).await.status,
        StatusCode::OK
    );
    drop(held);
    let answer = send(router(state.clone()), upload("/predict", &clip)).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(state.body_limits.memory.n_bytes(), 0);
}
