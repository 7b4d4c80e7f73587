//! A PostgreSQL server in a folder of its own, reached by a socket in it, run by nobody where the tests are root's.

use std::{
    env, fs,
    io::{Write, stderr},
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
};

use sqlx::{AssertSqlSafe, Executor};

/// User and group that own nothing, on every Linux.
const NOBODY: u32 = 65_534;

pub struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    is_root: bool,
}

impl Cluster {
    /// Starts one; says on standard error where that is not possible.
    pub fn start(test: &str) -> Option<Self> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let Some(programs) = programs() else {
            let line = format!("SKIPPED {test} with PostgreSQL: there is no initdb\n");
            let _ = stderr().write_all(line.as_bytes());
            return None;
        };
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("banglaser-pg-{}-{number}", std::process::id());
        let folder = env::temp_dir().join(name);
        fs::create_dir(&folder).expect("a new folder");
        // Root may give it away, nobody else needs to.
        let is_root = chown(&folder, Some(NOBODY), Some(NOBODY)).is_ok();
        let cluster = Self {
            folder,
            programs,
            is_root,
        };
        let data = cluster.data();
        cluster.run(
            "initdb",
            &[
                "-D", &data, "-U", "tenants", "-A", "trust", "-N", "-E", "UTF8",
            ],
        );
        cluster.go_on();
        Some(cluster)
    }

    /// Starts the server, and waits for it.
    pub fn go_on(&self) {
        let options = format!("-k {} -h '' -F", self.folder.display());
        let log = self.folder.join("log").display().to_string();
        let data = self.data();
        self.run(
            "pg_ctl",
            &["start", "-w", "-D", &data, "-l", &log, "-o", &options],
        );
    }

    /// Ends the server as a power cut does.
    pub fn stop(&self) {
        let data = self.data();
        self.run("pg_ctl", &["stop", "-w", "-D", &data, "-m", "immediate"]);
    }

    /// Address of a new, empty database.
    pub async fn new_database(&self, name: &str) -> String {
        let mut connection = super::connected(&self.url("postgres")).await;
        let make = AssertSqlSafe(format!("CREATE DATABASE \"{name}\""));
        connection.execute(make).await.expect("a new database");
        self.url(name)
    }

    fn url(&self, database: &str) -> String {
        let folder = self.folder.display();
        format!("postgres://tenants@localhost/{database}?host={folder}")
    }

    fn data(&self) -> String {
        self.folder.join("data").display().to_string()
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = Command::new(self.programs.join(program));
        command.args(arguments).current_dir(&self.folder);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if self.is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        let status = command.status().expect("it starts");
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        assert!(status.success(), "{program} {arguments:?}: {status}\n{log}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Where `initdb` lies: in the path, or where Debian puts it.
fn programs() -> Option<PathBuf> {
    let in_path = env::var_os("PATH").unwrap_or_default();
    let in_path = env::split_paths(&in_path).collect::<Vec<_>>();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let of_debian = versions.flatten().map(|entry| entry.path().join("bin"));
    let mut folders = in_path.into_iter().chain(of_debian);
    folders.find(|folder: &PathBuf| Path::new(folder).join("initdb").is_file())
}
