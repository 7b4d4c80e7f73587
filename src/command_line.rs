//! The command line of `banglaser`.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Parser, Subcommand};
use vocabulary::Emotion;

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
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
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
        #[arg(long, conflicts_with = "csv")]
        json: bool,
        /// Write CSV for spreadsheets.
        #[arg(long)]
        csv: bool,
        /// Name of the model that hears them, of those that the settings list.
        #[arg(long, conflicts_with = "checkpoint")]
        model: Option<String>,
        /// Voice profile of who speaks in all of them, as `enrol` wrote it.
        #[arg(long)]
        profile: Option<PathBuf>,
    },
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
