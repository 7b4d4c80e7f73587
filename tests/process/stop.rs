//! Ends of the process: told to, and not asked.

use std::{io::Write, net::TcpStream, thread, time::Instant};

use crate::{
    clips::syllables_wav,
    server::{PATIENCE, Server, answer, upload},
};

/// A connection on which half of `request` has been sent, and begun to be read.
fn begin(server: &Server, request: &[u8]) -> TcpStream {
    let mut stream = server.connect();
    let half = &request[..request.len() / 2];
    stream.write_all(half).expect("the server reads");
    server.wait_for_metric("banglaser_uploads_in_progress 1");
    stream
}

#[test]
fn sigterm_lets_requests_in_flight_finish_and_takes_no_more() {
    let mut server = Server::start(&[]);
    let request = upload("/predict", &syllables_wav(2.0));
    let mut stream = begin(&server, &request);
    let idle = server.connect();
    server.terminate();
    assert_eq!(answer(idle), "", "idle connections end at once");
    let told = Instant::now();
    while TcpStream::connect(server.address).is_ok() {
        assert!(told.elapsed() < PATIENCE, "it still listens");
        thread::yield_now();
    }
    let rest = &request[request.len() / 2..];
    stream.write_all(rest).expect("the server still reads");
    let said = answer(stream);
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
fn sigterm_does_not_wait_for_ever() {
    let mut server = Server::start(&[("SHUTDOWN_TIMEOUT_S", "1")]);
    let request = upload("/predict", &syllables_wav(2.0));
    let stream = begin(&server, &request);
    server.terminate();
    assert_eq!(answer(stream), "");
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
fn after_kill_9_within_a_request_it_starts_again_where_it_was() {
    let mut server = Server::start(&[]);
    let request = upload("/predict", &syllables_wav(2.0));
    let stream = begin(&server, &request);
    let recognizing = server.connect();
    (&recognizing)
        .write_all(&request)
        .expect("the server reads");
    server.process.kill().expect("it runs");
    server.wait();
    assert_eq!(answer(stream), "");
    drop(recognizing);

    let server = Server::start_on(server.address, &[]);
    assert!(server.exchange(&request).starts_with("HTTP/1.1 200"));
}
