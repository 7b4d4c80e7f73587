//! The program, folders to work in, and what it wrote there.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use arrow_array::{Array, RecordBatch, cast::AsArray};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::clips::{silent_wav, syllables_wav};

/// An empty folder.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("nobody works in it");
    }
    fs::create_dir_all(&folder).expect("the folder can be made");
    folder
}

/// Fills a folder with so many clips in two folders, every tenth of them silent; returns their addresses.
pub fn fill(folder: &Path, n_clips: usize) -> Vec<String> {
    let voice = syllables_wav(1.0);
    let silence = silent_wav(1.0);
    let write = |clip: usize| {
        let below = folder.join(if clip.is_multiple_of(2) {
            "even"
        } else {
            "odd/কল"
        });
        fs::create_dir_all(&below).expect("the folder can be made");
        let path = below.join(format!("{clip:04} #{clip}.wav"));
        let bytes = if clip % 10 == 9 { &silence } else { &voice };
        fs::write(&path, bytes).expect("a writable folder");
        path.to_str().expect("text").to_owned()
    };
    (0..n_clips).map(write).collect()
}

/// `banglaser-batch COMMAND`, with the shipped model.
pub fn program(command: &str) -> Command {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/bilstm-v8");
    let mut program = Command::new(env!("CARGO_BIN_EXE_banglaser-batch"));
    program
        .arg(command)
        .env("BANGLASER_RECOGNIZER_CHECKPOINT", model);
    program
}

/// `banglaser-batch score ARCHIVE --out OUT`.
pub fn score(archive: impl AsRef<Path>, out: &Path) -> Command {
    let mut program = program("score");
    program.arg(archive.as_ref()).arg("--out").arg(out);
    program
}

/// `banglaser-batch sql QUERY`.
#[cfg(feature = "sql")]
pub fn sql(query: &str) -> Command {
    let mut program = program("sql");
    program.arg(query);
    program
}

/// Lines that it says on standard output, to its end, which is a good one.
#[cfg(feature = "sql")]
pub fn answered(program: &mut Command) -> Vec<String> {
    let output = program.output().expect("the program starts");
    assert!(output.status.success(), "{}", said(&output));
    let lines = String::from_utf8(output.stdout).expect("text");
    lines.lines().map(str::to_owned).collect()
}

/// Runs it to its end, which is a good one.
pub fn done(program: &mut Command) -> String {
    let output = program.output().expect("the program starts");
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    said
}

/// Runs it to its end, which is a bad one.
pub fn refused(program: &mut Command) -> String {
    let output = program.output().expect("the program starts");
    let said = said(&output);
    assert!(!output.status.success(), "{said}");
    said
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Parts in a folder, by name.
pub fn parts(out: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(out).into_iter().flatten().flatten();
    let mut parts: Vec<PathBuf> = found.map(|entry| entry.path()).collect();
    parts.retain(|path| path.extension().is_some_and(|ending| ending == "parquet"));
    parts.sort();
    parts
}

/// All rows of a part.
pub fn rows(part: &Path) -> Vec<RecordBatch> {
    let file = fs::File::open(part).expect("a part");
    let rows = ParquetRecordBatchReaderBuilder::try_new(file).expect("a Parquet file");
    let rows = rows.build().expect("rows");
    rows.map(|rows| rows.expect("rows")).collect()
}

/// A column of text of all parts, by address; panics where an address is there twice.
pub fn column(out: &Path, name: &str) -> BTreeMap<String, Option<String>> {
    let mut found = BTreeMap::new();
    for rows in parts(out).iter().flat_map(|part| rows(part)) {
        let column = rows.column_by_name(name).expect("such a column");
        let (uris, values) = (rows.column(0).as_string::<i32>(), column.as_string::<i32>());
        for row in 0..rows.num_rows() {
            let value = values.is_valid(row).then(|| values.value(row).to_owned());
            let before = found.insert(uris.value(row).to_owned(), value);
            assert!(before.is_none(), "{} is there twice", uris.value(row));
        }
    }
    found
}
