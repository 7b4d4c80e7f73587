//! The long table of an export: what a person put right stands under `corrected`.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde::Deserialize;

use super::{Stretch, read};
use crate::corpus::table;

const NEEDED: [&str; 4] = ["file", "start_s", "end_s", "corrected"];

#[derive(Deserialize)]
struct Row {
    file: String,
    start_s: String,
    end_s: String,
    channel: Option<usize>,
    speaker: Option<String>,
    corrected: String,
}

/// Whether a file is such a table.
pub(super) fn is_one(path: &Path) -> bool {
    let text = read(path).and_then(|bytes| table::text(&bytes));
    text.is_ok_and(|text| table::has_columns(&text, &NEEDED))
}

/// The corrected rows, with their files, which are relative to the table.
///
/// # Errors
/// No text, a row without a file, or whose times are none; the line is named.
pub(super) fn stretches(path: &Path) -> anyhow::Result<Vec<(PathBuf, Stretch)>> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let rows = table::rows(&table::text(&read(path)?)?, &NEEDED)?;
    let corrected = rows
        .into_iter()
        .filter(|(_, row): &(u64, Row)| !row.corrected.is_empty());
    let stretch = |(line, row): (u64, Row)| {
        let (file, stretch) = row.stretch().with_context(|| format!("line {line}"))?;
        Ok((folder.join(file), stretch))
    };
    corrected.map(stretch).collect()
}

impl Row {
    fn stretch(self) -> anyhow::Result<(String, Stretch)> {
        let stretch = Stretch {
            start_s: seconds(&self.start_s)?,
            end_s: seconds(&self.end_s)?,
            channel: self.channel,
            speaker: self.speaker.unwrap_or_default(),
            emotion: self.corrected,
        };
        ensure!(
            stretch.is_sound(),
            "no stretch from {} to {} s",
            self.start_s,
            self.end_s
        );
        ensure!(!self.file.is_empty(), "no file");
        let file = of_spreadsheet(&self.file).replace('\\', "/");
        let stretch = Stretch {
            speaker: of_spreadsheet(&stretch.speaker).to_owned(),
            ..stretch
        };
        Ok((file, stretch))
    }
}

/// Seconds, between point or comma.
fn seconds(text: &str) -> anyhow::Result<f64> {
    let seconds = text.replace(',', ".");
    seconds
        .parse()
        .with_context(|| format!("{text:?} are no seconds"))
}

/// The text without the apostrophe that keeps a spreadsheet from taking it for a formula (`export::as_text`).
fn of_spreadsheet(text: &str) -> &str {
    let begins = |text: &str| text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    text.strip_prefix('\'')
        .filter(|rest| begins(rest))
        .unwrap_or(text)
}
