//! Clients that speak HTTP on their own: without a length, without a host, or asking before they send.

use std::io::{Read, Write};

use crate::{
    clips::syllables_wav,
    server::{Server, answer, upload},
};

const RECOGNITIONS: &str = "/api/v1/recognitions";

/// Head and body of a request that uploads a clip.
fn head_and_body(path: &str) -> (String, Vec<u8>) {
    let mut head = upload(path, &syllables_wav(1.0));
    let end = head.windows(4).position(|four| four == b"\r\n\r\n");
    let body = head.split_off(end.expect("a head") + 4);
    (String::from_utf8(head).expect("ASCII"), body)
}

#[test]
fn a08_a_body_without_a_length_is_heard() {
    let server = Server::start(&[]);
    for path in [RECOGNITIONS, "/api/v1/batches", "/predict"] {
        let (head, body) = head_and_body(path);
        let length = format!("Content-Length: {}", body.len());
        assert!(head.contains(&length), "{head}");
        let mut request = head
            .replace(&length, "Transfer-Encoding: chunked")
            .into_bytes();
        for piece in body.chunks(1000) {
            request.extend(format!("{:x}\r\n", piece.len()).as_bytes());
            request.extend(piece);
            request.extend(b"\r\n");
        }
        request.extend(b"0\r\n\r\n");
        let said = server.exchange(&request);
        assert!(said.starts_with("HTTP/1.1 200"), "{path}: {said}");
    }
}

#[test]
fn a17_who_asks_before_sending_is_told_to_go_on() {
    const GO_ON: &[u8; 25] = b"HTTP/1.1 100 Continue\r\n\r\n";
    let server = Server::start(&[]);
    let (head, body) = head_and_body(RECOGNITIONS);
    let asking = head.replace("Host: here", "Host: here\r\nExpect: 100-continue");
    let mut stream = server.connect();
    stream
        .write_all(asking.as_bytes())
        .expect("the server reads");
    let mut told = [0; GO_ON.len()];
    stream.read_exact(&mut told).expect("it answers the head");
    assert_eq!(&told, GO_ON);
    stream.write_all(&body).expect("the server reads");
    let said = answer(stream);
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
}

#[test]
fn a17_http_of_1996_is_enough() {
    let server = Server::start(&[]);
    let clip = syllables_wav(1.0);
    let head = format!(
        "POST {RECOGNITIONS} HTTP/1.0\r\nContent-Type: audio/wav\r\nContent-Length: {}\r\n\r\n",
        clip.len()
    );
    let said = server.exchange(&[head.as_bytes(), &clip].concat());
    assert!(said.starts_with("HTTP/1.0 200"), "{said}");
}
