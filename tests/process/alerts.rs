//! Alerts on their way to the operator: signed, tried again, not lost with the process, never into a private network.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use standardwebhooks::Webhook;

use crate::server::{PATIENCE, Server, program, upload};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A message as it arrived.
pub struct Arrived {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Arrived {
    fn id(&self) -> &str {
        self.headers["webhook-id"].to_str().expect("ASCII")
    }
}

/// Who is told: answers the first message with the first status, and so on; the last one stays.
pub fn operator(statuses: &'static [u16]) -> (SocketAddr, Receiver<Arrived>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for (at, stream) in listener.incoming().enumerate() {
            let mut stream = BufReader::new(stream.expect("a connection"));
            let arrived = read(&mut stream);
            let status = statuses[at.min(statuses.len() - 1)];
            let answer =
                format!("HTTP/1.1 {status} So\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = stream.get_mut().write_all(answer.as_bytes());
            if sender.send(arrived).is_err() {
                break;
            }
        }
    });
    (address, receiver)
}

fn read(stream: &mut impl BufRead) -> Arrived {
    let mut headers = HeaderMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).expect("a line");
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.trim().split_once(": ") {
            let name: HeaderName = name.parse().expect("a name");
            headers.insert(name, HeaderValue::from_str(value).expect("a value"));
        }
    }
    let n_bytes = headers["content-length"]
        .to_str()
        .expect("ASCII")
        .parse()
        .expect("a number");
    let mut body = vec![0; n_bytes];
    stream.read_exact(&mut body).expect("the body");
    Arrived { headers, body }
}

fn outbox(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("outbox-{test}"));
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn watched(url: &str, outbox: &Path, may_be_private: bool) -> Command {
    let mut command = program((Ipv4Addr::LOCALHOST, 0).into(), &[]);
    command
        .env("BANGLASER_ALERTS_RULES", "[\"sad >= high for 1 s\"]")
        .env("BANGLASER_ALERTS_WEBHOOK_URL", url)
        .env("BANGLASER_ALERTS_WEBHOOK_SECRET", SECRET)
        .env(
            "BANGLASER_ALERTS_WEBHOOK_TO_PRIVATE_ADDRESSES",
            may_be_private.to_string(),
        )
        .env("BANGLASER_ALERTS_OUTBOX", outbox);
    command
}

fn say_sadly(server: &Server) -> Value {
    let clip = fs::read("tests/pinned/clips/sad.flac").expect("in the repository");
    let said = server.exchange(&upload("/api/v1/recognitions", &clip));
    let (head, body) = said.split_once("\r\n\r\n").expect("an answer");
    assert!(head.starts_with("HTTP/1.1 200"), "{said}");
    serde_json::from_str(body).expect("JSON")
}

#[test]
fn a_message_is_signed_and_outlives_the_process() {
    let (address, arrived) = operator(&[503, 200]);
    let folder = outbox("restart");
    let url = format!("http://{address}/alerts");
    let server = Server::of(watched(&url, &folder, true));
    let told = say_sadly(&server);
    let first = arrived.recv_timeout(PATIENCE).expect("a message");
    // kill -9
    drop(server);
    let server = Server::of(watched(&url, &folder, true));
    let second = arrived.recv_timeout(PATIENCE).expect("the same message");
    assert_eq!(second.id(), first.id());
    assert_eq!(second.body, first.body);
    let webhook = Webhook::new(SECRET).expect("a secret");
    webhook
        .verify(&second.body, &second.headers)
        .expect("signed");
    let body: Value = serde_json::from_slice(&second.body).expect("JSON");
    assert_eq!(body["type"], "alert");
    assert_eq!(body["data"]["file"], "voice.wav");
    for field in ["rule", "start_s", "end_s", "confidence"] {
        assert_eq!(body["data"][field], told["alerts"][0][field], "{field}");
    }
    server.wait_for_metric("banglaser_alerts_sent_total 1");
    server.wait_for_metric("banglaser_alerts_waiting 0");
    let left = fs::read_dir(&folder).expect("a folder").count();
    assert_eq!(left, 2, "only failed/ and the lock are left");
}

#[test]
fn who_is_gone_is_not_asked_again() {
    let (address, arrived) = operator(&[410]);
    let folder = outbox("gone");
    let server = Server::of(watched(&format!("http://{address}/"), &folder, true));
    say_sadly(&server);
    arrived.recv_timeout(PATIENCE).expect("a message");
    server.wait_for_metric("banglaser_alerts_lost_total 1");
    server.wait_for_metric("banglaser_alerts_waiting 0");
    assert_eq!(
        fs::read_dir(folder.join("failed"))
            .expect("a folder")
            .count(),
        1
    );
}

#[test]
fn no_message_goes_into_a_private_network() {
    let (address, arrived) = operator(&[200]);
    let folder = outbox("private");
    let url = format!("https://localhost:{}/", address.port());
    let server = Server::of(watched(&url, &folder, false));
    say_sadly(&server);
    server.wait_for_metric("banglaser_alerts_waiting 1");
    assert!(arrived.try_recv().is_err(), "somebody was asked");
}

#[test]
fn settings_that_do_not_fit_end_the_start() {
    let folder = outbox("unfit");
    for (name, value, said) in [
        ("RULES", "[\"rage >= high\"]", "is no rule such as"),
        ("WEBHOOK_URL", "http://example.org/", "is not encrypted"),
        ("WEBHOOK_SECRET", "secret", "webhook_secret is not"),
        ("OUTBOX", "/proc/none", "cannot use /proc/none"),
    ] {
        let mut command = watched("https://example.org/", &folder, false);
        let command = command.env(format!("BANGLASER_ALERTS_{name}"), value);
        let output = command.stdout(Stdio::null()).output().expect("it starts");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && error.contains(said),
            "{name}: {error}"
        );
        assert!(!error.contains("MfKQ9r8"), "{error}");
    }
}
