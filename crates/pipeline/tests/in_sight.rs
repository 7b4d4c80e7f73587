//! Clips that are heard while they are decoded.

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use audio::DecodeLimits;
use inference::Recognizer;
use pipeline::{recognize, recognize_in_sight};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn recognizer() -> Recognizer {
    let model = root().join("models/bilstm-v8");
    Recognizer::open(|file| fs::read(model.join(file))).expect("it is in the repository")
}

/// A clip of ours so many times.
fn long(n_times: usize) -> Vec<u8> {
    let clip = fs::read(root().join("tests/pinned/clips/long.flac"));
    clip.expect("in the repository").repeat(n_times)
}

#[test]
fn what_is_told_early_is_what_the_whole_clip_has() {
    let (recognizer, limits) = (recognizer(), DecodeLimits::default());
    for n_times in [1, 4] {
        let clip = long(n_times);
        let mut told = Vec::new();
        let tell = |window| {
            told.push(window);
            ControlFlow::Continue(())
        };
        let early = recognize_in_sight(&recognizer, &limits, &clip, None, tell);
        let early = early.expect("somebody speaks").expect("nobody stopped it");
        assert_eq!(
            early,
            recognize(&recognizer, &limits, &clip).expect("the same")
        );
        assert_eq!(early.windows[..told.len()], told);
        // The last one moves, and those that reach over the end of the speech become it.
        assert!(told.len() + 5 > early.windows.len() && told.len() < early.windows.len());
    }
}

#[test]
fn who_has_heard_enough_gets_no_prediction() {
    let mut n_told = 0;
    let tell = |_| {
        n_told += 1;
        ControlFlow::Break(())
    };
    let heard = recognize_in_sight(&recognizer(), &DecodeLimits::default(), long(4), None, tell);
    assert!(heard.expect("no error").is_none());
    assert_eq!(n_told, 1);
}

#[test]
fn what_is_wrong_with_a_clip_is_told_as_ever() {
    let (recognizer, limits) = (recognizer(), DecodeLimits::default());
    for clip in [&b"no audio"[..], &[]] {
        let early = recognize_in_sight(&recognizer, &limits, clip, None, |_| {
            panic!("nobody speaks")
        });
        let early = early.map(|_| ()).expect_err("an error").to_string();
        let whole = recognize(&recognizer, &limits, clip).expect_err("an error");
        assert_eq!(early, whole.to_string());
    }
}
