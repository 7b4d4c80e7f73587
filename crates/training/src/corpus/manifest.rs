//! `manifest.csv`: one row per clip with the columns `file`, `speaker`, `emotion` and maybe `sex`.

use std::path::Path;

use anyhow::Context;
use emotion::Emotion;
use serde::Deserialize;

use super::Clip;

#[derive(Deserialize)]
struct Row {
    file: String,
    speaker: String,
    emotion: String,
    sex: Option<String>,
}

/// Clips of the rows; files are relative to the manifest. Rows of other emotions are left out.
pub(super) fn read(manifest: &Path) -> anyhow::Result<Vec<Clip>> {
    let root = manifest.parent().unwrap_or(Path::new(""));
    let mut clips = Vec::new();
    let mut left_out = 0;
    for row in csv::Reader::from_path(manifest)?.into_deserialize() {
        let row: Row = row.with_context(|| format!("in {}", manifest.display()))?;
        let Ok(emotion) = row.emotion.parse::<Emotion>() else {
            left_out += 1;
            continue;
        };
        clips.push(Clip {
            path: root.join(row.file),
            speaker: row.speaker,
            sex: row.sex,
            emotion,
        });
    }
    if left_out > 0 {
        eprintln!("{left_out} clips of other emotions are left out");
    }
    Ok(clips)
}
