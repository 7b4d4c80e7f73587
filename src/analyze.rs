//! `banglaser analyze`: the emotion of audio files, as a table or as one JSON object per line.
//!
//! Input   paths; `-` is standard input
//! Output  one line per file, in the order given, written as soon as it is known
//! Errors  a file that gives no prediction gives a line that says why, and the others are still analysed

use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use audio::{DecodeLimits, Recording};
use inference::Recognizer;
use pipeline::PipelineError;
use serde::Serialize;
use vocabulary::{Emotion, Note, Outcome, Prediction, Probabilities, Profile};

use crate::{
    error::AppError,
    i18n::{Locale, error_message},
    server::exposure,
};

/// Largest file that is read: ten minutes of 32-bit stereo at 192 kHz.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// Stands for standard input.
const STANDARD_INPUT: &str = "-";

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Table,
    /// One JSON object per line.
    JsonLines,
}

#[derive(Serialize)]
struct Found<'a> {
    file: &'a str,
    emotion: Emotion,
    outcome: Outcome,
    notes: &'a [Note],
    probabilities: &'a Probabilities,
}

#[derive(Serialize)]
struct Failed<'a> {
    file: &'a str,
    error: Explained<'a>,
}

#[derive(Serialize)]
struct Explained<'a> {
    #[serde(flatten)]
    error: &'a AppError,
    message_en: String,
    message_bn: String,
}

/// What hears the files.
#[derive(Debug)]
pub struct Hearing<'a> {
    /// The networks.
    pub recognizer: &'a Recognizer,
    /// What a file may cost.
    pub limits: DecodeLimits,
    /// Of who speaks in all of them, where somebody knows.
    pub profile: Option<Profile>,
}

/// Analyses `files` and writes what it finds to `output`; `true` when every file gave a prediction.
///
/// # Errors
/// When `output` cannot be written.
pub fn analyze(
    files: &[PathBuf],
    format: Format,
    hearing: &Hearing<'_>,
    output: &mut impl Write,
) -> io::Result<bool> {
    let names: Vec<_> = files.iter().map(|file| file.to_string_lossy()).collect();
    let lengths = names.iter().map(|name| name.chars().count());
    let file_width = lengths.chain(["file".len()]).max().unwrap_or(0);
    if format == Format::Table {
        let labels = hearing.recognizer.labels().iter();
        let labels: String = labels.map(|emotion| format!(" {emotion:>8}")).collect();
        writeln!(output, "{:file_width$}  {:8}{labels}", "file", "emotion")?;
    }

    let mut all_predicted = true;
    for (path, name) in files.iter().zip(&names) {
        let outcome = predict(path, hearing);
        all_predicted &= outcome.is_ok();
        match format {
            Format::Table => write_row(output, name, file_width, &outcome)?,
            Format::JsonLines => write_json(output, name, &outcome)?,
        }
        output.flush()?;
    }
    Ok(all_predicted)
}

fn predict(path: &Path, hearing: &Hearing<'_>) -> Result<Prediction, AppError> {
    let recording = record(path, &hearing.limits)?;
    let prediction = match &hearing.profile {
        Some(profile) => hearing.recognizer.recognize_voice(&recording, profile),
        None => hearing.recognizer.recognize(&recording),
    };
    prediction.map_err(|error| exposed(&error.into()))
}

/// The recording in the file at `path`.
///
/// # Errors
/// [`AppError`] as a page or the REST interface would tell it.
pub fn record(path: &Path, limits: &DecodeLimits) -> Result<Recording, AppError> {
    audio::record(read(path)?, limits).map_err(|error| exposed(&error.into()))
}

/// What is told of an error.
pub fn exposed(error: &PipelineError) -> AppError {
    exposure::actionable(error).unwrap_or_else(|| {
        tracing::error!("{}", exposure::chain(error));
        AppError::Internal {
            request_id: String::new(),
        }
    })
}

fn read(path: &Path) -> Result<Vec<u8>, AppError> {
    let read = |input: &mut dyn Read| {
        let mut clip = Vec::new();
        input.take(MAX_FILE_BYTES + 1).read_to_end(&mut clip)?;
        Ok(clip)
    };
    let clip: io::Result<Vec<u8>> = match path.to_str() {
        Some(STANDARD_INPUT) => read(&mut io::stdin().lock()),
        _ => File::open(path).and_then(|mut file| read(&mut file)),
    };
    match clip {
        Ok(clip) if clip.len() as u64 > MAX_FILE_BYTES => Err(AppError::TooLarge {
            max_bytes: MAX_FILE_BYTES,
        }),
        Ok(clip) => Ok(clip),
        Err(_) => Err(AppError::FileUnreadable),
    }
}

fn write_row(
    output: &mut impl Write,
    name: &str,
    file_width: usize,
    outcome: &Result<Prediction, AppError>,
) -> io::Result<()> {
    write!(output, "{name:file_width$}  ")?;
    match outcome {
        Ok(prediction) => {
            write!(output, "{:8}", prediction.emotion())?;
            for (_, probability) in prediction.probabilities.iter() {
                write!(output, " {probability:>8.3}")?;
            }
            writeln!(output)
        }
        Err(error) => writeln!(output, "error: {}", error_message(Locale::en, error)),
    }
}

fn write_json(
    output: &mut impl Write,
    file: &str,
    outcome: &Result<Prediction, AppError>,
) -> io::Result<()> {
    match outcome {
        Ok(prediction) => serde_json::to_writer(
            &mut *output,
            &Found {
                file,
                emotion: prediction.emotion(),
                outcome: prediction.outcome(),
                notes: &prediction.notes,
                probabilities: &prediction.probabilities,
            },
        ),
        Err(error) => {
            let explained = Explained {
                error,
                message_en: error_message(Locale::en, error),
                message_bn: error_message(Locale::bn, error),
            };
            serde_json::to_writer(
                &mut *output,
                &Failed {
                    file,
                    error: explained,
                },
            )
        }
    }?;
    writeln!(output)
}
