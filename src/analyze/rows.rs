//! A line for each file: of a table, of CSV, or a JSON object.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use export::as_text;
use inference::Recognizer;
use serde::Serialize;
use vocabulary::{Emotion, Prediction, WindowPrediction};

use super::{Format, Hearing};
use crate::{
    error::AppError,
    i18n::{Locale, error_message},
    server::{
        moments::Asked,
        v1::recognition::{Recognition, Window},
    },
};

/// What CSV tells of every file; behind them the probability of every emotion, and the error.
const COLUMNS: [&str; 10] = [
    "file",
    "model",
    "outcome",
    "emotion",
    "confidence",
    "band",
    "intensity",
    "duration_s",
    "speech_s",
    "notes",
];

#[derive(Serialize)]
struct Found<'a> {
    file: &'a str,
    #[serde(flatten)]
    recognition: Recognition,
}

#[derive(Serialize)]
struct Part<'a> {
    file: &'a str,
    window: Window,
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

/// Lines in one of the formats.
pub struct Rows<'a, W> {
    format: Format,
    recognizer: &'a Recognizer,
    asked: &'a Asked,
    file_width: usize,
    output: &'a mut W,
}

impl<'a, W: Write> Rows<'a, W> {
    /// Writes what stands above the lines.
    ///
    /// # Errors
    /// When `output` cannot be written.
    pub fn new(
        format: Format,
        hearing: &'a Hearing<'_>,
        names: &[Cow<'_, str>],
        output: &'a mut W,
    ) -> io::Result<Self> {
        let lengths = names.iter().map(|name| printable(name).chars().count());
        let rows = Self {
            format,
            recognizer: hearing.recognizer,
            asked: &hearing.asked,
            file_width: lengths.chain(["file".len()]).max().unwrap_or(0),
            output,
        };
        match format {
            Format::Table => rows.begin_table(),
            Format::Csv => rows.begin_csv(),
            Format::JsonLines | Format::JsonStream => Ok(rows),
        }
    }

    fn begin_table(self) -> io::Result<Self> {
        let labels = self.recognizer.labels().iter();
        let labels: String = labels.map(|emotion| format!(" {emotion:>8}")).collect();
        let width = self.file_width;
        writeln!(
            self.output,
            "{:width$}  {:8} {:8}{labels}",
            "file", "emotion", "strength"
        )?;
        Ok(self)
    }

    fn begin_csv(mut self) -> io::Result<Self> {
        let labels = self
            .recognizer
            .labels()
            .iter()
            .map(|emotion| emotion.code());
        let columns: Vec<_> = COLUMNS.into_iter().chain(labels).chain(["error"]).collect();
        self.write_cells(&columns)?;
        Ok(self)
    }

    /// Writes what became of a file.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn write(&mut self, file: &str, outcome: &Result<Prediction, AppError>) -> io::Result<()> {
        match self.format {
            Format::Table => self.write_row(file, outcome)?,
            Format::Csv => self.write_csv(file, outcome)?,
            Format::JsonLines | Format::JsonStream => self.write_json(file, outcome)?,
        }
        self.output.flush()
    }

