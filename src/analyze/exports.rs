//! Files for other tools: all results as one table, one result as its own file, or a folder with a file for each.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use export::{Clip, Format, csv_header, csv_rows, export};
use inference::Recognizer;
use vocabulary::{Emotion, Prediction};

use crate::{
    error::AppError,
    i18n::{Locale, error_message},
};

/// Results in a format of other tools.
pub struct Exports<'a, W> {
    format: Format,
    /// Where each has a file of its own.
    folder: Option<&'a Path>,
    model_id: &'a str,
    labels: Vec<Emotion>,
    written: BTreeSet<PathBuf>,
    output: &'a mut W,
}

impl<'a, W: Write> Exports<'a, W> {
    /// Makes the folder, or writes what stands above the rows of all results.
    ///
    /// # Errors
    /// When either cannot be written.
    pub fn new(
        format: Format,
        folder: Option<&'a Path>,
        recognizer: &'a Recognizer,
        output: &'a mut W,
    ) -> io::Result<Self> {
        let labels: Vec<Emotion> = recognizer.labels().iter().collect();
        match folder {
            Some(folder) => fs::create_dir_all(folder)?,
            None if format == Format::Csv => output.write_all(csv_header(&labels).as_bytes())?,
            None => {}
        }
        Ok(Self {
            format,
            folder,
            model_id: recognizer.model_id(),
            labels,
            written: BTreeSet::new(),
            output,
        })
    }

    /// Writes what became of a file; an error goes to standard error.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, path: &Path, outcome: &Result<Prediction, AppError>) -> io::Result<()> {
        let prediction = match outcome {
            Ok(prediction) => prediction,
            Err(error) => {
                let said = error_message(Locale::en, error);
                return writeln!(io::stderr(), "{}: {said}", path.display());
            }
        };
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = name.to_string_lossy();
        let clip = Clip {
            name: &name,
            model: self.model_id,
            prediction,
        };
        match self.folder {
            Some(folder) => {
                let file = self.unused(folder, &name);
                fs::write(file, export(self.format, &clip))
            }
            None => {
                let text = match self.format {
                    Format::Csv => csv_rows(&clip, &self.labels),
                    format => export(format, &clip),
                };
                self.output.write_all(text.as_bytes())?;
                self.output.flush()
            }
        }
    }

    /// The file for a clip of this name; clips of one name from several folders are numbered.
    fn unused(&mut self, folder: &Path, name: &str) -> PathBuf {
        let extension = self.format.extension();
        let file = |number: usize| match number {
            1 => folder.join(format!("{name}.{extension}")),
            _ => folder.join(format!("{name}-{number}.{extension}")),
        };
        let mut number = 1;
        while !self.written.insert(file(number)) {
            number += 1;
        }
        file(number)
    }
}
