//! The servers that are compared: ours as it is released, and a stand-in for the original one.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::client::{Client, Request};
use crate::without_page::without_page;
use xtask::trial_server::free_address;
use xtask::workspace::Workspace;

const START_LIMIT: Duration = Duration::from_secs(60);

/// What to start, and how.
pub struct Program {
    path: PathBuf,
    args: Vec<String>,
    folder: PathBuf,
    log: PathBuf,
    /// Where its address goes: behind all other arguments, as an address or as its port alone.
    takes_port_only: bool,
}

impl Program {
    /// Builds our server in release mode.
    pub fn ours(workspace: &Workspace) -> Result<Self> {
        Ok(Self {
            path: without_page(workspace, false)?,
            args: vec!["serve".to_owned(), "--address".to_owned()],
            folder: workspace.root.clone(),
            log: workspace.target_dir.join("bench-ours.log"),
            takes_port_only: false,
        })
    }

    /// The stand-in, under this interpreter.
    pub fn original(workspace: &Workspace, python: &Path) -> Self {
        Self {
            path: python.to_owned(),
            args: vec!["benches/original_server.py".to_owned()],
            folder: workspace.root.clone(),
            log: workspace.target_dir.join("bench-original.log"),
            takes_port_only: true,
        }
    }

    /// The file that is started.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Starts it with these variables, maybe on some processors only, and waits for the first answer.
    pub fn start(
        &self,
        variables: &[(&str, &str)],
        processors: Option<&str>,
        first: &Request,
    ) -> Result<Server> {
        let address = free_address()?;
        let log = File::create(&self.log).with_context(|| self.log.display().to_string())?;
        let mut command = match processors {
            None => Command::new(&self.path),
            Some(processors) => {
                let mut command = Command::new("taskset");
                command.args(["-c", processors]).arg(&self.path);
                command
            }
        };
        let started = Instant::now();
        let process = command
            .args(&self.args)
            .arg(match self.takes_port_only {
                true => address.port().to_string(),
                false => address.to_string(),
            })
            .envs(variables.iter().copied())
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {}", self.path.display()))?;
        let mut server = Server {
            process,
            address,
            until_first_answer: Duration::ZERO,
        };
        while started.elapsed() < START_LIMIT {
            if let Some(status) = server.process.try_wait()? {
                bail!(
                    "the server ended at once ({status}); see {}",
                    self.log.display()
                );
            }
            let answer = Client::new(address).and_then(|mut client| client.send(first));
            if matches!(answer, Ok((200, _))) {
                server.until_first_answer = started.elapsed();
                return Ok(server);
            }
            thread::sleep(Duration::from_millis(1));
        }
        bail!(
            "no answer within {} s; see {}",
            START_LIMIT.as_secs(),
            self.log.display()
        )
    }
}

/// A running server; it ends with its value.
pub struct Server {
    process: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// From its start to its first prediction.
    pub until_first_answer: Duration,
}

impl Server {
    /// Memory in RAM now (`VmRSS`) or at most so far (`VmHWM`), MiB; 0 where the system does not tell.
    pub fn memory_mib(&self, key: &str) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()));
        let kib = status.ok().and_then(|status| {
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
            line.trim().trim_end_matches(" kB").parse::<f64>().ok()
        });
        kib.unwrap_or(0.0) / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
