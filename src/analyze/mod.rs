//! `banglaser analyze`: the emotion of audio files, as a table, as CSV, as one JSON object per line, or as files for
//! other tools.
//!
//! Input   paths; a folder is all files in it and below it; `-` is standard input
//! Output  one line per file, in the order given, within folders by name, written as soon as it is known; with
//!         [`Format::JsonStream`] one per window before it
//! Errors  a file that gives no prediction gives a line that says why, and the others are still analysed

mod exports;
mod files;
mod rows;

use std::{
    fs::File,
    io::{self, IsTerminal, Read, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use audio::{DecodeLimits, Recording};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use inference::Recognizer;
use pipeline::{Apart, Engine, LazyDiarizer, PipelineError, recognize_apart, recognize_in_sight};
use vocabulary::{Prediction, Profile, WindowPrediction};

use crate::{
    error::AppError,
    server::{exposure, moments::Asked},
};
pub use files::in_folders;

use exports::Exports;
use files::STANDARD_INPUT;
use rows::Rows;

/// Largest file that is read: ten minutes of 32-bit stereo at 192 kHz.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// How results are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Results {
    /// A line for each file.
    Rows(Format),
    /// For another tool; in a folder where there is one.
    Export(export::Format, Option<PathBuf>),
}

/// How a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Table,
    /// For spreadsheets (RFC 4180).
    Csv,
    /// One JSON object per line.
    JsonLines,
    /// The same, before it one for each window as soon as it is answered.
    JsonStream,
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
    /// How voices are told apart, and by what.
    pub apart: Apart,
    /// Opened when it is needed.
    pub diarizer: LazyDiarizer,
    /// What is told beside the answers.
    pub asked: Asked,
}

/// Analyses the files at `paths` and writes what it finds to `output`; `true` when every file gave a prediction.
///
/// # Errors
/// When `output` cannot be written.
pub fn analyze(
    paths: &[PathBuf],
    results: Results,
    hearing: &Hearing<'_>,
    output: &mut impl Write,
) -> io::Result<bool> {
    let files = in_folders(paths);
    match results {
        Results::Rows(format) => {
            let names: Vec<_> = files.iter().map(|file| file.to_string_lossy()).collect();
            let mut rows = Rows::new(format, hearing, &names, output)?;
            each(&files, |file, progress| {
                let outcome = match format {
                    Format::JsonStream => in_sight(&files[file], hearing, |window| {
                        progress.suspend(|| rows.write_window(&names[file], window))
                    })?,
                    _ => predict(&files[file], hearing)?,
                };
                progress.suspend(|| rows.write(&names[file], &outcome))?;
                Ok(outcome.is_ok())
            })
        }
        Results::Export(format, folder) => {
            let is_table = format == export::Format::Csv;
            if folder.is_none() && files.len() > 1 && !is_table {
                let said = "several files cannot be one; name a folder for them with --out";
                return Err(io::Error::new(io::ErrorKind::InvalidInput, said));
            }
            let mut exports = Exports::new(format, folder.as_deref(), hearing.recognizer, output)?;
            each(&files, |file, progress| {
                let outcome = predict(&files[file], hearing)?;
                progress.suspend(|| exports.write(&files[file], &outcome))?;
                Ok(outcome.is_ok())
            })
        }
    }
}

/// Hears the files, each by its place; `true` when every file gave a prediction.
fn each(
    files: &[PathBuf],
    mut hear: impl FnMut(usize, &ProgressBar) -> io::Result<bool>,
) -> io::Result<bool> {
    let progress = progress(files.len());
    let mut all_predicted = true;
    for file in 0..files.len() {
        all_predicted &= hear(file, &progress)?;
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(all_predicted)
}

/// How far the files have come, on standard error, where somebody sees it there.
fn progress(n_files: usize) -> ProgressBar {
    let target = match n_files > 1 && io::stderr().is_terminal() {
        true => ProgressDrawTarget::stderr(),
        false => ProgressDrawTarget::hidden(),
    };
    let bar = ProgressBar::with_draw_target(Some(n_files as u64), target);
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len}, {eta} left");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn predict(path: &Path, hearing: &Hearing<'_>) -> io::Result<Result<Prediction, AppError>> {
    if !hearing.apart.is_asked() {
        // While it is decoded: of an hour only minutes are in memory then.
        return in_sight(path, hearing, |_| Ok(()));
    }
    let apart = |clip| {
        let engine = Engine {
            recognizer: hearing.recognizer,
            diarizer: &hearing.diarizer,
            limits: &hearing.limits,
        };
        let profile = hearing.profile.as_ref();
        let go_on = || ControlFlow::Continue(());
        let heard = recognize_apart(engine, clip, hearing.apart, profile, |_| (), go_on);
        heard.map_err(|error| exposed(&error))
    };
    Ok(read(path)
        .and_then(apart)
        .map(|(prediction, ())| prediction))
}

/// Hears a file while it is decoded; `write` is told every window as soon as it is answered.
///
/// # Errors
/// When a window cannot be written.
fn in_sight(
    path: &Path,
    hearing: &Hearing<'_>,
    mut write: impl FnMut(&WindowPrediction) -> io::Result<()>,
) -> io::Result<Result<Prediction, AppError>> {
    let clip = match read(path) {
        Ok(clip) => clip,
        Err(error) => return Ok(Err(error)),
    };
    let mut written = Ok(());
    let tell = |window| {
        written = write(&window);
        match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    };
    let (recognizer, profile) = (hearing.recognizer, hearing.profile.as_ref());
    let heard = recognize_in_sight(recognizer, &hearing.limits, clip, profile, tell);
    written?;
    let prediction =
        heard.map(|heard| heard.expect("nothing ended it but what could not be written"));
    Ok(prediction.map_err(|error| exposed(&error)))
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
    error.told().unwrap_or_else(|| {
        tracing::error!("{}", exposure::chain(error));
        AppError::Internal {
            request_id: String::new(),
        }
    })
}

fn read(path: &Path) -> Result<Vec<u8>, AppError> {
    // With room for all of it: a vector that grows is there twice.
    let read = |input: &mut dyn Read, n_bytes: u64| {
        let mut clip = Vec::with_capacity(n_bytes.min(MAX_FILE_BYTES) as usize);
        input.take(MAX_FILE_BYTES + 1).read_to_end(&mut clip)?;
        Ok(clip)
    };
    let clip: io::Result<Vec<u8>> = match path.to_str() {
        Some(STANDARD_INPUT) => read(&mut io::stdin().lock(), 0),
        _ => File::open(path).and_then(|mut file| {
            let n_bytes = file.metadata()?.len();
            read(&mut file, n_bytes)
        }),
    };
    match clip {
        Ok(clip) if clip.len() as u64 > MAX_FILE_BYTES => Err(AppError::TooLarge {
            max_bytes: MAX_FILE_BYTES,
        }),
        Ok(clip) => Ok(clip),
        Err(_) => Err(AppError::FileUnreadable),
    }
}
