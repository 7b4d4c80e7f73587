//! The formats, by name.

use std::{error::Error, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Clip, audacity, csv, eaf, label_studio, rttm, subtitles, textgrid};

/// A format that other tools open; all are UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A table in long form: statistics, spreadsheets.
    Csv,
    /// Praat.
    TextGrid,
    /// ELAN.
    Eaf,
    /// Audacity, as a label track.
    Audacity,
    /// WebVTT: captions of a page's video.
    Vtt,
    /// SubRip: subtitles of players and editors.
    Srt,
    /// Who speaks when, without emotions: what scores diarization.
    Rttm,
    /// Label Studio, as predictions to correct.
    LabelStudio,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 8] = [
        Self::Csv,
        Self::TextGrid,
        Self::Eaf,
        Self::Audacity,
        Self::Vtt,
        Self::Srt,
        Self::Rttm,
        Self::LabelStudio,
    ];

    /// Stable lower-case name: in JSON, in addresses and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::TextGrid => "textgrid",
            Self::Eaf => "eaf",
            Self::Audacity => "audacity",
            Self::Vtt => "vtt",
            Self::Srt => "srt",
            Self::Rttm => "rttm",
            Self::LabelStudio => "labelstudio",
        }
    }

    /// What a server calls it: the registered type, where there is none that of the CLARIN archives, or plain text.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::TextGrid => "text/praat-textgrid; charset=utf-8",
            Self::Eaf => "text/x-eaf+xml",
            Self::Vtt => "text/vtt; charset=utf-8",
            Self::Srt => "application/x-subrip",
            Self::Audacity | Self::Rttm => "text/plain; charset=utf-8",
            Self::LabelStudio => "application/json",
        }
    }

    /// Ending of a file's name, without a dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::TextGrid => "TextGrid",
            Self::Audacity => "txt",
            Self::LabelStudio => "json",
            _ => self.name(),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    /// Reads a [`name`](Self::name), in any case.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

/// A name that is no [`Format::name`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFormat(pub String);

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Format::ALL.map(Format::name).join(", ");
        write!(f, "unknown format '{}'; known: {known}", self.0)
    }
}

impl Error for UnknownFormat {}

/// A clip's [`intervals`](crate::intervals) as a file of this format: valid whatever its name is, also without any.
pub fn export(format: Format, clip: &Clip<'_>) -> String {
    match format {
        Format::Csv => {
            let labels = clip.labels();
            csv::csv_header(&labels) + &csv::csv_rows(clip, &labels)
        }
        Format::TextGrid => textgrid::textgrid(clip),
        Format::Eaf => eaf::eaf(clip),
        Format::Audacity => audacity::audacity(clip),
        Format::Vtt => subtitles::vtt(clip),
        Format::Srt => subtitles::srt(clip),
        Format::Rttm => rttm::rttm(clip),
        Format::LabelStudio => label_studio::label_studio(clip),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_is_what_serde_writes_and_from_str_reads() {
        for format in Format::ALL {
            let json = serde_json::to_string(&format).expect("serialises");
            assert_eq!(json, format!("\"{}\"", format.name()));
            assert_eq!(format.name().to_uppercase().parse(), Ok(format));
        }
        let error = "docx".parse::<Format>().expect_err("no format");
        let known = "csv, textgrid, eaf, audacity, vtt, srt, rttm, labelstudio";
        assert_eq!(
            error.to_string(),
            format!("unknown format 'docx'; known: {known}")
        );
    }

    #[test]
    fn all_are_listed() {
        let error = serde_json::from_str::<Format>("\"\"").expect_err("no format");
        let said = error.to_string();
        let expected = said.split_once("expected").expect("serde lists them").1;
        let known: Vec<_> = expected.split('`').skip(1).step_by(2).collect();
        assert_eq!(known, Format::ALL.map(Format::name));
    }
}
