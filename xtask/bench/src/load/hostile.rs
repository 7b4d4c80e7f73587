//! What one request in twenty is with `--hostile`: requests as attackers and broken programs send them, from addresses
//! of their own.
//!
//! Each is written byte by byte to a socket; whatever the answer, it must be none that says that the server failed.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use super::crowd::Answer;

/// An attacker gives up after this.
const PATIENCE: Duration = Duration::from_secs(40);

/// A pause between two bytes of somebody who wants to keep a place.
const DRIP: Duration = Duration::from_millis(1500);

/// One kind of attack.
pub struct Attack {
    kind: &'static str,
    steps: Vec<Step>,
}

enum Step {
    Send(Vec<u8>),
    /// Byte by byte, with [`DRIP`] between them.
    Drip(Vec<u8>),
    /// Reads nothing for so long.
    Wait(Duration),
    /// Reads the status; an attack without this step never does.
    Read,
}

/// All kinds; `clip` is a sound WAV, `long` one of ten minutes, `mp3` an MP3.
pub fn attacks(clip: &[u8], long: &[u8], mp3: &[u8]) -> Vec<Attack> {
    use Step::{Drip, Read, Send, Wait};
    let attack = |kind, steps| Attack { kind, steps };
    let get = |path: &str, headers: &str| {
        format!("GET {path} HTTP/1.1\r\nHost: load\r\n{headers}\r\n").into_bytes()
    };
    let post = |headers: &str, body: &[u8]| {
        let head = format!("POST /api/v1/recognitions HTTP/1.1\r\nHost: load\r\n{headers}\r\n");
        [head.as_bytes(), body].concat()
    };
    let sized = |headers: &str, body: &[u8]| {
        post(
            &format!("{headers}Content-Length: {}\r\n", body.len()),
            body,
        )
    };
    let tag = [
        b"ID3\x04\0\0\x04\x62\x5a\0",
        &vec![b'x'; 10_000_000][..],
        mp3,
    ]
    .concat();
    let chunks = [&b"1\r\nx\r\n".repeat(100_000)[..], b"0\r\n\r\n"].concat();
    let form = "Content-Type: multipart/form-data; boundary=b\r\n";
    let broken: Vec<u8> = clip
        .iter()
        .enumerate()
        .map(|(idx, &byte)| if idx % 61 == 4 { !byte } else { byte })
        .collect();
    vec![
        attack("a head byte by byte", vec![Drip(b"GET / HTTP/1".to_vec())]),
        attack(
            "a body byte by byte",
            vec![
                Send(post("Content-Length: 100000\r\n", b"")),
                Drip(clip[..12].to_vec()),
            ],
        ),
        attack(
            "a form of one-byte chunks",
            vec![
                Send(post(
                    &format!("{form}Transfer-Encoding: chunked\r\n"),
                    &chunks,
                )),
                Read,
            ],
        ),
        attack(
            "answers that nobody reads",
            vec![Send(get("/", "").repeat(50)), Wait(Duration::from_secs(15))],
        ),
        attack("a tag of 10 MB", vec![Send(sized("", &tag)), Read]),
        attack("ten minutes of speech", vec![Send(sized("", long)), Read]),
        attack("broken bytes", vec![Send(sized("", &broken)), Read]),
        attack(
            "half an upload",
            vec![Send(post("Content-Length: 100000\r\n", clip))],
        ),
        attack(
            "a path of 300 bytes",
            vec![Send(get(&format!("/{}", "a".repeat(300)), "")), Read],
        ),
        attack("two hosts", vec![Send(get("/", "Host: other\r\n")), Read]),
        attack(
            "an unknown coding",
            vec![Send(post("Transfer-Encoding: sideways\r\n", b"")), Read],
        ),
        attack(
            "two lengths",
            vec![
                Send(post(
                    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                    b"0\r\n\r\n",
                )),
                Read,
            ],
        ),
        attack(
            "a compressed body",
            vec![Send(sized("Content-Encoding: gzip\r\n", clip)), Read],
        ),
        attack(
            "no boundary",
            vec![
                Send(sized("Content-Type: multipart/form-data\r\n", clip)),
                Read,
            ],
        ),
        attack(
            "no HTTP",
            vec![
                Send(b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03".to_vec()),
                Read,
            ],
        ),
    ]
}

impl Attack {
    /// Attacks as the client of this number.
    pub fn send(&self, server: SocketAddr, number: usize) -> Answer {
        let started = Instant::now();
        let status = self.steps(server, number, started).unwrap_or_default();
        // What was refused without a word was refused.
        let is_failure = |status: u16| status >= 500 && !matches!(status, 501 | 503);
        Answer {
            kind: self.kind,
            status,
            code: None,
            is_as_expected: !status.is_some_and(is_failure),
            ms: started.elapsed().as_secs_f64() * 1000.0,
        }
    }

    fn steps(
        &self,
        server: SocketAddr,
        number: usize,
        started: Instant,
    ) -> std::io::Result<Option<u16>> {
        let mut stream = connect(server, number)?;
        for step in &self.steps {
            match step {
                Step::Send(bytes) => stream.write_all(bytes)?,
                Step::Drip(bytes) => {
                    for byte in bytes {
                        stream.write_all(&[*byte])?;
                        std::thread::sleep(DRIP);
                    }
                }
                Step::Wait(pause) => std::thread::sleep(*pause),
                Step::Read => {
                    let rest = PATIENCE.saturating_sub(started.elapsed());
                    stream.set_read_timeout(Some(rest.max(Duration::from_millis(1))))?;
                    let mut line = [0; 12];
                    stream.read_exact(&mut line)?;
                    let status = std::str::from_utf8(&line[9..]).ok();
                    return Ok(status.and_then(|status| status.parse().ok()));
                }
            }
        }
        Ok(None)
    }
}

/// From one of a thousand addresses of this machine: honest clients have another.
fn connect(server: SocketAddr, number: usize) -> std::io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    let [high, low] = (number as u16 % 1000).to_be_bytes();
    // Only Linux gives all of 127.0.0.0/8 to a machine; elsewhere attackers share the honest clients' address.
    let _ = socket.bind(&SocketAddr::from((Ipv4Addr::new(127, 1, high, low), 0)).into());
    socket.set_write_timeout(Some(PATIENCE))?;
    socket.connect_timeout(&server.into(), PATIENCE)?;
    Ok(socket.into())
}
