//! `banglaser enrol`: a voice profile of clips of one person.
//!
//! Input   paths, as of [`analyze`](crate::analyze)
//! Output  [`Profile`]
//! Errors  [`EnrolError`]: the first file that cannot be heard, by name, because a profile of half the clips would be
//!         another one
//! The program keeps no profile. It may be biometric data (SECURITY.md).

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use audio::DecodeLimits;
use inference::{ProfileError, RecognizeError, Recognizer};
use vocabulary::{Emotion, Profile};

use crate::{
    analyze::{exposed, in_folders, record},
    error::AppError,
};

/// Why no profile was made or read.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// A clip cannot be heard.
    #[error("{file}: {error}")]
    Clip {
        /// Its path.
        file: String,
        /// Why.
        error: AppError,
    },
    /// The profile is none of this checkpoint's.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The file of a profile cannot be read.
    #[error("{file}")]
    Unreadable {
        /// Its path.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The file of a profile holds something else.
    #[error("{file} is no voice profile")]
    NoProfile {
        /// Its path.
        file: String,
        /// Where and why.
        source: serde_json::Error,
    },
    /// There is no clip.
    #[error("no audio file")]
    NoClip,
}

/// A profile of the files at `paths`, in which one person expresses `emotion` or what is predicted; the `profile` with
/// them, where there is one.
///
/// # Errors
/// See the module's head.
pub fn enrol(
    paths: &[PathBuf],
    emotion: Option<Emotion>,
    mut profile: Option<Profile>,
    recognizer: &Recognizer,
    limits: &DecodeLimits,
) -> Result<Profile, EnrolError> {
    for path in in_folders(paths) {
        let told = |error: AppError| EnrolError::Clip {
            file: path.display().to_string(),
            error,
        };
        let recording = record(&path, limits).map_err(told)?;
        let enrolled = match recognizer.enrol(profile.take(), &recording, emotion) {
            Err(RecognizeError::Profile(error)) => return Err(error.into()),
            Err(error) => return Err(told(exposed(&error.into()))),
            Ok(enrolled) => enrolled,
        };
        profile = Some(enrolled);
    }
    profile.ok_or(EnrolError::NoClip)
}

/// Reads a profile that [`enrol`] made.
///
/// # Errors
/// When the file cannot be read or holds none.
pub fn read_profile(path: &Path) -> Result<Profile, EnrolError> {
    let file = path.display().to_string();
    let json = fs::read(path).map_err(|source| EnrolError::Unreadable {
        file: file.clone(),
        source,
    })?;
    serde_json::from_slice(&json).map_err(|source| EnrolError::NoProfile { file, source })
}
