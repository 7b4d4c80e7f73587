//! Results as files for other tools, and voices that are told apart.

use std::{fs, path::Path};

use serde_json::Value;

use super::{analyze, folder, lines};

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("it was written")
}

#[test]
fn turns_are_told_in_json() {
    let folder = folder("turns");
    let output = analyze(&folder, &["--json", "--speakers=1", "voice.wav"]);
    let json: Value = serde_json::from_str(&lines(&output)[0]).expect("JSON");
    let turns = json["turns"].as_array().expect("turns");
    assert!(!turns.is_empty());
    assert!(turns.iter().all(|turn| turn["speaker"] == "A"));
    let refused = analyze(&folder, &["--speakers=7", "voice.wav"]);
    assert!(!refused.status.success() && refused.stdout.is_empty());
}

#[test]
fn several_clips_are_one_table_and_a_failed_one_is_told() {
    let folder = folder("table");
    let output = analyze(
        &folder,
        &["--format=csv", "voice.wav", "text.wav", "voice.wav"],
    );
    assert_eq!(output.status.code(), Some(1));
    let rows = lines(&output);
    assert!(rows[0].starts_with("file,start_s,end_s,channel,speaker,outcome,"));
    let of_voice = rows.iter().filter(|row| row.contains("voice.wav"));
    assert_eq!(of_voice.count(), rows.len() - 1);
    assert!(rows.len() >= 3);
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(said.contains("text.wav: "), "{said}");
}

#[test]
fn each_clip_has_a_file_of_its_own_in_a_folder() {
    let folder = folder("files");
    let again = folder.join("again");
    fs::create_dir_all(&again).expect("writable");
    fs::copy(folder.join("voice.wav"), again.join("voice.wav")).expect("writable");
    let out = folder.join("out");
    let _ = fs::remove_dir_all(&out);
    let into = format!("--out={}", out.display());
    let output = analyze(
        &folder,
        &["--format=textgrid", &into, "voice.wav", "again/voice.wav"],
    );
    assert!(output.status.success() && output.stdout.is_empty());
    let [first, second] =
        ["voice.wav.TextGrid", "voice.wav-2.TextGrid"].map(|name| text(&out.join(name)));
    assert_eq!(first, second);
    assert!(first.contains("IntervalTier"));
}

#[test]
fn several_clips_are_no_one_file_of_a_tool() {
    let folder = folder("one_file");
    let output = analyze(&folder, &["--format=eaf", "voice.wav", "silence.wav"]);
    assert!(!output.status.success() && output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(said.contains("--out"), "{said}");
    let one = analyze(&folder, &["--format=eaf", "voice.wav"]);
    assert!(one.status.success());
    assert!(lines(&one)[0].starts_with("<?xml"));
    let unknown = analyze(&folder, &["--format=docx", "voice.wav"]);
    let said = String::from_utf8(unknown.stderr).expect("UTF-8");
    assert!(said.contains("textgrid"), "{said}");
}

#[test]
fn alerts_and_peaks_are_told_to_people_and_programs() {
    let clip = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pinned/clips/sad.flac");
    let clip = clip.to_str().expect("a path in UTF-8");
    let folder = folder("moments");
    let rule = "--alert=sad >= high for 1 s";
    let rows = lines(&analyze(&folder, &[rule, "--peaks=1", clip]));
    let with = |start: &str| rows.iter().filter(|row| row.starts_with(start)).count();
    assert_eq!(with("  alert: sad >= high for 1 s: "), 1, "{rows:?}");
    assert_eq!(with("  peak: sad "), 1, "{rows:?}");
    let json = lines(&analyze(&folder, &["--json", rule, clip]));
    let json: Value = serde_json::from_str(&json[0]).expect("JSON");
    assert_eq!(json["alerts"][0]["rule"], "sad >= high for 1 s");
    let refused = analyze(&folder, &["--alert=rage >= high", clip]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("is no rule such as"));
}
