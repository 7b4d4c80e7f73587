//! A bucket that an S3-compatible server of Python holds, where there is one.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{BufRead, BufReader, Write, stderr},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::program::{column, done, fill, folder, score};

/// Interpreter of an environment with `moto[server]`; `cargo xtask test --batch` makes one.
const PYTHON: &str = "BANGLASER_BATCH_PYTHON";

const N_CLIPS: usize = 200;

/// Ends with the test.
struct Server {
    process: Child,
    endpoint: String,
}

impl Server {
    fn start(python: &Path) -> Self {
        let serve = "import time\nfrom moto.server import ThreadedMotoServer\n\
                     server = ThreadedMotoServer(port=0, verbose=False)\nserver.start()\n\
                     print(server.get_host_and_port()[1], flush=True)\ninput()";
        let mut process = Command::new(python)
            .args(["-c", serve])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Python starts");
        let mut port = String::new();
        let told = process.stdout.take().expect("it is piped");
        BufReader::new(told)
            .read_line(&mut port)
            .expect("it says its port");
        let endpoint = format!("http://127.0.0.1:{}", port.trim());
        Self { process, endpoint }
    }

    /// A program that asks this server for buckets.
    fn asked_by<'a>(&self, program: &'a mut Command) -> &'a mut Command {
        program
            .env("AWS_ENDPOINT", &self.endpoint)
            .env("AWS_ALLOW_HTTP", "true")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
    }

    fn fill(&self, python: &Path, folder: &Path) {
        let put = "import boto3, os, pathlib, sys\n\
                   s3 = boto3.client('s3', endpoint_url=os.environ['AWS_ENDPOINT'])\n\
                   s3.create_bucket(Bucket='calls')\n\
                   s3.create_bucket(Bucket='tables')\n\
                   below = pathlib.Path(sys.argv[1])\n\
                   for file in sorted(below.rglob('*.wav')):\n    \
                   s3.put_object(Bucket='calls', Key='2026/' + file.relative_to(below).as_posix(), Body=file.read_bytes())";
        let mut python = Command::new(python);
        let put = self.asked_by(python.args(["-c", put]).arg(folder));
        assert!(put.status().expect("Python starts").success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn after_three_kills_every_clip_of_a_bucket_is_there_once() {
    let Some(python) = env::var_os(PYTHON) else {
        let _ = writeln!(
            stderr(),
            "SKIPPED a bucket: {PYTHON} names no Python with moto"
        );
        return;
    };
    let python = Path::new(&python);
    let (clips, out) = (folder("s3/clips"), folder("s3/out"));
    let expected: BTreeSet<String> = fill(&clips, N_CLIPS)
        .iter()
        .map(|path| path.replace(clips.to_str().expect("text"), "s3://calls/2026"))
        .collect();
    let server = Server::start(python);
    server.fill(python, &clips);
    fs::remove_dir_all(&clips).expect("nobody works in it");

    let start = || {
        let mut program = score("s3://calls/2026", &out);
        server.asked_by(&mut program);
        program.args(["--resume", "--part-rows", "10", "--jobs", "2"]);
        program
    };
    let n_parts = || crate::program::parts(&out).len();
    for _ in 0..3 {
        let n_before = n_parts();
        let mut program = start()
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let deadline = Instant::now() + Duration::from_secs(120);
        while n_parts() < n_before + 2 {
            assert!(Instant::now() < deadline, "no part is written");
            thread::yield_now();
        }
        program.kill().expect("it runs");
        program.wait().expect("it has ended");
        assert!(n_parts() < N_CLIPS / 10, "it was at its end already");
    }
    done(&mut start());
    let found: BTreeSet<String> = column(&out, "error").into_keys().collect();
    assert_eq!(found, expected);

    let mut program = score("s3://calls/2026/even", Path::new("s3://tables/even"));
    let said = done(server.asked_by(&mut program));
    assert!(said.contains("100 clips in "), "{said}");
    let said = done(server.asked_by(&mut program).arg("--resume"));
    assert!(
        said.contains("0 clips in ") && said.contains("100 were done before"),
        "{said}"
    );
}
