//! Clips in a folder: rows, values for bad clips, shares, refusals.

use std::{collections::BTreeSet, fs};

use arrow_array::{Array, cast::AsArray, types::Float32Type};

use crate::{
    clips::syllables_wav,
    program::{column, done, fill, folder, parts, refused, rows, score},
};

#[test]
fn bad_clips_are_values_beside_the_others() {
    let (archive, out) = (folder("bad/clips"), folder("bad/out"));
    fill(&archive, 2);
    fs::write(archive.join("empty.wav"), b"").expect("a writable folder");
    fs::write(archive.join("list.txt"), "a list").expect("a writable folder");
    fs::write(archive.join("large.wav"), vec![0; 100_000]).expect("a writable folder");
    fs::write(archive.join("short.wav"), syllables_wav(0.1)).expect("a writable folder");
    fs::write(archive.join("silent.wav"), crate::clips::silent_wav(2.0))
        .expect("a writable folder");
    fs::write(archive.join(".hidden.wav"), b"").expect("a writable folder");
    let said = done(score(&archive, &out).args(["--max-clip-bytes", "80000"]));
    assert!(said.contains("7 clips in "), "{said}");
    assert!(said.contains("5 of them gave no prediction"), "{said}");

    let errors = column(&out, "error");
    let of = |name: &str| {
        let uri = archive.join(name).to_str().expect("text").to_owned();
        errors[&uri].clone().unwrap_or_default()
    };
    assert_eq!(of("empty.wav"), "empty_file");
    assert_eq!(of("list.txt"), "unsupported_audio");
    assert_eq!(of("large.wav"), "too_large");
    assert_eq!(of("short.wav"), "too_short");
    assert_eq!(of("silent.wav"), "no_speech");
    assert_eq!(of("even/0000 #0.wav"), "");
    let outcomes = column(&out, "outcome");
    assert_eq!(outcomes.values().filter(|one| one.is_some()).count(), 2);
}

#[test]
fn a_row_has_what_was_heard() {
    let (archive, out) = (folder("row/clips"), folder("row/out"));
    fs::write(archive.join("a.wav"), syllables_wav(6.0)).expect("a writable folder");
    done(&mut score(archive.join("a.wav"), &out));
    let parts = parts(&out);
    assert_eq!(parts.len(), 1);
    assert!(parts[0].ends_with("part-0000-of-0001-000000.parquet"));
    let rows = &rows(&parts[0])[0];
    let schema = rows.schema();
    let names: Vec<&str> = schema
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    let expected = "uri model outcome emotion confidence band intensity p_angry p_happy p_sad p_neutral p_surprise \
                    duration_s speech_s notes error error_detail windows";
    assert_eq!(names.join(" "), expected);
    let number = |name: &str| {
        let column = rows.column_by_name(name).expect("a column");
        column.as_primitive::<Float32Type>().value(0)
    };
    assert_eq!(number("duration_s"), 6.0);
    let labels = names.iter().filter(|name| name.starts_with("p_"));
    let total: f32 = labels.map(|name| number(name)).sum();
    assert!((total - 1.0).abs() < 1e-3, "{total}");
    let windows = rows.column_by_name("windows").expect("a column");
    let windows = windows.as_list::<i32>().value(0);
    let starts = windows
        .as_struct()
        .column_by_name("start_s")
        .expect("a column");
    assert!(starts.len() > 1, "several windows of six seconds");
    for name in ["intensity", "p_sad"] {
        assert!(windows.as_struct().column_by_name(name).is_some(), "{name}");
    }
}

#[test]
fn turns_are_there_where_they_are_asked_for() {
    let (archive, out) = (folder("turns/clips"), folder("turns/out"));
    fs::write(archive.join("a.wav"), syllables_wav(6.0)).expect("a writable folder");
    done(score(&archive, &out).args(["--speakers", "1"]));
    let rows = &rows(&parts(&out)[0])[0];
    let turns = rows.column_by_name("turns").expect("a column");
    let turns = turns.as_list::<i32>().value(0);
    let speakers = turns
        .as_struct()
        .column_by_name("speaker")
        .expect("a column");
    assert_eq!(speakers.as_string::<i32>().value(0), "A");
    let said = refused(score(&archive, &out).arg("--resume"));
    assert!(said.contains("has other columns"), "{said}");
}

#[test]
fn shares_are_disjoint_and_complete() {
    let (archive, out) = (folder("shares/clips"), folder("shares/out"));
    let clips: BTreeSet<String> = fill(&archive, 30).into_iter().collect();
    for shard in ["0/3", "1/3", "2/3"] {
        done(score(&archive, &out).args(["--shard", shard]));
    }
    let found: BTreeSet<String> = column(&out, "error").into_keys().collect();
    assert_eq!(found, clips);
    let of: BTreeSet<_> = parts(&out)
        .into_iter()
        .filter_map(|part| part.file_name().map(Into::into))
        .collect();
    let of: Vec<std::ffi::OsString> = of.into_iter().collect();
    assert_eq!(of.len(), 3, "each share has clips: {of:?}");

    let said = done(score(&archive, &out).arg("--resume"));
    assert!(
        said.contains("0 clips in ") && said.contains("30 were done before"),
        "{said}"
    );
}

#[test]
fn what_is_there_is_never_mixed_with_something_else() {
    let (archive, out) = (folder("mixed/clips"), folder("mixed/out"));
    fill(&archive, 2);
    done(&mut score(&archive, &out));
    let said = refused(&mut score(&archive, &out));
    assert!(said.contains("there are parts already; --resume"), "{said}");
    let eight = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/bilstm-v7-eight");
    let said = refused(score(&archive, &out).args(["--resume", "--model", eight]));
    assert!(said.contains("it is of another model"), "{said}");
    let said = refused(&mut score(&archive, &archive.join("out")));
    assert!(said.contains("lies in the archive itself"), "{said}");
    let said = refused(&mut score(archive.join("nothing"), &out));
    assert!(said.contains("cannot read "), "{said}");
    let said = refused(score(&archive, &out).args(["--shard", "3/3"]));
    assert!(said.contains("0/16 is the first of sixteen"), "{said}");
}

#[test]
fn a_further_checkpoint_finds_the_encoder_that_it_shares() {
    let (archive, out) = (folder("eight/clips"), folder("eight/out"));
    fs::write(archive.join("a.wav"), syllables_wav(2.0)).expect("a writable folder");
    let eight = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/bilstm-v7-eight");
    done(score(&archive, &out).args(["--model", eight]));
    let rows = &rows(&parts(&out)[0])[0];
    assert!(rows.column_by_name("p_fear").is_some());
}
