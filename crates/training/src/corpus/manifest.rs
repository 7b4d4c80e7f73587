//! `manifest.csv`: one row per clip with the columns `file`, `speaker`, `emotion` and maybe `sex`,
//! `sentence` and `intensity` (`normal` or `strong`), in any order.
//!
//! As spreadsheets write it: UTF-8 or UTF-16, with a byte order mark or without, between commas, semicolons or tabs,
//! with blanks around the fields and rows of nothing at the end.

use std::{fs, path::Path};

use anyhow::{Context, ensure};
use csv::{ReaderBuilder, Trim};
use serde::Deserialize;

use super::{Acted, Entry};

const NEEDED: [&str; 3] = ["file", "speaker", "emotion"];
const DELIMITERS: [u8; 3] = *b",;\t";

#[derive(Deserialize)]
struct Row {
    file: String,
    speaker: String,
    emotion: String,
    sex: Option<String>,
    sentence: Option<String>,
    #[serde(default, deserialize_with = "csv::invalid_option")]
    intensity: Option<Acted>,
}

/// What the rows tell; files are relative to the manifest.
///
/// # Errors
/// No such file, no text, a column that is missing, a row with an empty one of the needed fields.
pub(super) fn entries(manifest: &Path) -> anyhow::Result<Vec<Entry>> {
    let in_manifest = || format!("in {}", manifest.display());
    let bytes = fs::read(manifest).with_context(in_manifest)?;
    let root = manifest.parent().unwrap_or(Path::new(""));
    let rows = text(&bytes).and_then(|text| rows(&text));
    let entries = rows
        .with_context(in_manifest)?
        .into_iter()
        .map(|row| Entry {
            path: root.join(row.file),
            speaker: row.speaker,
            sex: row.sex,
            emotion: row.emotion,
            sentence: row.sentence,
            acted: row.intensity,
            recording: None,
        });
    Ok(entries.collect())
}

/// The text without its byte order mark.
fn text(bytes: &[u8]) -> anyhow::Result<String> {
    let utf16 = |units: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = units.as_chunks().0.iter().map(|pair| unit(*pair)).collect();
        String::from_utf16(&units).context("no UTF-16")
    };
    match bytes {
        [0xff, 0xfe, units @ ..] => utf16(units, u16::from_le_bytes),
        [0xfe, 0xff, units @ ..] => utf16(units, u16::from_be_bytes),
        _ => {
            let text = std::str::from_utf8(bytes).context("no UTF-8; save it as \"CSV UTF-8\"")?;
            Ok(text.trim_start_matches('\u{feff}').to_owned())
        }
    }
}

fn rows(text: &str) -> anyhow::Result<Vec<Row>> {
    // A line that only spreadsheets read.
    let told = text
        .strip_prefix("sep=")
        .and_then(|rest| rest.split_once('\n'));
    let table = told.map_or(text, |(_, table)| table);
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(table))
        .trim(Trim::All)
        .flexible(true)
        .from_reader(table.as_bytes());
    let names = reader.headers()?.iter().map(str::to_lowercase).collect();
    check_columns(&names)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        rows.push(row(&names, &record)?);
    }
    Ok(rows)
}

/// The one that the first line has most of.
fn delimiter(table: &str) -> u8 {
    let header = table.lines().next().unwrap_or_default().as_bytes();
    let count = |delimiter: &u8| header.iter().filter(|byte| *byte == delimiter).count();
    // The first of several that are as frequent.
    DELIMITERS
        .into_iter()
        .rev()
        .max_by_key(count)
        .unwrap_or(b',')
}

fn check_columns(names: &csv::StringRecord) -> anyhow::Result<()> {
    for needed in NEEDED {
        ensure!(
            names.iter().any(|name| name == needed),
            "no column {needed}; there are: {}",
            names.iter().collect::<Vec<_>>().join(", ")
        );
    }
    Ok(())
}

fn row(names: &csv::StringRecord, record: &csv::StringRecord) -> anyhow::Result<Row> {
    let line = record.position().map_or(0, csv::Position::line);
    let in_line = || format!("line {line}");
    let mut row: Row = record.deserialize(Some(names)).with_context(in_line)?;
    for (name, field) in NEEDED
        .into_iter()
        .zip([&row.file, &row.speaker, &row.emotion])
    {
        ensure!(!field.is_empty(), "line {line}: no {name}");
    }
    // As Windows writes paths.
    row.file = row.file.replace('\\', "/");
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> anyhow::Result<Vec<[String; 3]>> {
        let rows = rows(&text(bytes)?)?.into_iter();
        Ok(rows
            .map(|row| [row.file, row.speaker, row.emotion])
            .collect())
    }

    #[test]
    fn a_table_is_read_however_a_spreadsheet_saves_it() {
        let plain = "file,speaker,emotion,sex\nclips/a b.wav,rima,angry,F\nb.wav,arif,sad,\n";
        let expected = told(plain.as_bytes()).expect("a table");
        assert_eq!(expected[0], ["clips/a b.wav", "rima", "angry"]);
        assert_eq!(expected.len(), 2);
        let with = |delimiter| plain.replace(',', delimiter);
        let utf16 = |text: String, unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
            let units = std::iter::once(0xfeff).chain(text.encode_utf16().collect::<Vec<_>>());
            units.flat_map(unit).collect()
        };
        for bytes in [
            format!("\u{feff}{plain}").into_bytes(),
            format!("\u{feff}{}", with(";").replace('\n', "\r\n")).into_bytes(),
            with("\t").replace('\n', "\r").into_bytes(),
            format!("sep=;\r\n{}", with(";")).into_bytes(),
            utf16(with("\t"), u16::to_le_bytes),
            utf16(with(";"), u16::to_be_bytes),
            with(" , ").into_bytes(),
            plain.replace("file,speaker", "File,SPEAKER").into_bytes(),
            plain.replace("clips/", "clips\\").into_bytes(),
            format!("{plain},,,\n , , , \n").into_bytes(),
            plain
                .replace("clips/a b.wav", "\"clips/a b.wav\"")
                .into_bytes(),
        ] {
            let found = told(&bytes).unwrap_or_else(|error| panic!("{bytes:?}: {error:#}"));
            assert_eq!(found, expected, "{:?}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn an_intensity_is_read_where_it_is_a_known_word() {
        let table = "file,speaker,emotion,intensity\na.wav,rima,sad,normal\nb.wav,rima,sad,strong\n\
                     c.wav,rima,sad,02\nd.wav,rima,sad,\n";
        let acted: Vec<_> = rows(table)
            .expect("a table")
            .iter()
            .map(|row| row.intensity)
            .collect();
        assert_eq!(
            acted,
            [Some(Acted::Normal), Some(Acted::Strong), None, None]
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        for (table, told_of) in [
            ("file,emotion\na.wav,sad\n", "speaker"),
            ("file,speaker,emotion\na.wav,,sad\n", "line 2: no speaker"),
            ("file;speaker;label\n", "file, speaker, label"),
        ] {
            let error = told(table.as_bytes()).expect_err("something is missing");
            assert!(format!("{error:#}").contains(told_of), "{error:#}");
        }
        let latin1 = told(b"file,speaker,emotion\na.wav,Ren\xe9,sad\n");
        assert!(format!("{:#}", latin1.expect_err("no UTF-8")).contains("CSV UTF-8"));
    }
}
