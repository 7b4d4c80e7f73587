//! A server on a free port for the browser tests; it ends with its value.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

const START_LIMIT: Duration = Duration::from_secs(60);

/// A running server.
pub struct TrialServer {
    process: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl TrialServer {
    /// Starts the bundle's `program` with `settings` above its file, and waits until it answers.
    ///
    /// # Errors
    /// If it ends or does not answer within a minute; the message names its log.
    pub fn start(program: &Path, settings: &[(&str, String)]) -> Result<Self> {
        Self::start_with_log(program, "server.log", settings)
    }

    /// The same with another log, for a second server beside the first.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_with_log(program: &Path, log: &str, settings: &[(&str, String)]) -> Result<Self> {
        let address = free_address()?;
        let log = program.with_file_name(log);
        let log_file =
            File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let process = Command::new(program)
            .arg("serve")
            .env("LEPTOS_SITE_ADDR", address.to_string())
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log_file.try_clone()?)
            .stderr(log_file)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let mut server = Self {
            process,
            address,
            log,
        };
        server.wait_until_healthy()?;
        Ok(server)
    }

    /// Where it listens, for example `http://127.0.0.1:40123`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The same as an address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process, for the system's accounts.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// The file with what it said.
    pub fn log(&self) -> &Path {
        &self.log
    }

    fn wait_until_healthy(&mut self) -> Result<()> {
        let deadline = Instant::now() + START_LIMIT;
        while Instant::now() < deadline {
            if let Some(status) = self.process.try_wait()? {
                bail!(
                    "the server ended at once ({status}); it said, in {}:\n{}",
                    self.log.display(),
                    self.said()
                );
            }
            if is_healthy(self.address).unwrap_or(false) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!(
            "no answer from {} within {} s; see {}",
            self.base_url(),
            START_LIMIT.as_secs(),
            self.log.display()
        )
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for TrialServer {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A port that nobody uses on 127.0.0.1.
///
/// # Errors
/// Where there is none.
pub fn free_address() -> Result<SocketAddr> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?)
}

fn is_healthy(address: SocketAddr) -> Result<bool> {
    let limit = Duration::from_secs(5);
    let mut stream = TcpStream::connect_timeout(&address, limit)?;
    stream.set_read_timeout(Some(limit))?;
    write!(
        stream,
        "GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut status_line = [0; 12];
    stream.read_exact(&mut status_line)?;
    Ok(status_line.ends_with(b" 200"))
}
