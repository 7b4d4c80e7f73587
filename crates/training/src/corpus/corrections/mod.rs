//! What people say of parts of their recordings: the tables and TextGrids that page, REST and command line give away,
//! put right by a person, beside the recordings that they tell of.
//!
//! Output  a labelled part of a file for each stretch that a person put a label to; what a model heard is no label
//! Speakers  a name is one person in all files, a letter (`A`) one voice of one file; labels without either are one
//!         person's, so that nobody is ever on two sides of a split

mod table;
mod textgrid;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};

use super::{Entry, Part, files};

/// Who speaks where nobody says so.
const NOBODY: &str = "unnamed";

/// A stretch of a recording and what a person says of it.
#[derive(Debug, PartialEq)]
struct Stretch {
    start_s: f64,
    end_s: f64,
    /// Channel of the file, counted from 0, where it tells one.
    channel: Option<usize>,
    /// Name, letter or nothing.
    speaker: String,
    emotion: String,
}

/// Whether a folder holds a table of such corrections.
pub(super) fn has_tables(root: &Path) -> anyhow::Result<bool> {
    let tables = files::ending_in(root, "csv")?;
    Ok(tables.iter().any(|path| table::is_one(path)))
}

/// Whether a folder holds a TextGrid.
pub(super) fn has_textgrids(root: &Path) -> anyhow::Result<bool> {
    Ok(!files::ending_in(root, "textgrid")?.is_empty())
}

/// What tables and TextGrids below `root` tell of the files beside them; `tell` gets a sentence for whatever is left
/// out.
///
/// # Errors
/// A file that cannot be read, with the line where it is none of its kind.
pub(super) fn entries(
    root: &Path,
    tell: &mut dyn FnMut(String),
) -> anyhow::Result<Vec<(Entry, Part)>> {
    let mut stretches = Vec::new();
    for path in files::ending_in(root, "csv")? {
        if table::is_one(&path) {
            let of_table = table::stretches(&path);
            stretches.extend(of_table.with_context(|| path.display().to_string())?);
        }
    }
    let sound = files::named_like_sound(root, &mut |_| {})?;
    for path in files::ending_in(root, "textgrid")? {
        let Some(file) = beside(&path, &sound) else {
            tell(format!("no sound is named like {}", path.display()));
            continue;
        };
        let of_grid = read(&path).and_then(|bytes| textgrid::stretches(&bytes));
        let of_grid = of_grid.with_context(|| path.display().to_string())?;
        stretches.extend(of_grid.into_iter().map(|one| (file.clone(), one)));
    }
    let n_unnamed = stretches
        .iter()
        .filter(|(_, one)| one.speaker.is_empty())
        .count();
    if n_unnamed > 0 {
        tell(format!(
            "{n_unnamed} labels name no speaker and count as one person's"
        ));
    }
    let entries = once(stretches)?.into_iter();
    Ok(entries.map(|(file, one)| one.of(file)).collect())
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).context("cannot be read")
}

/// The file whose name is that of `path` but for its ending, in the same folder.
fn beside(path: &Path, sound: &[PathBuf]) -> Option<PathBuf> {
    let is_named_so = |file: &&PathBuf| file.with_extension("") == path.with_extension("");
    sound.iter().find(is_named_so).cloned()
}

/// Each once: a table and a TextGrid may tell the same.
///
/// # Errors
/// Two labels of one stretch.
fn once(stretches: Vec<(PathBuf, Stretch)>) -> anyhow::Result<Vec<(PathBuf, Stretch)>> {
    let mut kept: BTreeMap<(PathBuf, Part), Stretch> = BTreeMap::new();
    for (file, one) in stretches {
        let place = (file, one.part());
        if let Some(before) = kept.get(&place) {
            ensure!(
                before.emotion == one.emotion,
                "{} from {} s is labelled {} and {}",
                place.0.display(),
                one.start_s,
                before.emotion,
                one.emotion
            );
            continue;
        }
        kept.insert(place, one);
    }
    let kept = kept.into_iter();
    Ok(kept.map(|((file, _), one)| (file, one)).collect())
}

impl Stretch {
    fn part(&self) -> Part {
        let ms = |seconds: f64| (seconds * 1000.0).round() as u64;
        Part {
            start_ms: ms(self.start_s),
            end_ms: ms(self.end_s),
            channel: self.channel,
        }
    }

    fn of(self, file: PathBuf) -> (Entry, Part) {
        let part = self.part();
        let speaker = match self.speaker.as_str() {
            "" => NOBODY.to_owned(),
            letter if is_letter(letter) => format!("{} of {}", letter, file.display()),
            name => name.to_owned(),
        };
        let entry = Entry {
            path: file,
            speaker,
            sex: None,
            emotion: self.emotion,
            sentence: None,
            recording: None,
            acted: None,
        };
        (entry, part)
    }

    /// Whether it lies in a recording and has a length.
    fn is_sound(&self) -> bool {
        let times = [self.start_s, self.end_s];
        times.iter().all(|time| time.is_finite() && *time >= 0.0) && self.start_s < self.end_s
    }
}

/// Whether a speaker is told apart within one file only: `A`, or `Rana (A)` where two have a name.
fn is_letter(speaker: &str) -> bool {
    let letters = speaker
        .strip_suffix(')')
        .and_then(|named| Some(named.rsplit_once(" (")?.1))
        .unwrap_or(speaker);
    letters.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests;
