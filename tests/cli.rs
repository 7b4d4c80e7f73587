//! `banglaser analyze` as a shell sees it: lines, order, exit codes.

mod checkpoints;
mod clips;
#[path = "cli/exports.rs"]
mod exports;
#[path = "cli/names.rs"]
mod names;
#[expect(dead_code, reason = "other tests use the rest")]
mod pinned;
#[path = "cli/stream.rs"]
mod stream;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use clips::{silent_wav, syllables_wav};
use serde_json::Value;
use vocabulary::{Emotion, LabelSet};

const LABELS: [&str; 5] = ["angry", "happy", "sad", "neutral", "surprise"];

/// The program, run from the repository's folder: there it finds Leptos.toml and models/.
fn banglaser() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_banglaser"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// A folder of this test's own with a voice, a text renamed `.wav`, and silence.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    fs::create_dir_all(&folder).expect("the folder can be made");
    for (name, bytes) in [
        ("voice.wav", syllables_wav(2.0)),
        ("text.wav", b"this is no audio at all".to_vec()),
        ("silence.wav", silent_wav(2.0)),
    ] {
        fs::write(folder.join(name), bytes).expect("the clip can be written");
    }
    folder
}

fn analyze(folder: &Path, arguments: &[&str]) -> Output {
    banglaser()
        .arg("analyze")
        .args(
            arguments
                .iter()
                .map(|argument| match argument.starts_with('-') {
                    true => PathBuf::from(argument),
                    false => folder.join(argument),
                }),
        )
        .output()
        .expect("the program starts")
}

