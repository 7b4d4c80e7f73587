//! Tables as spreadsheets write them: UTF-8 or UTF-16, with a byte order mark or without, between commas, semicolons or
//! tabs, with blanks around the fields and rows of nothing at the end.

use anyhow::{Context, ensure};
use csv::{Position, ReaderBuilder, StringRecord, Trim};
use serde::de::DeserializeOwned;

const DELIMITERS: [u8; 3] = *b",;\t";

/// Bytes as text, without its byte order mark.
///
/// # Errors
/// Neither UTF-8 nor UTF-16.
pub(super) fn text(bytes: &[u8]) -> anyhow::Result<String> {
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

/// Whether the first line names all these columns.
pub(super) fn has_columns(text: &str, needed: &[&str]) -> bool {
    let table = table(text);
    let Ok(names) = reader(table).headers().map(lowercase) else {
        return false;
    };
    needed
        .iter()
        .all(|needed| names.iter().any(|name| name == *needed))
}

/// The rows below the first line, each with its line's number; columns in any order, others are ignored.
///
/// # Errors
/// A `needed` column that is missing, a row that is none.
pub(super) fn rows<T: DeserializeOwned>(
    text: &str,
    needed: &[&str],
) -> anyhow::Result<Vec<(u64, T)>> {
    let table = table(text);
    let n_lines_before = u64::from(table.len() < text.len());
    let mut reader = reader(table);
    let names = lowercase(reader.headers()?);
    for needed in needed {
        ensure!(
            names.iter().any(|name| name == *needed),
            "no column {needed}; there are: {}",
            names.iter().collect::<Vec<_>>().join(", ")
        );
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        let line = record.position().map_or(0, |at| line_of(at, table)) + n_lines_before;
        let row = record.deserialize(Some(&names));
        rows.push((line, row.with_context(|| format!("line {line}"))?));
    }
    Ok(rows)
}

/// Where Windows ends lines, the reader takes the second half of an end for the beginning of the next line.
fn line_of(at: &Position, table: &str) -> u64 {
    let byte = usize::try_from(at.byte()).ok();
    let first = byte.and_then(|byte| table.as_bytes().get(byte));
    at.line() + u64::from(first == Some(&b'\n'))
}

fn lowercase(names: &StringRecord) -> StringRecord {
    names.iter().map(str::to_lowercase).collect()
}

/// The text without a first line that only spreadsheets read.
fn table(text: &str) -> &str {
    let told = text
        .strip_prefix("sep=")
        .and_then(|rest| rest.split_once('\n'));
    told.map_or(text, |(_, table)| table)
}

fn reader(table: &str) -> csv::Reader<&[u8]> {
    ReaderBuilder::new()
        .delimiter(delimiter(table))
        .trim(Trim::All)
        .flexible(true)
        .from_reader(table.as_bytes())
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
