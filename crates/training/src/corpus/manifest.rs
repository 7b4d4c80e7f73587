//! `manifest.csv`: one row per clip with the columns `file`, `speaker`, `emotion` and maybe `sex`,
//! `sentence` and `intensity` (`normal` or `strong`), in any order.

use std::{fs, path::Path};

use anyhow::{Context, ensure};
use serde::Deserialize;

use super::{Acted, Entry, table};

const NEEDED: [&str; 3] = ["file", "speaker", "emotion"];

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
    let entries = rows(&bytes)
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

fn rows(manifest: &[u8]) -> anyhow::Result<Vec<Row>> {
    let rows = table::rows(&table::text(manifest)?, &NEEDED)?;
    let whole = rows.into_iter().map(|(line, mut row): (u64, Row)| {
        for (name, field) in NEEDED
            .into_iter()
            .zip([&row.file, &row.speaker, &row.emotion])
        {
            ensure!(!field.is_empty(), "line {line}: no {name}");
        }
        // As Windows writes paths.
        row.file = row.file.replace('\\', "/");
        Ok(row)
    });
    whole.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> anyhow::Result<Vec<[String; 3]>> {
        let rows = rows(bytes)?.into_iter();
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
        let acted: Vec<_> = rows(table.as_bytes())
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
