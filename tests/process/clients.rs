//! Clients that are slow, and clients that leave.

use std::{io::Write, net::Shutdown};

use crate::{
    clips::syllables_wav,
    server::{Server, answer, upload},
};

const N_CLIENTS: usize = 100;

#[test]
fn who_never_ends_a_head_is_hung_up_on() {
    let server = Server::start(&[("HEADER_TIMEOUT_S", "1")]);
    let slow: Vec<_> = (0..N_CLIENTS)
        .map(|client| {
            let mut stream = server.connect();
            // One says nothing at all.
            let said = &b"POST /predict HTTP/1.1\r\nHost: here\r\nX-Slow"[..client.min(40)];
            stream.write_all(said).expect("the server listens");
            stream
        })
        .collect();
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200"));
    for stream in slow {
        assert_eq!(answer(stream), "");
    }
}

#[test]
fn who_falls_silent_between_requests_is_hung_up_on() {
    let server = Server::start(&[("KEEP_ALIVE_TIMEOUT_S", "1")]);
    let mut stream = server.connect();
    let request = b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\nGET /heal";
    stream.write_all(request).expect("the server listens");
    let said = answer(stream);
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    assert_eq!(said.matches("HTTP/1.1").count(), 1, "{said}");
}

#[test]
fn who_stops_sending_loses_its_place() {
    let server = Server::start(&[("UPLOAD_STALL_TIMEOUT_S", "1"), ("MAX_UPLOADS", "8")]);
    let request = upload("/predict", &syllables_wav(1.0));
    let stalled: Vec<_> = (0..8)
        .map(|_| {
            let mut stream = server.connect();
            let half = &request[..request.len() / 2];
            stream.write_all(half).expect("the server reads");
            stream
        })
        .collect();
    server.wait_for_metric("banglaser_uploads_in_progress 8");
    assert!(server.exchange(&request).starts_with("HTTP/1.1 503"));
    for stream in stalled {
        let said = answer(stream);
        assert!(said.starts_with("HTTP/1.1 400"), "{said}");
        assert!(said.contains("upload_incomplete"), "{said}");
    }
    assert!(server.exchange(&request).starts_with("HTTP/1.1 200"));
}

#[test]
fn who_leaves_within_an_upload_frees_its_place() {
    let server = Server::start(&[("MAX_UPLOADS", "2")]);
    let request = upload("/api/v1/recognitions", &syllables_wav(1.0));
    for cut in 1..20 {
        let mut stream = server.connect();
        let part = &request[..request.len() * cut / 20];
        stream.write_all(part).expect("the server reads");
        match cut % 2 {
            0 => drop(stream),
            // Sends no more, and would still listen.
            _ => stream.shutdown(Shutdown::Write).expect("connected"),
        }
    }
    server.wait_for_metric("banglaser_uploads_in_progress 0");
    assert!(server.exchange(&request).starts_with("HTTP/1.1 200"));
}

#[test]
fn who_leaves_within_a_recognition_frees_its_permit() {
    let server = Server::start(&[("MAX_RECOGNITIONS", "1")]);
    let request = upload("/predict", &syllables_wav(20.0));
    for _ in 0..4 {
        let mut stream = server.connect();
        stream.write_all(&request).expect("the server reads");
        drop(stream);
    }
    server.wait_for_metric("banglaser_recognitions_in_progress 0");
    assert!(server.exchange(&request).starts_with("HTTP/1.1 200"));
}
