//! A scheduler and two executors, each a process: the same answers as by one, also where one of them is killed or a
//! store fails.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use batch::{Shard, key};

use crate::{
    clips::{silent_wav, syllables_wav},
    program::{answered, fill, folder, program, refused, sql},
    web::{serve, serve_by},
};

const N_CLIPS: usize = 200;
const N_SHARES: u32 = 10;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(600);

/// Lets clips through by the share that they are in.
#[derive(Default)]
struct Gate {
    passage: Mutex<Passage>,
    changed: Condvar,
}

#[derive(Default)]
struct Passage {
    /// Shares of which clips were asked for.
    asked: BTreeSet<u32>,
    /// Shares of which clips are given.
    open: BTreeSet<u32>,
}

impl Gate {
    fn wait(&self, share: u32) {
        let mut passage = self.passage.lock().expect("nobody panics");
        passage.asked.insert(share);
        let is_shut = |passage: &mut Passage| !passage.open.contains(&share);
        let waited = self.changed.wait_while(passage, is_shut);
        drop(waited.expect("nobody panics"));
    }

    fn asked(&self) -> BTreeSet<u32> {
        self.passage.lock().expect("nobody panics").asked.clone()
    }

    fn open(&self, shares: impl IntoIterator<Item = u32>) {
        let mut passage = self.passage.lock().expect("nobody panics");
        passage.open.extend(shares);
        self.changed.notify_all();
    }
}

/// A manifest of clips behind a gate, every tenth of them silent, and their addresses.
fn gated(folder: &Path) -> (String, BTreeSet<String>, Arc<Gate>) {
    let gate = Arc::new(Gate::default());
    let (voice, silence, passed) = (syllables_wav(1.0), silent_wav(1.0), Arc::clone(&gate));
    let address = Arc::new(Mutex::new(String::new()));
    let own = Arc::clone(&address);
    let served = serve_by(move |path| {
        let uri = format!("{}{path}", own.lock().expect("nobody panics"));
        passed.wait(share_of(&uri));
        let is_silent = path.ends_with("9.wav");
        ("200 OK", if is_silent { &silence } else { &voice }.clone())
    });
    address.lock().expect("nobody panics").clone_from(&served);
    let clips: BTreeSet<String> = (0..N_CLIPS)
        .map(|clip| format!("{served}/{clip:04}.wav"))
        .collect();
    let manifest = folder.join("calls.csv");
    let lines: String = clips.iter().map(|uri| format!("{uri}\n")).collect();
    fs::write(&manifest, format!("uri\n{lines}")).expect("a writable folder");
    let manifest = manifest.to_str().expect("text").to_owned();
    (manifest, clips, gate)
}

fn share_of(uri: &str) -> u32 {
    let has = |share: &u32| Shard::of(*share, N_SHARES).is_ok_and(|share| share.has(key(uri)));
    (0..N_SHARES).find(has).expect("each clip is in a share")
}

/// Ends with the test.
struct Process(Child);

