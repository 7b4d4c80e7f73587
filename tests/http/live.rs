//! `GET /api/v1/live`: what a voice expresses, told while somebody speaks.

use std::{net::SocketAddr, path::Path};

use axum::{Router, http::StatusCode};
use banglaser::server::{router, state::AppState};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    time::pause,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        protocol::{
            CloseFrame,
            frame::{
                Frame,
                coding::{CloseCode, Data, OpCode},
            },
        },
    },
};

use crate::trial::{get, send, shipped, state};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A tenth of a second.
const PIECE_BYTES: usize = 3_200;

/// Serves until the test ends.
async fn serve(state: AppState) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let service: Router = router(state);
    let service = service.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

async fn connect(
    address: SocketAddr,
    query: &str,
    headers: &[(&'static str, &str)],
) -> Result<Socket, StatusCode> {
    let url = format!("ws://{address}/api/v1/live{query}");
    let mut request = url.into_client_request().expect("a request");
    for (name, value) in headers {
        request
            .headers_mut()
            .insert(*name, value.parse().expect("a value"));
    }
    match connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(response)) => Err(response.status()),
        Err(error) => panic!("{error}"),
    }
}

/// Samples of four and a half seconds that espeak-ng spoke, between silence.
fn spoken() -> Vec<u8> {
    let clip = Path::new(env!("CARGO_MANIFEST_DIR")).join("end2end/clips/clip.wav");
    let clip = std::fs::read(clip).expect("a clip");
    let silence = vec![0; 32_000];
    [&silence, &clip[44..], &silence].concat()
}

/// Everything that is told until the other end closes, and its code.
async fn told(mut socket: Socket) -> (Vec<Value>, Option<u16>) {
    let mut events = Vec::new();
    while let Some(Ok(message)) = socket.next().await {
        match message {
            Message::Text(text) => events.push(serde_json::from_str(&text).expect("JSON")),
            Message::Close(frame) => return (events, frame.map(|frame| frame.code.into())),
            _ => {}
        }
    }
    (events, None)
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["type"].as_str().expect("a type"))
        .collect()
}

async fn say(socket: &mut Socket, samples: &[u8]) {
    for piece in samples.chunks(PIECE_BYTES) {
        let piece = Message::Binary(piece.to_vec().into());
        socket.send(piece).await.expect("the server listens");
    }
}

#[tokio::test]
async fn speech_begins_is_told_and_ends() {
    let address = serve(state(|_| {})).await;
    let mut socket = connect(address, "", &[]).await.expect("a socket");
    say(&mut socket, &spoken()).await;
    let farewell = json!({"type": "session.close"}).to_string();
    socket
        .send(Message::Text(farewell.into()))
        .await
        .expect("sent");
    let (events, code) = told(socket).await;
    assert_eq!(code, Some(1000));
    let kinds = kinds(&events);
    assert_eq!(kinds[..2], ["session.created", "speech.start"]);
    assert_eq!(kinds[kinds.len() - 1], "session.closed");
    assert!(kinds.contains(&"speech.end"), "{kinds:?}");
    let results: Vec<_> = events
        .iter()
        .filter(|event| event["type"] == "result")
        .collect();
    // Faster than anybody speaks: every half second is answered.
    assert!(results.len() >= 6, "{kinds:?}");
    for result in &results {
        let probabilities = result["probabilities"].as_object().expect("probabilities");
        let sum: f64 = probabilities.values().filter_map(Value::as_f64).sum();
        assert!((sum - 1.0).abs() < 1e-3);
        let emotion = result["emotion"].as_str().expect("an emotion");
        assert!(probabilities.contains_key(emotion));
        let length_s = result["end_s"].as_f64().zip(result["start_s"].as_f64());
        assert!(length_s.is_some_and(|(end_s, start_s)| (0.5..=4.1).contains(&(end_s - start_s))));
    }
    let duration_s = events.last().expect("events")["duration_s"].as_f64();
    assert!(duration_s.is_some_and(|duration_s| (duration_s - 6.49).abs() < 0.01));
}

