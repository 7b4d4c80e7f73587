//! The command line of `banglaser`.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Parser, Subcommand};

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
        /// Audio files; - is standard input.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Write one JSON object per line.
        #[arg(long)]
        json: bool,
    },
}
