//! Files with names that a table or a line of JSON could stumble over.
#![cfg(unix)]

use std::{
    ffi::{OsStr, OsString},
    fs,
    os::unix::ffi::OsStrExt,
};

use serde_json::Value;

use super::{analyze, banglaser, folder, lines, syllables_wav};

#[test]
fn a_name_with_a_line_break_is_one_row() {
    let folder = folder("controls");
    fs::write(folder.join("a\nb\x1b[31m.wav"), syllables_wav(2.0)).expect("writable");
    let output = analyze(&folder, &["a\nb\x1b[31m.wav"]);
    let rows = lines(&output);
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows[1].contains("a\\nb\\u{1b}[31m.wav"), "{}", rows[1]);
}

#[test]
fn a21_every_name_is_one_row_and_comes_back_in_json() {
    let folder = folder("names");
    let mut names: Vec<OsString> = [
        "আমার রেকর্ডিং.wav",
        "😡 voice \"note\".wav",
        "two\nlines.wav",
        "tab\there.wav",
        "100%25.wav",
        "-dash.wav",
        "a&b=c;d'e.wav",
        "no_extension",
        "লেখা.txt",
    ]
    .map(OsString::from)
    .to_vec();
    // Other systems take UTF-8 only.
    if cfg!(target_os = "linux") {
        names.push(OsStr::from_bytes(b"\xff\xfe.wav").to_owned());
    }
    let clip = syllables_wav(1.0);
    let paths: Vec<_> = names.iter().map(|name| folder.join(name)).collect();
    for path in &paths {
        fs::write(path, &clip).expect("writable");
    }
    let analyzed = |formats: &[&str]| {
        let mut command = banglaser();
        command.arg("analyze").args(formats).args(&paths);
        let output = command.output().expect("the program starts");
        assert_eq!(output.status.code(), Some(0));
        lines(&output)
    };
    assert_eq!(analyzed(&[]).len(), 1 + names.len());
    let objects = analyzed(&["--json"]);
    assert_eq!(objects.len(), names.len());
    for (object, path) in objects.iter().zip(&paths) {
        let object: Value = serde_json::from_str(object).expect("a JSON object per line");
        assert_eq!(object["file"].as_str(), Some(&*path.to_string_lossy()));
    }
}