#[tokio::test]
async fn what_is_no_audio_is_told_so() {
    let address = serve(state(|_| {})).await;
    for (message, code, close) in [
        (Message::Text("hello".into()), "invalid_frame", 1003),
        (Message::Text("[[[[".into()), "invalid_frame", 1003),
        (Message::Binary(vec![1, 2, 3].into()), "invalid_frame", 1003),
        (Message::Binary(vec![0; 64_002].into()), "too_large", 1009),
        (Message::Binary(vec![0; 128_002].into()), "too_large", 1009),
        (Message::Text("a".repeat(64_001).into()), "too_large", 1009),
        // More than the system holds of what nobody reads.
        (
            Message::Binary(vec![0; 20_000_000].into()),
            "too_large",
            1009,
        ),
    ] {
        let mut socket = connect(address, "", &[]).await.expect("a socket");
        socket.send(message).await.expect("sent");
        let (events, closed) = told(socket).await;
        assert_eq!(kinds(&events), ["session.created", "error"]);
        let error = &events[1];
        assert_eq!(error["error"]["code"], code);
        assert!(error["message_bn"].is_string() && error["request_id"].is_string());
        assert_eq!(closed, Some(close));
    }
}

#[tokio::test]
async fn a_message_in_pieces_may_be_as_long_as_a_whole_one() {
    let address = serve(state(|_| {})).await;
    let mut socket = connect(address, "", &[]).await.expect("a socket");
    for kind in [Data::Binary, Data::Continue, Data::Continue, Data::Continue] {
        let piece = Frame::message(vec![0_u8; 50_000], OpCode::Data(kind), false);
        socket.send(Message::Frame(piece)).await.expect("sent");
    }
    let (events, code) = told(socket).await;
    assert_eq!(kinds(&events), ["session.created", "error"]);
    assert_eq!(events[1]["error"]["code"], "too_large");
    assert_eq!(events[1]["error"]["max_bytes"], 64_000);
    assert_eq!(code, Some(1009));
}

#[tokio::test]
async fn who_closes_is_answered() {
    let address = serve(state(|_| {})).await;
    let mut socket = connect(address, "", &[]).await.expect("a socket");
    let farewell = CloseFrame {
        code: CloseCode::Normal,
        reason: "".into(),
    };
    socket.close(Some(farewell)).await.expect("sent");
    let (events, code) = told(socket).await;
    assert_eq!(kinds(&events), ["session.created"]);
    assert_eq!(code, Some(1000));
}

#[tokio::test]
async fn who_breaks_the_protocol_is_told_so() {
    let address = serve(state(|_| {})).await;
    let broken: [(&[u8], u16); 7] = [
        // Text that is not UTF-8, and the same in pieces.
        (&[0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe], 1007),
        (&[0x01, 0x82, 0, 0, 0, 0, 0xff, 0xfe], 1007),
        // A reserved bit, reserved kinds of frames, no mask, nothing to continue.
        (&[0xc2, 0x80, 0, 0, 0, 0], 1002),
        (&[0x83, 0x80, 0, 0, 0, 0], 1002),
        (&[0x8b, 0x80, 0, 0, 0, 0], 1002),
        (&[0x82, 0x02, 0, 0], 1002),
        (&[0x80, 0x80, 0, 0, 0, 0], 1002),
    ];
    for (frame, expected) in broken {
        let mut socket = connect(address, "", &[]).await.expect("a socket");
        let sent = socket.get_mut().write_all(frame).await;
        sent.expect("the server listens");
        let (events, code) = told(socket).await;
        assert_eq!(kinds(&events), ["session.created"], "{frame:x?}");
        assert_eq!(code, Some(expected), "{frame:x?}");
    }
}

#[tokio::test]
async fn nothing_but_samples_keeps_a_connection() {
    let address = serve(state(|_| {})).await;
    let mut socket = connect(address, "", &[]).await.expect("a socket");
    // From here on ten seconds pass from ping to ping, and no time.
    pause();
    let mut events: Vec<Value> = Vec::new();
    let mut n_pings = 0;
    while let Some(Ok(message)) = socket.next().await {
        match message {
            Message::Ping(_) => {
                n_pings += 1;
                assert!(n_pings < 10, "{events:?}");
                // The server may hang up before.
                let _ = socket.send(Message::Binary(Vec::new().into())).await;
            }
            Message::Text(text) => events.push(serde_json::from_str(&text).expect("JSON")),
            _ => {}
        }
    }
    assert_eq!(kinds(&events), ["session.created", "error"]);
    assert_eq!(events[1]["error"]["code"], "too_slow");
}