    /// Writes a window of a file of which not all is known.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn write_window(&mut self, file: &str, window: &WindowPrediction) -> io::Result<()> {
        let window = Window::of(window);
        serde_json::to_writer(&mut *self.output, &Part { file, window })?;
        writeln!(self.output)?;
        self.output.flush()
    }

    fn write_row(&mut self, file: &str, outcome: &Result<Prediction, AppError>) -> io::Result<()> {
        let width = self.file_width;
        write!(self.output, "{:width$}  ", printable(file))?;
        match outcome {
            Ok(prediction) => {
                let strength = prediction.intensity.map_or("", |one| one.word.code());
                write!(self.output, "{:8} {strength:8}", prediction.emotion())?;
                for (_, probability) in prediction.probabilities.iter() {
                    write!(self.output, " {probability:>8.3}")?;
                }
                writeln!(self.output)?;
                self.write_moments(&self.told(prediction))
            }
            Err(error) => writeln!(self.output, "error: {}", error_message(Locale::en, error)),
        }
    }

    /// Alerts and peaks, a line for each below the file's.
    fn write_moments(&mut self, found: &Recognition) -> io::Result<()> {
        let whose = |speaker: &Option<String>| match speaker {
            Some(speaker) => format!(", speaker {speaker}"),
            None => String::new(),
        };
        for alert in &found.alerts {
            let (rule, speaker) = (&alert.rule, whose(&alert.speaker));
            let (start_s, end_s) = (alert.start_s, alert.end_s);
            writeln!(
                self.output,
                "  alert: {rule}: {start_s:.1}-{end_s:.1} s{speaker}"
            )?;
        }
        for peak in &found.peaks {
            let (emotion, speaker) = (peak.emotion, whose(&peak.speaker));
            let (at_s, confidence) = (peak.at_s, peak.confidence);
            writeln!(
                self.output,
                "  peak: {emotion} {confidence:.3} at {at_s:.1} s{speaker}"
            )?;
        }
        Ok(())
    }

    fn told(&self, prediction: &Prediction) -> Recognition {
        let calibration = self.recognizer.calibration();
        Recognition {
            peaks: self.asked.peaks(prediction, calibration),
            alerts: self.asked.alerts(prediction, calibration),
            ..Recognition::of(self.recognizer.model_id(), prediction)
        }
    }

    fn write_csv(&mut self, file: &str, outcome: &Result<Prediction, AppError>) -> io::Result<()> {
        let labels: Vec<Emotion> = self.recognizer.labels().iter().collect();
        let mut cells = vec![as_text(file).into_owned()];
        match outcome {
            Ok(prediction) => {
                let found = Recognition::of(self.recognizer.model_id(), prediction);
                cells.extend(cells_of(&found));
                let values = labels.iter().map(|label| found.probabilities[label.code()]);
                cells.extend(values.map(|value| format!("{value:.4}")));
                cells.push(String::new());
            }
            Err(error) => {
                cells.resize(COLUMNS.len() + labels.len(), String::new());
                cells.push(code(error));
            }
        }
        self.write_cells(&cells)
    }

    fn write_cells<C: AsRef<[u8]>>(&mut self, cells: &[C]) -> io::Result<()> {
        let mut rules = csv::WriterBuilder::new();
        let mut writer = rules
            .terminator(csv::Terminator::CRLF)
            .from_writer(&mut *self.output);
        writer.write_record(cells)?;
        writer.flush()
    }

    fn write_json(&mut self, file: &str, outcome: &Result<Prediction, AppError>) -> io::Result<()> {
        match outcome {
            Ok(prediction) => {
                let recognition = self.told(prediction);
                let output = &mut *self.output;
                serde_json::to_writer(output, &Found { file, recognition })
            }
            Err(error) => {
                let explained = Explained {
                    error,
                    message_en: error_message(Locale::en, error),
                    message_bn: error_message(Locale::bn, error),
                };
                let error = explained;
                serde_json::to_writer(&mut *self.output, &Failed { file, error })
            }
        }?;
        writeln!(self.output)
    }
}

/// The cells of [`COLUMNS`] behind the file.
fn cells_of(found: &Recognition) -> Vec<String> {
    let intensity = found.intensity.as_ref();
    let intensity = intensity.map(|one| format!("{:.4}", one.value));
    let notes: Vec<String> = found.notes.iter().map(word).collect();
    vec![
        as_text(&found.model).into_owned(),
        word(&found.outcome),
        found.emotion.to_owned(),
        format!("{:.4}", found.confidence),
        word(&found.band.name),
        intensity.unwrap_or_default(),
        format!("{:.2}", found.duration_s),
        format!("{:.2}", found.speech_s),
        notes.join(" "),
    ]
}

/// The word that stands for a value in JSON too.
fn word(value: &impl Serialize) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}

fn code(error: &AppError) -> String {
    let json = serde_json::to_value(error).unwrap_or_default();
    json["code"].as_str().unwrap_or_default().to_owned()
}

/// A name that stays in its row and changes nothing on a terminal.
fn printable(name: &str) -> String {
    let letter = |letter: char| match letter.is_control() {
        true => letter.escape_default().to_string(),
        false => letter.to_string(),
    };
    name.chars().map(letter).collect()
}
