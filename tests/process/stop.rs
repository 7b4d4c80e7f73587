//! Ends of the process: told to, and not asked.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    panic::{self, AssertUnwindSafe},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::Instant,
};

use crate::{
    clips::syllables_wav,
    server::{PATIENCE, Server, answer, free_address, program, upload},
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

#[test]
fn without_its_site_the_server_does_not_start() {
    let output = program(free_address(), &[])
        .env("LEPTOS_SITE_ROOT", "absent")
        .output();
    let output = output.expect("the program starts");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("there is no folder absent"), "{said}");
}

#[test]
fn hanging_up_the_terminal_ends_nothing() {
    let server = Server::start(&[]);
    for _ in 0..3 {
        server.signal("-HUP");
        assert!(server.get("/healthz").starts_with("HTTP/1.1 200"));
    }
}

#[test]
fn metrics_have_an_address_of_their_own_where_the_settings_say_so() {
    let address = free_address();
    let server = Server::start(&[("METRICS_ADDRESS", &address.to_string())]);
    assert!(server.get("/metrics").starts_with("HTTP/1.1 404"));
    let mut stream = TcpStream::connect(address).expect("it listens");
    let request = b"GET /metrics HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
    stream.write_all(request).expect("the server reads");
    let said = answer(stream);
    assert!(said.contains("banglaser_requests_total"), "{said}");
}

/// What a proxy knows of a server.
struct Known {
    address: SocketAddr,
    is_ready: AtomicBool,
}

impl Known {
    fn new() -> Self {
        Self {
            address: free_address(),
            is_ready: AtomicBool::new(true),
        }
    }

    /// Asks whether the server wants new work.
    fn ask(&self) {
        let said = exchange(self.address, b"GET /readyz HTTP/1.0\r\n\r\n");
        let is_ready = said.is_ok_and(|said| said.starts_with("HTTP/1.0 200"));
        self.is_ready.store(is_ready, Ordering::SeqCst);
    }
}

fn exchange(address: SocketAddr, request: &[u8]) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(request)?;
    let mut said = Vec::new();
    stream.read_to_end(&mut said)?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

/// Clients ask whichever server the proxy last knew as ready, and lose nothing.
#[test]
fn two_servers_are_restarted_one_after_the_other_and_no_request_is_refused() {
    const DELAY: [(&str, &str); 1] = [("SHUTDOWN_DELAY_S", "2")];
    let known = [Known::new(), Known::new()];
    let mut servers = known
        .each_ref()
        .map(|known| Server::start_on(known.address, &DELAY));
    let request = upload("/api/v1/recognitions", &syllables_wav(1.0));
    let is_over = AtomicBool::new(false);
    let n_answered = AtomicUsize::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::SeqCst) {
                known.iter().for_each(Known::ask);
            }
        });
        for _ in 0..4 {
            scope.spawn(|| {
                while !is_over.load(Ordering::SeqCst) {
                    let turn = n_answered.fetch_add(1, Ordering::SeqCst);
                    let in_turn = known.iter().cycle().skip(turn % 2).take(2);
                    let ready = in_turn
                        .clone()
                        .find(|known| known.is_ready.load(Ordering::SeqCst));
                    let ready = ready.expect("one is always ready");
                    let said = exchange(ready.address, &request).expect("nobody is refused");
                    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
                }
            });
        }
        let restarting = panic::catch_unwind(AssertUnwindSafe(|| {
            for (server, known) in servers.iter_mut().zip(&known) {
                server.terminate();
                assert_eq!(server.wait().code(), Some(0));
                *server = Server::start_on(known.address, &DELAY);
                let started = Instant::now();
                while !known.is_ready.load(Ordering::SeqCst) {
                    assert!(started.elapsed() < PATIENCE, "it is never ready");
                    thread::yield_now();
                }
            }
        }));
        is_over.store(true, Ordering::SeqCst);
        restarting.expect("both were restarted");
    });
    assert!(n_answered.into_inner() > 20);
}