#[tokio::test]
async fn who_goes_away_or_sends_nothing_harms_nobody() {
    let address = serve(state(|_| {})).await;
    for samples in [&spoken()[..], &[]] {
        let mut socket = connect(address, "", &[]).await.expect("a socket");
        say(&mut socket, samples).await;
        drop(socket);
    }
    let mut socket = connect(address, "", &[]).await.expect("a socket");
    socket
        .send(Message::Binary(Vec::new().into()))
        .await
        .expect("sent");
    socket.close(None).await.expect("closed");
    let (events, _) = told(socket).await;
    assert_eq!(kinds(&events), ["session.created"]);
}

#[tokio::test]
async fn only_those_who_may_are_let_in() {
    let address = serve(state(|settings| {
        settings.access.cors_origins = vec!["https://known.example".to_owned()];
    }))
    .await;
    let refused = async |origin| connect(address, "", &[("origin", origin)]).await;
    assert_eq!(
        refused("https://other.example").await.err(),
        Some(StatusCode::FORBIDDEN)
    );
    assert!(refused("https://known.example").await.is_ok());
    assert_eq!(
        connect(address, "?model=none", &[]).await.err(),
        Some(StatusCode::UNPROCESSABLE_ENTITY)
    );
    let plain = send(shipped(), get("/api/v1/live")).await;
    assert_eq!(plain.status, StatusCode::BAD_REQUEST);
    assert_eq!(plain.code(), "unusable_header");
}

#[tokio::test]
async fn four_seconds_count_as_a_clip() {
    let address = serve(state(|settings| settings.access.clips_per_minute = 1)).await;
    let mut socket = connect(address, "", &[]).await.expect("a socket");
    // The server may hang up before all of it is sent.
    for piece in spoken().chunks(PIECE_BYTES) {
        let _ = socket.send(Message::Binary(piece.to_vec().into())).await;
    }
    let (events, code) = told(socket).await;
    let error = events.last().expect("events");
    assert_eq!(error["error"]["code"], "too_many_requests");
    assert_eq!(code, Some(1008));
}

#[tokio::test]
async fn a_rule_that_holds_is_told_once() {
    let address = serve(state(|_| {})).await;
    // Whatever the voice of a synthesiser is taken for, at the least confidence that is an answer.
    let emotions = ["angry", "happy", "sad", "neutral", "surprise"];
    let rules = emotions.map(|emotion| format!("alerts={emotion}%3E%3Dlow"));
    let query = format!("?{}", rules.join("&"));
    let mut socket = connect(address, &query, &[]).await.expect("a socket");
    let clip = crate::recordings::samples("sad.flac");
    let samples = clip
        .iter()
        .flat_map(|sample| ((sample * 32_767.0) as i16).to_le_bytes());
    let silence = vec![0; 32_000];
    say(&mut socket, &[samples.collect(), silence].concat()).await;
    let farewell = json!({"type": "session.close"}).to_string();
    socket
        .send(Message::Text(farewell.into()))
        .await
        .expect("sent");
    let (events, _) = told(socket).await;
    let of_kind = |kind: &str| {
        events
            .iter()
            .filter(|event| event["type"] == kind)
            .collect::<Vec<_>>()
    };
    let answers = of_kind("result");
    let heard = |alert: &Value| {
        answers
            .iter()
            .any(|one| one["emotion"] == alert["emotion"] && one["outcome"] == "emotion")
    };
    let alerts = of_kind("alert");
    assert!(!alerts.is_empty(), "{events:?}");
    assert!(alerts.iter().all(|alert| heard(alert)), "{events:?}");
    let mut rules: Vec<_> = alerts.iter().map(|alert| alert["rule"].as_str()).collect();
    rules.sort();
    let n_alerts = rules.len();
    rules.dedup();
    assert_eq!(rules.len(), n_alerts, "{alerts:?}");
    assert_eq!(
        connect(address, "?alerts=rage", &[]).await.err(),
        Some(StatusCode::UNPROCESSABLE_ENTITY)
    );
}
