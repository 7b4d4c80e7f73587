//! Clients that are slow, and clients that leave.

use std::{
    io::{Read, Write},
    net::Shutdown,
};

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
    let request = upload("/predict", &syllables_wav(1.0));
    // Eight halves fit, and no whole one beside them.
    let memory = (request.len() * 4 + request.len() / 2).to_string();
    let server = Server::start(&[
        ("UPLOAD_STALL_TIMEOUT_S", "1"),
        ("MAX_UPLOAD_MEMORY_BYTES", &memory),
    ]);
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
    let request = upload("/api/v1/recognitions", &syllables_wav(1.0));
    let memory = (request.len() * 2).to_string();
    let server = Server::start(&[("MAX_UPLOAD_MEMORY_BYTES", &memory)]);
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

/// Each holds a connection, and none a place in memory.
#[test]
fn who_has_sent_a_byte_keeps_nobody_out() {
    let server = Server::start(&[]);
    let request = upload("/predict", &syllables_wav(1.0));
    let head_end = request.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let part = head_end.expect("a head") + 5;
    let waiting: Vec<_> = (0..3 * N_CLIENTS)
        .map(|_| {
            let mut stream = server.connect();
            stream
                .write_all(&request[..part])
                .expect("the server reads");
            stream
        })
        .collect();
    for _ in 0..10 {
        assert!(server.exchange(&request).starts_with("HTTP/1.1 200"));
    }
    drop(waiting);
}

#[test]
fn who_does_not_read_is_hung_up_on() {
    let server = Server::start(&[("WRITE_TIMEOUT_S", "1")]);
    let mut stream = server.connect();
    stream.set_nonblocking(true).expect("a socket");
    let request = b"GET /icons/icon-512.png HTTP/1.1\r\nHost: here\r\n\r\n";
    // As many answers as no socket holds: until the server takes no more requests.
    let taken = std::iter::repeat_with(|| stream.write(request)).take(100_000);
    let n_taken = taken.take_while(Result::is_ok).count();
    assert!(n_taken > 10, "{n_taken}");
    // Only the connection that asks is left.
    server.wait_for_metric("banglaser_connections 1");
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200"));
}

#[test]
fn the_longest_idle_connection_makes_place() {
    let server = Server::start(&[("MAX_CONNECTIONS", "8")]);
    let idle: Vec<_> = (0..40)
        .map(|_| {
            let mut stream = server.connect();
            let request = b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n";
            stream.write_all(request).expect("the server reads");
            let mut first = [0; 15];
            stream
                .read_exact(&mut first)
                .expect("everybody is answered");
            assert_eq!(&first, b"HTTP/1.1 200 OK");
            stream
        })
        .collect();
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200"));
    for stream in idle.into_iter().take(30) {
        assert!(
            !answer(stream).contains("HTTP"),
            "it is told to ask again by its end"
        );
    }
}
