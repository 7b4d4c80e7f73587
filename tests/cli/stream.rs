//! `analyze --json --stream`: windows before the whole is known.

use std::fs;

use serde_json::Value;

use super::{analyze, banglaser, folder, lines, syllables_wav};

#[test]
fn windows_come_before_the_file_that_they_are_of() {
    let folder = folder("stream");
    fs::write(folder.join("long.wav"), syllables_wav(12.0)).expect("writable");
    let files = ["long.wav", "voice.wav", "text.wav"];
    let told = |options: &[&str]| -> Vec<Value> {
        let lines = lines(&analyze(&folder, &[options, &files[..]].concat()));
        let objects = lines.iter().map(|line| serde_json::from_str(line));
        objects.collect::<Result<_, _>>().expect("JSON")
    };
    let (streamed, whole) = (told(&["--json", "--stream"]), told(&["--json"]));
    let (windows, results): (Vec<_>, Vec<_>) = streamed
        .into_iter()
        .partition(|object| object.get("window").is_some());
    assert_eq!(results, whole);
    // None of the file that is one window, none of the one that is no audio.
    assert!(windows.len() >= 5, "{windows:?}");
    let expected = whole[0]["windows"].as_array().expect("windows");
    for (told, expected) in windows.iter().zip(expected) {
        assert_eq!(told["file"], whole[0]["file"]);
        assert_eq!(told["window"], *expected);
    }
}

#[test]
fn a_stream_is_of_json_and_of_one_voice() {
    for options in [
        &["--stream"][..],
        &["--stream", "--csv"],
        &["--json", "--stream", "--speakers", "2"],
        &["--json", "--stream", "--channels", "separate"],
    ] {
        let mut banglaser = banglaser();
        let output = banglaser.arg("analyze").args(options).arg("a.wav").output();
        let output = output.expect("the program starts");
        assert_eq!(output.status.code(), Some(2), "{options:?}");
    }
}
