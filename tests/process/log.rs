//! A log that cannot be written holds nobody up and ends nothing.

use std::{
    fs::{self, File, OpenOptions},
    io::{Read, Write},
    path::Path,
    process::Stdio,
};

use crate::{
    clips::syllables_wav,
    hostile_clips::{clips, made},
    server::{Server, upload},
};

/// More lines than any pipe holds: 100 bytes each.
const N_LINES: usize = 3_000;

fn assert_answers(server: &Server) {
    let predict = upload("/predict", &syllables_wav(1.0));
    let bad = upload("/predict", b"no audio");
    for (request, status) in [(&predict, 200), (&bad, 415), (&predict, 200)] {
        let said = server.exchange(request);
        assert!(said.starts_with(&format!("HTTP/1.1 {status}")), "{said}");
    }
}

fn assert_ends_well(mut server: Server) {
    server.terminate();
    assert_eq!(server.wait().code(), Some(0));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk() {
    let full = OpenOptions::new().write(true).open("/dev/full");
    let server = Server::start_logging_to(full.expect("Linux has one").into());
    assert_answers(&server);
    assert_ends_well(server);
}

#[test]
fn a_reader_that_left() {
    let mut server = Server::start_logging_to(Stdio::piped());
    drop(server.process.stderr.take());
    assert_answers(&server);
    assert_ends_well(server);
}

#[test]
fn a_reader_that_does_not_read() {
    let server = Server::start_logging_to(Stdio::piped());
    let mut stream = server.connect();
    let mut asking = stream.try_clone().expect("a second handle");
    let asker = std::thread::spawn(move || {
        let request = b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n";
        for _ in 1..N_LINES {
            asking.write_all(request).expect("the server reads");
        }
        let last = b"GET /healthz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
        asking.write_all(last).expect("the server reads");
    });
    let mut answers = String::new();
    stream.read_to_string(&mut answers).expect("every answer");
    asker.join().expect("nothing failed");
    assert_eq!(answers.matches("HTTP/1.1 200").count(), N_LINES);
    assert_answers(&server);
    assert_ends_well(server);
}

#[test]
fn a_line_per_request_tells_nothing_of_the_clip() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("private.log");
    let log = File::create(&path).expect("writable");
    let server = Server::start_logging_to(log.into());
    let inputs = made().into_iter().chain(clips());
    let mut requests: Vec<_> = inputs
        .map(|(_, clip)| upload("/api/v1/recognitions", &clip))
        .collect();
    requests.push(upload("/predict", &syllables_wav(2.0)));
    for request in &requests {
        server.exchange(request);
    }
    server.get("/my/secret/address");
    assert_ends_well(server);

    let log = fs::read_to_string(&path).expect("UTF-8");
    let n_answered = log.lines().filter(|line| line.contains("answered")).count();
    assert_eq!(n_answered, requests.len() + 1);
    for word in [
        "voice.wav",
        "secret",
        "happy",
        "neutral",
        "angry",
        "sad ",
        "surprise",
    ] {
        assert!(!log.contains(word), "{word} in the log");
    }
}
