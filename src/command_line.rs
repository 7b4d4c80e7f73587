//! The command line of `banglaser`.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Parser, Subcommand, ValueEnum, value_parser};
use moments::{MAX_PEAKS, Rule};
use pipeline::Speakers;
use vocabulary::Emotion;

use crate::administer::Act;

/// Hears the emotion in Bengali speech.
#[derive(Debug, Parser)]
#[command(version)]
pub struct CommandLine {
    /// Settings file; otherwise Leptos.toml beside the program or in the working directory.
    #[arg(long, global = true)]
    pub settings: Option<PathBuf>,
    /// Folder of the checkpoint, instead of the one in the settings.
    #[arg(long, global = true)]
    pub checkpoint: Option<PathBuf>,
    /// Who acts on tenants and keys, for the audit; otherwise the user of the system.
    #[arg(long, global = true, value_name = "NAME")]
    pub by: Option<String>,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// How the channels of a clip are heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Channels {
    /// All as one.
    Mixed,
    /// Each by itself.
    Separate,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the page and the REST interface (default).
    Serve {
        /// Address and port to listen on, instead of the one in the settings.
        #[arg(long)]
        address: Option<SocketAddr>,
    },
    /// Analyse audio files.
    Analyze {
        /// Audio files, and folders of them; - is standard input.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Write one JSON object per line, as the REST interface answers.
        #[arg(long, conflicts_with_all = ["csv", "format"])]
        json: bool,
        /// Before a file's object one for each window (file, window), as soon as it is answered: of a long recording
        /// the first ones come while the rest is decoded. All but its last windows come so.
        #[arg(long, requires = "json", conflicts_with_all = ["csv", "format", "speakers", "channels"])]
        stream: bool,
        /// Write CSV for spreadsheets: a row for each file.
        #[arg(long, conflicts_with = "format")]
        csv: bool,
        /// Write a file for other tools: csv (a row for each turn or part), textgrid, eaf, audacity, vtt, srt, rttm or
        /// labelstudio; of several files only csv, unless there is --out. json is --json.
        #[arg(long, value_name = "FORMAT")]
        format: Option<String>,
        /// Folder for the files of --format, one for each file that is analysed.
        #[arg(long, requires = "format", value_name = "FOLDER")]
        out: Option<PathBuf>,
        /// Tell voices apart that take turns: how many there are, 1 to 6, or auto.
        #[arg(long)]
        speakers: Option<Speakers>,
        /// Hear each channel by itself: the two sides of a call.
        #[arg(long, value_enum, default_value_t = Channels::Mixed)]
        channels: Channels,
        /// Look for a rule such as "angry >= high for 10 s"; can be given several times. Told by --json, and below the
        /// lines for people.
        #[arg(long = "alert", value_name = "RULE", conflicts_with_all = ["csv", "format"])]
        alerts: Vec<Rule>,
        /// Tell the strongest moments of each emotion, so many of each at most; where alerts are told.
        #[arg(
            long, value_name = "NUMBER", default_value_t = 0, value_parser = value_parser!(u8).range(0..=MAX_PEAKS),
            conflicts_with_all = ["csv", "format"]
        )]
        peaks: u8,
        /// Name of the model that hears them, of those that the settings list.
        #[arg(long, conflicts_with = "checkpoint")]
        model: Option<String>,
        /// Voice profile of who speaks in all of them, as `enrol` wrote it.
        #[arg(long)]
        profile: Option<PathBuf>,
    },
    /// Tenants, their keys and what they used.
    #[command(flatten)]
    Administer(Act),
    /// Make a voice profile of clips of one person, and write it to standard output.
    Enrol {
        /// Audio files, and folders of them; - is standard input.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Name of the model that hears them, of those that the settings list.
        #[arg(long, conflicts_with = "checkpoint")]
        model: Option<String>,
        /// What the person expresses in all of them; otherwise it is predicted, clip by clip.
        #[arg(long)]
        emotion: Option<Emotion>,
        /// A profile of the same person that the clips better.
        #[arg(long)]
        profile: Option<PathBuf>,
    },
}
