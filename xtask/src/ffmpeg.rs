//! The program with whose decoders and encoders ours are compared.

use std::process::Command;

use anyhow::Result;

use crate::{command::output, system_packages};

/// Installs it where it is missing and apt can.
///
/// # Errors
/// Where it is missing and cannot be installed.
pub fn ensure(reason: &str) -> Result<()> {
    match output(Command::new("ffmpeg").arg("-version")) {
        Some(_) => Ok(()),
        None => system_packages::install(&["ffmpeg"], reason),
    }
}