fn lines(output: &Output) -> Vec<String> {
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn one_json_object_per_file_in_the_order_given() {
    let folder = folder("json");
    let output = analyze(
        &folder,
        &[
            "--json",
            "text.wav",
            "voice.wav",
            "absent.wav",
            "silence.wav",
        ],
    );
    assert_eq!(output.status.code(), Some(1));
    let objects: Vec<Value> = lines(&output)
        .iter()
        .map(|line| serde_json::from_str(line).expect("a JSON object per line"))
        .collect();
    let codes: Vec<_> = objects
        .iter()
        .map(|object| object["error"]["code"].as_str())
        .collect();
    assert_eq!(
        codes,
        [
            Some("unsupported_audio"),
            None,
            Some("file_unreadable"),
            Some("no_speech")
        ]
    );
    for failed in [&objects[0], &objects[2], &objects[3]] {
        for message in ["message_en", "message_bn"] {
            assert!(
                failed["error"][message]
                    .as_str()
                    .is_some_and(|text| !text.is_empty())
            );
        }
    }
    let voice = &objects[1];
    assert_eq!(voice["file"].as_str(), folder.join("voice.wav").to_str());
    assert!(voice["notes"].is_array());
    for key in [
        "model",
        "outcome",
        "confidence",
        "band",
        "duration_s",
        "speech_s",
        "windows",
    ] {
        assert!(!voice[key].is_null(), "REST answers with {key}");
    }
    let probabilities = voice["probabilities"].as_object().expect("probabilities");
    let values = LABELS.map(|label| probabilities[label].as_f64().expect("a number"));
    assert_eq!(probabilities.len(), LABELS.len());
    assert!((values.iter().sum::<f64>() - 1.0).abs() < 1e-3);
    let top = LABELS.into_iter().max_by(|left, right| {
        let value = |label: &str| probabilities[label].as_f64().unwrap_or(f64::NAN);
        value(left).total_cmp(&value(right))
    });
    assert_eq!(voice["emotion"].as_str(), top);
}

#[test]
fn table_has_a_row_per_file() {
    let folder = folder("table");
    let good = analyze(&folder, &["voice.wav", "voice.wav"]);
    assert_eq!(good.status.code(), Some(0));
    let rows = lines(&good);
    assert_eq!(rows.len(), 3);
    assert!(
        LABELS.iter().all(|label| rows[0].contains(label)),
        "{}",
        rows[0]
    );
    assert_eq!(rows[1], rows[2]);
    assert_eq!(rows[1].split_whitespace().count(), 2 + LABELS.len());

    let bad = analyze(&folder, &["text.wav"]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(lines(&bad)[1].contains("error: "), "{:?}", lines(&bad));
}

#[test]
fn every_label_of_the_checkpoint_has_a_column() {
    let folder = folder("labels");
    let checkpoint = folder.join("seven");
    let labels = LabelSet::new(Emotion::ALL.into()).expect("none twice");
    checkpoints::write_random(&checkpoint, labels);
    for (format, expected) in [
        (
            None,
            "file emotion strength angry happy sad neutral surprise fear disgust contempt",
        ),
        (
            Some("--json"),
            "angry contempt disgust fear happy neutral sad surprise",
        ),
    ] {
        let output = banglaser()
            .arg("--checkpoint")
            .arg(&checkpoint)
            .arg("analyze")
            .args(format)
            .arg(folder.join("voice.wav"))
            .output()
            .expect("the program starts");
        assert_eq!(output.status.code(), Some(0));
        let line = &lines(&output)[0];
        let places: Vec<_> = match format {
            None => line.split_whitespace().collect(),
            Some(_) => {
                let object = line.split("\"probabilities\":").nth(1).expect("an object");
                let object = object.split('}').next().expect("an end");
                object.split('"').skip(1).step_by(2).collect()
            }
        };
        assert_eq!(places.join(" "), expected);
    }
}

#[test]
fn a_model_of_the_settings_is_chosen_by_name() {
    let folder = folder("models");
    let checkpoint = folder.join("random");
    let labels = "happy,fear".parse().expect("labels");
    checkpoints::write_random(&checkpoint, labels);
    let analyzed = |model: &str| {
        let output = banglaser()
            .env(
                "BANGLASER_RECOGNIZER_FURTHER_CHECKPOINTS",
                format!("[{checkpoint:?}]"),
            )
            .args(["analyze", "--json", "--model", model])
            .arg(folder.join("voice.wav"))
            .output();
        output.expect("the program starts")
    };
    let found = analyzed("random");
    assert_eq!(found.status.code(), Some(0));
    let found: Value = serde_json::from_str(&lines(&found)[0]).expect("JSON");
    assert_eq!(found["model"], "random");
    assert_eq!(
        found["probabilities"].as_object().map(|all| all.len()),
        Some(2)
    );

    let unknown = analyzed("another");
    assert_eq!(unknown.status.code(), Some(1));
    let said = String::from_utf8(unknown.stderr).expect("UTF-8");
    assert!(
        said.contains("another") && said.contains("random"),
        "{said}"
    );
}

#[test]
fn folders_are_walked_through_and_csv_has_a_row_for_each_file() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("folders");
    let below = folder.join("b").join("deep");
    fs::create_dir_all(&below).expect("the folder can be made");
    fs::create_dir_all(folder.join(".hidden")).expect("the folder can be made");
    let voice = syllables_wav(2.0);
    for place in [
        "=a.wav",
        "b/deep/আমার, কণ্ঠ.wav",
        "b/x.wav",
        ".hidden/x.wav",
        "._x.wav",
    ] {
        fs::write(folder.join(place), &voice).expect("the clip can be written");
    }
    fs::write(folder.join("c.txt"), "no audio").expect("the file can be written");
    let csv_of = |path: &str| {
        banglaser()
            .current_dir(&folder)
            .args(["analyze", "--csv", path])
            .arg("--settings")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Leptos.toml"))
            .output()
            .expect("the program starts")
    };
    let output = csv_of(".");
    assert_eq!(
        output.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "",
        "no progress bar where nobody sees it"
    );
    let rows = lines(&output);
    assert_eq!(rows.len(), 5);
    assert!(
        rows[0].starts_with("file,model,outcome,emotion,confidence,band,intensity,duration_s,")
    );
    let starts = [
        "./=a.wav,",
        "\"./b/deep/আমার, কণ্ঠ.wav\",",
        "./b/x.wav,",
        "./c.txt,",
    ];
    for (row, start) in rows[1..].iter().zip(starts) {
        assert!(row.starts_with(start), "{row} does not begin with {start}");
    }
    assert!(rows[4].ends_with(",unsupported_audio"), "{}", rows[4]);

    let named = csv_of("=a.wav");
    assert!(
        lines(&named)[1].starts_with("'=a.wav,"),
        "no formula: {}",
        lines(&named)[1]
    );
}

#[test]
fn a_dash_is_standard_input() {
    let mut program = banglaser()
        .args(["analyze", "--json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = program.stdin.take().expect("piped");
    input
        .write_all(&syllables_wav(2.0))
        .expect("the program reads");
    drop(input);
    let output = program.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(0));
    let object: Value = serde_json::from_str(&lines(&output)[0]).expect("JSON");
    assert_eq!(object["file"], "-");
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let folder = folder("pipe");
    let mut program = banglaser()
        .args(["analyze", "--json"])
        .args([folder.join("voice.wav"), folder.join("voice.wav")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(program.stdout.take());
    let output = program.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn a_missing_or_damaged_checkpoint_is_named() {
    let folder = folder("checkpoint");
    let damaged = folder.join("damaged");
    fs::create_dir_all(&damaged).expect("the folder can be made");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/bilstm-v8");
    for file in [
        "config.json",
        "weights.safetensors",
        "metrics.json",
        "SHA256SUMS",
    ] {
        fs::copy(shipped.join(file), damaged.join(file)).expect("the checkpoint can be copied");
    }
    let weights = damaged.join("weights.safetensors");
    let mut bytes = fs::read(&weights).expect("weights");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&weights, bytes).expect("the copy can be changed");

    for (checkpoint, said) in [(folder.join("absent"), "absent"), (damaged, "SHA-256")] {
        let output = banglaser()
            .args(["serve", "--checkpoint"])
            .arg(checkpoint)
            .output()
            .expect("the program starts");
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(
            message.contains(said) && message.lines().count() == 1,
            "{message}"
        );
    }
}

#[test]
fn the_answers_are_pinned() {
    let clips = pinned::clips();
    let paths: Vec<_> = clips.iter().map(|clip| &clip.path).collect();
    let output = banglaser().args(["analyze", "--json"]).args(paths).output();
    let lines = lines(&output.expect("the program starts"));
    assert_eq!(lines.len(), clips.len());
    for (line, clip) in lines.iter().zip(clips) {
        let answer: Value = serde_json::from_str(line).expect("a JSON object per line");
        clip.assert_answered("command line", &answer["probabilities"], pinned::TOLERANCE);
    }
}

#[test]
fn who_knows_the_voice_hears_otherwise() {
    let folder = folder("profile");
    let clip = pinned::clips().swap_remove(0).path;
    let enrolled = banglaser()
        .args(["enrol", "--emotion", "neutral"])
        .arg(&clip)
        .output()
        .expect("the program starts");
    assert!(enrolled.status.success());
    let profile = folder.join("me.json");
    fs::write(&profile, &enrolled.stdout).expect("the profile can be written");
    let bettered = banglaser()
        .args(["enrol", "--profile"])
        .args([&profile, &clip])
        .output()
        .expect("the program starts");
    let bettered: Value = serde_json::from_slice(&bettered.stdout).expect("a profile");
    assert_eq!(bettered["n_clips"], 2);

    let heard = |with: &[&Path]| -> Value {
        let mut command = banglaser();
        command.args(["analyze", "--json"]).arg(&clip);
        for profile in with {
            command.arg("--profile").arg(profile);
        }
        let output = command.output().expect("the program starts");
        serde_json::from_str(&lines(&output)[0]).expect("a JSON object per line")
    };
    assert_ne!(
        heard(&[])["probabilities"],
        heard(&[&profile])["probabilities"]
    );

    fs::write(
        &profile,
        r#"{"model": "another", "n_clips": 1, "voice": [0.5]}"#,
    )
    .expect("writable");
    let of_another = banglaser()
        .args(["analyze", "--profile"])
        .args([&profile, &clip])
        .output()
        .expect("the program starts");
    let message = String::from_utf8_lossy(&of_another.stderr);
    assert_eq!(of_another.status.code(), Some(1), "{message}");
    assert!(message.contains("another"), "{message}");
}

#[test]
fn no_profile_is_made_of_what_cannot_be_heard() {
    let folder = folder("no_profile");
    for file in ["text.wav", "silence.wav", "absent.wav"] {
        let output = banglaser()
            .arg("enrol")
            .args([folder.join("voice.wav"), folder.join(file)])
            .output()
            .expect("the program starts");
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(
            output.stdout.is_empty() && message.contains(file),
            "{message}"
        );
    }
}