impl Process {
    fn start(mut program: Command, log: &Path) -> Self {
        let log = File::create(log).expect("a writable folder");
        let program = program.stdout(Stdio::null()).stderr(log);
        Self(program.spawn().expect("the program starts"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A scheduler, and executors with the folders of their results.
struct Cluster {
    scheduler: String,
    executors: Vec<(Process, PathBuf)>,
    _scheduler: Process,
}

impl Cluster {
    fn start(folder: &Path, of_executors: &[&str]) -> Self {
        let address = free_address();
        let mut scheduler = program("scheduler");
        scheduler.args(["--listen", &address, "--executor-timeout", "10"]);
        let scheduler = Process::start(scheduler, &folder.join("scheduler.log"));
        until(|| TcpStream::connect(&address).is_ok());
        let url = format!("df://{address}");
        let executor = |idx: usize| {
            let work_dir = folder.join(format!("executor-{idx}"));
            fs::create_dir_all(&work_dir).expect("a writable folder");
            let mut executor = program("executor");
            executor.args(["--scheduler", &url, "--listen", &free_address()]);
            executor.args(["--jobs", "1", "--work-dir"]).arg(&work_dir);
            executor.args(of_executors);
            let log = folder.join(format!("executor-{idx}.log"));
            (Process::start(executor, &log), work_dir)
        };
        Self {
            executors: [0, 1].map(executor).into(),
            scheduler: url,
            _scheduler: scheduler,
        }
    }

    fn sql(&self, query: &str) -> Command {
        let mut program = sql(query);
        program.args(["--format", "csv", "--scheduler", &self.scheduler]);
        program.args(["--shares", &N_SHARES.to_string()]);
        program
    }
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").to_string()
}

fn until(is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "it takes too long");
        thread::yield_now();
    }
}

/// Files below a folder that hold something.
fn n_files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let count = |path: PathBuf| match path.metadata() {
        Ok(found) if found.is_dir() => n_files(&path),
        Ok(found) => usize::from(found.len() > 0),
        Err(_) => 0,
    };
    entries.map(|entry| count(entry.path())).sum()
}

#[test]
fn after_an_executor_is_killed_every_clip_is_there_once() {
    let work = folder("cluster/killed");
    let (manifest, clips, gate) = gated(&work);
    let mut cluster = Cluster::start(&work, &[]);
    let out = work.join("answer.csv");
    let query = format!(
        "select uri, score(uri)['emotion'] = emotion or error = 'no_speech' as is_same from clips('{manifest}')"
    );
    let mut asking = cluster.sql(&query);
    let asking = asking.arg("--out").arg(&out).stderr(Stdio::piped());
    let asking = asking.spawn().expect("the program starts");
    // An executor has one task at a time, so two shares are at both. They end these, and begin others.
    until(|| gate.asked().len() == 2);
    gate.open(gate.asked());
    until(|| {
        let mut dirs = cluster.executors.iter().map(|(_, work_dir)| work_dir);
        dirs.all(|work_dir| n_files(work_dir) > 0) && gate.asked().len() == 4
    });
    let (mut killed, work_dir) = cluster.executors.remove(0);
    killed.0.kill().expect("it runs");
    killed.0.wait().expect("it has ended");
    fs::remove_dir_all(work_dir).expect("nobody works in it");
    gate.open(0..N_SHARES);

    let output = asking.wait_with_output().expect("it has ended");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let answer = fs::read_to_string(&out).expect("an answer");
    let rows = answer
        .lines()
        .skip(1)
        .filter_map(|line| line.rsplit_once(','));
    let rows: Vec<(&str, &str)> = rows.collect();
    assert_eq!(rows.len(), N_CLIPS);
    let found: BTreeSet<String> = rows.iter().map(|(uri, _)| (*uri).to_owned()).collect();
    assert_eq!(found, clips);
    assert!(
        rows.iter().all(|(_, is_same)| *is_same == "true"),
        "{answer}"
    );
}

#[test]
fn several_answer_as_one_does() {
    let (archive, work) = (folder("cluster/clips"), folder("cluster/work"));
    fill(&archive, 40);
    let cluster = Cluster::start(&work, &[]);
    for query in [
        "select error, count(*) as n, avg(speech_s) > 0 as has_speech from clips('{}') group by 1 order by 1",
        "select uri, score(uri)['band'] as band from clips('{}') where uri like '%0000%'",
        "select uri, model from clips('{}') order by uri limit 3",
        "select emotion from clips('{}') where false",
        "select uri, array_length(windows) as n from clips('{}') where error is null order by p_sad desc, uri limit 3",
        "select count(*) as n, count(distinct a.uri) as of from clips('{}') a join clips('{}') b on a.error = b.error",
        "select count(*) as n from (select uri from clips('{}') union all select error from clips('{}'))",
        "select count(*) as n from clips('{}') where duration_s >= (select avg(duration_s) from clips('{}'))",
    ] {
        // Executors work in another folder than who asks.
        let above = archive.parent().expect("a folder");
        let query = query.replace("{}", "clips");
        let by_one = answered(sql(&query).args(["--format", "csv"]).current_dir(above));
        let by_several = answered(cluster.sql(&query).current_dir(above));
        assert_eq!(by_several, by_one, "{query}");
        assert!(by_one.len() > 1 || query.contains("false"), "{by_one:?}");
    }
}

#[test]
fn a_fault_of_a_store_is_tried_again_and_ends_the_query_if_it_stays() {
    let work = folder("cluster/faults");
    let cluster = Cluster::start(&work, &["--retries", "0"]);
    let (address, asked) = serve(syllables_wav(1.0));
    let of = |clips: &[&str]| {
        let manifest = work.join("calls.csv");
        let lines = clips.iter().map(|clip| format!("{address}/{clip}.wav\n"));
        let lines: String = lines.collect();
        fs::write(&manifest, format!("uri\n{lines}")).expect("a writable folder");
        let manifest = manifest.to_str().expect("text");
        format!("select error, count(*) as n from clips('{manifest}') group by 1")
    };
    let n_asked = |clip: &str| asked.lock().expect("nobody panics")[&format!("/{clip}.wav")];
    let csv = answered(&mut cluster.sql(&of(&["a", "gone"])));
    let mut rows = csv[1..].to_vec();
    rows.sort();
    assert_eq!(rows, [",1", "file_unreadable,1"]);
    assert_eq!([n_asked("a"), n_asked("gone")], [2, 1]);

    let said = refused(&mut cluster.sql(&of(&["a", "down"])));
    assert!(
        said.contains("cannot fetch ") && said.contains("/down.wav"),
        "{said}"
    );
    assert_eq!(n_asked("down"), 4);
}

#[test]
fn who_would_hear_otherwise_is_not_asked() {
    let (archive, work) = (folder("cluster/other"), folder("cluster/otherwise"));
    fill(&archive, 2);
    let cluster = Cluster::start(&work, &[]);
    let query = format!("select uri, emotion from clips('{}')", archive.display());
    for query in [
        query.as_str(),
        "select score(uri)['error'] from (values ('/a.wav'), ('/b.wav')) as t(uri)",
    ] {
        let said = refused(cluster.sql(query).args(["--speakers", "2"]));
        let expected = "the query is for bilstm-v8 --speakers 2, and bilstm-v8 hears here";
        assert!(said.contains(expected), "{said}");
    }
}
