//! `manifest.csv`: one row per clip with the columns `file`, `speaker`, `emotion` and maybe `sex`
//! and `sentence`, in any order.

use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

use super::Entry;

#[derive(Deserialize)]
struct Row {
    file: String,
    speaker: String,
    emotion: String,
    sex: Option<String>,
    sentence: Option<String>,
}

/// What the rows tell; files are relative to the manifest.
pub(super) fn entries(manifest: &Path) -> anyhow::Result<Vec<Entry>> {
    let root = manifest.parent().unwrap_or(Path::new(""));
    let in_manifest = || format!("in {}", manifest.display());
    csv::Reader::from_path(manifest)
        .with_context(in_manifest)?
        .into_deserialize()
        .map(|row| {
            let row: Row = row.with_context(in_manifest)?;
            Ok(Entry {
                path: root.join(row.file),
                speaker: row.speaker,
                sex: row.sex,
                emotion: row.emotion,
                sentence: row.sentence,
            })
        })
        .collect()
}
