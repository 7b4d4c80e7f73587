//! The program, running on a port of its own until its value is dropped.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

/// No answer here may take longer, even where tests are compiled without optimisation.
pub const PATIENCE: Duration = Duration::from_secs(30);

const BOUNDARY: &str = "the-boundary";

/// The program with the repository's Leptos.toml and what `settings` say above it.
pub fn program(address: SocketAddr, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_banglaser"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("LEPTOS_SITE_ADDR", address.to_string())
        .env("LEPTOS_SITE_ROOT", "public")
        // The first trace of a decoder's panic loads debug information of 100 MiB, and it stays.
        .env("RUST_BACKTRACE", "0")
        .envs(
            settings
                .iter()
                .map(|(key, value)| (format!("BANGLASER_SERVER_{key}"), *value)),
        );
    command
}

/// An address that was free a moment ago.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("an address")
}

pub struct Server {
    pub process: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts the program with a log that is read and thrown away.
    pub fn start(settings: &[(&str, &str)]) -> Self {
        // A port that was free a moment ago may be a client's by now.
        Self::start_on((Ipv4Addr::LOCALHOST, 0).into(), settings)
    }

    pub fn start_on(address: SocketAddr, settings: &[(&str, &str)]) -> Self {
        Self::of(program(address, settings))
    }

    /// Starts a [`program`].
    pub fn of(mut command: Command) -> Self {
        let mut process = command
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut log = BufReader::new(process.stderr.take().expect("piped"));
        let mut said = String::new();
        let address = loop {
            let start = said.len();
            let n_bytes = log.read_line(&mut said).expect("a log in UTF-8");
            assert!(n_bytes > 0, "the program ended before it listened: {said}");
            if let Some((_, address)) = said[start..].split_once("listening on http://") {
                let is_other = |c: char| !c.is_ascii_digit() && c != '.' && c != ':';
                let address = address.split(is_other).next().expect("never empty");
                break address.parse().expect("an address");
            }
        };
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Self { process, address }
    }

    /// Starts the program with its log going to `log`, and waits until it answers.
    pub fn start_logging_to(log: Stdio) -> Self {
        let address = free_address();
        let process = program(address, &[]).stderr(log).spawn();
        let process = process.expect("the program starts");
        let started = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(started.elapsed() < PATIENCE, "nobody listens");
            std::thread::yield_now();
        }
        Self { process, address }
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time");
        stream.set_write_timeout(Some(PATIENCE)).expect("a time");
        stream
    }

    /// Sends one request and reads the answer to its end.
    pub fn exchange(&self, request: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(request).expect("the server reads");
        answer(stream)
    }

    pub fn get(&self, path: &str) -> String {
        let head = format!("GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
        self.exchange(head.as_bytes())
    }

    /// Asks `/metrics` until it says `line`.
    pub fn wait_for_metric(&self, line: &str) {
        let started = Instant::now();
        while !self.get("/metrics").lines().any(|said| said == line) {
            assert!(started.elapsed() < PATIENCE, "never: {line}");
        }
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Sends a signal.
    pub fn signal(&self, signal: &str) {
        let pid = self.process.id().to_string();
        let status = Command::new("kill").args([signal, &pid]).status();
        assert!(status.expect("kill starts").success());
    }

    pub fn wait(&mut self) -> ExitStatus {
        self.process.wait().expect("the program ends")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What arrives until the connection ends, in whatever way it ends.
pub fn answer(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    let started = Instant::now();
    let _ = stream.read_to_end(&mut bytes);
    assert!(started.elapsed() < PATIENCE, "no end of the connection");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A request that uploads `clip` in a form.
pub fn upload(path: &str, clip: &[u8]) -> Vec<u8> {
    let start = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"voice.wav\"\r\n\r\n"
    );
    let end = format!("\r\n--{BOUNDARY}--\r\n");
    let n_bytes = start.len() + clip.len() + end.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {n_bytes}\r\n\r\n"
    );
    [head.as_bytes(), start.as_bytes(), clip, end.as_bytes()].concat()
}
