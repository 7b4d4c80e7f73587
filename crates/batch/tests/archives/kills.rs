//! A process that is ended in the middle, and another one that goes on.

use std::{
    collections::BTreeSet,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use crate::program::{column, done, fill, folder, parts, score};

const N_CLIPS: usize = 400;

#[test]
fn after_three_kills_every_clip_is_there_once() {
    let (archive, out) = (folder("kills/clips"), folder("kills/out"));
    let clips: BTreeSet<String> = fill(&archive, N_CLIPS).into_iter().collect();
    let start = || {
        let mut program = score(&archive, &out);
        program.args(["--resume", "--part-rows", "16", "--jobs", "2"]);
        program.stderr(Stdio::null());
        program
    };
    for _ in 0..3 {
        let n_before = parts(&out).len();
        let mut program = start().spawn().expect("the program starts");
        let deadline = Instant::now() + Duration::from_secs(120);
        while parts(&out).len() < n_before + 3 {
            assert!(Instant::now() < deadline, "no part is written");
            thread::yield_now();
        }
        // SIGKILL where there are signals.
        program.kill().expect("it runs");
        program.wait().expect("it has ended");
        assert!(
            parts(&out).len() < N_CLIPS / 16,
            "it was at its end already"
        );
    }
    let n_parts = parts(&out).len();
    let said = done(start().stderr(Stdio::piped()));
    assert!(
        said.contains(&format!("{} were done before", n_parts * 16)),
        "{said}"
    );

    let errors = column(&out, "error");
    let found: BTreeSet<String> = errors.keys().cloned().collect();
    assert_eq!(found, clips);
    let silent = errors
        .values()
        .flatten()
        .filter(|error| *error == "no_speech");
    assert_eq!(silent.count(), N_CLIPS / 10);
}

#[cfg(unix)]
#[test]
fn who_is_told_to_end_writes_what_was_heard() {
    let (archive, out) = (folder("told/clips"), folder("told/out"));
    fill(&archive, N_CLIPS);
    let mut program = score(&archive, &out);
    program
        .args(["--part-rows", "16", "--jobs", "2"])
        .stderr(Stdio::piped());
    let program = program.spawn().expect("the program starts");
    let deadline = Instant::now() + Duration::from_secs(120);
    while parts(&out).is_empty() {
        assert!(Instant::now() < deadline, "no part is written");
        thread::yield_now();
    }
    let told = std::process::Command::new("kill")
        .arg(program.id().to_string())
        .status();
    assert!(told.expect("kill is there").success());
    let output = program.wait_with_output().expect("it has ended");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("it was stopped, --resume goes on"), "{said}");
    let n_clips = column(&out, "error").len();
    assert!(
        said.contains(&format!("{n_clips} clips in ")),
        "{n_clips}: {said}"
    );
    assert!(n_clips < N_CLIPS);
}
