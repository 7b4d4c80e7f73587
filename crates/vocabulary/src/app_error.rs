//! The one error that crosses the wire: facts that a person can act on, no prose.
//!
//! The page turns each variant into a sentence in the reader's language; `server::exposure` turns
//! library errors into variants, and REST adds both languages' sentences to it.

use serde::{Deserialize, Serialize};

/// What went wrong, as a closed list of things that a person can act on.
///
/// In JSON `{"code": "too_short", "duration_s": 0.2, "min_duration_s": 0.5}`.
#[derive(Clone, Debug, PartialEq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case", try_from = "Told")]
pub enum AppError {
    /// The upload held no file.
    #[error("no file in the upload")]
    NoFile,
    /// The file can no longer be read: moved, changed or not permitted.
    #[error("the file cannot be read")]
    FileUnreadable,
    /// The file has no bytes.
    #[error("the file is empty")]
    EmptyFile,
    /// The upload is larger than the server takes.
    #[error("larger than {max_bytes} bytes")]
    TooLarge {
        /// Largest accepted upload.
        max_bytes: u64,
    },
    /// The batch has more files than the server takes.
    #[error("more than {max_files} files")]
    TooManyFiles {
        /// Most files of a batch.
        max_files: usize,
    },
    /// The request is no form, or its `Content-Type` names no boundary that its parts begin with.
    #[error("no form with a boundary")]
    NoBoundary,
    /// A header that the server needs is missing, repeated, or asks for what it does not do.
    #[error("the header {header} cannot be used")]
    UnusableHeader {
        /// Its name.
        header: String,
    },
    /// The upload broke off, took too long or is no well-formed multipart form.
    #[error("the upload is incomplete")]
    UploadIncomplete,
    /// The clip is too short to hear anything in it.
    #[error("{duration_s} s is shorter than {min_duration_s} s")]
    TooShort {
        /// Decoded length of the clip.
        duration_s: f32,
        /// Shortest accepted clip.
        min_duration_s: f32,
    },
    /// The clip is longer than the server decodes.
    #[error("longer than {max_duration_s} s")]
    TooLong {
        /// Longest accepted clip.
        max_duration_s: f32,
    },
    /// Nobody speaks in the clip.
    #[error("no speech")]
    NoSpeech,
    /// The voice profile is damaged, or another model's.
    #[error("no voice profile of {model}")]
    ProfileRefused {
        /// The model that answers.
        model: String,
    },
    /// What the speaker is said to express is nothing that the model tells apart.
    #[error("unknown emotion")]
    UnknownEmotion,
    /// No model of the name that was asked for answers here.
    #[error("no such model; there are {}", models.join(", "))]
    UnknownModel {
        /// Names of those that do.
        models: Vec<String>,
    },
    /// What is asked for is nothing that there is.
    #[error("{field} is one of {}", known.join(", "))]
    UnknownValue {
        /// Name of the field or parameter.
        field: String,
        /// What it may be.
        known: Vec<String>,
    },
    /// What came over a live connection is no audio of the kind that it takes.
    #[error("no frame of 16-bit samples")]
    InvalidFrame,
    /// The bytes are no audio that the server can decode.
    #[error("unsupported audio: {}", found.as_deref().unwrap_or("unknown format"))]
    UnsupportedAudio {
        /// Name of the format or codec, where it was recognised.
        found: Option<String>,
    },
    /// The format was recognised, but its content is damaged.
    #[error("damaged audio")]
    DamagedAudio,
    /// The clip takes too long to decode.
    #[error("decoding took longer than {max_decode_s} s")]
    TooSlow {
        /// How long decoding may take.
        max_decode_s: f32,
    },
    /// The interface has nothing at this address.
    #[error("nothing at this address")]
    NotFound,
    /// The address takes other methods; the header `Allow` names them.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The request's headers are larger than the server takes.
    #[error("headers larger than {max_bytes} bytes")]
    HeadTooLarge {
        /// Most bytes of all headers.
        max_bytes: usize,
    },
    /// Another site's page made a browser send this.
    #[error("sent by another site's page")]
    CrossSite,
    /// The request has no key that the server knows.
    #[error("no known API key")]
    Unauthorized,
    /// The client asks more often than it may.
    #[error("too many requests, try again in {retry_after_s} s")]
    TooManyRequests {
        /// When to try again.
        retry_after_s: u32,
    },
    /// The client's audio of this month is used up.
    #[error("the month's audio is used up, try again in {retry_after_s} s")]
    MonthSpent {
        /// When the next month begins.
        retry_after_s: u32,
    },
    /// The server has too much to do.
    #[error("overloaded, try again in {retry_after_s} s")]
    Overloaded {
        /// When to try again.
        retry_after_s: u32,
    },
    /// The user, or a policy, refused the microphone.
    #[error("microphone denied")]
    MicrophoneDenied,
    /// There is no microphone.
    #[error("no microphone")]
    MicrophoneMissing,
    /// Another application holds the microphone.
    #[error("microphone in use")]
    MicrophoneBusy,
    /// The browser offers the microphone to https and localhost only.
    #[error("insecure origin")]
    InsecureOrigin,
    /// The browser cannot record audio.
    #[error("recording unsupported")]
    RecordingUnsupported,
    /// The server did not answer.
    #[error("server unreachable")]
    Unreachable,
    /// What hears on the reader's own device stopped, or does not run there.
    #[error("the device failed")]
    DeviceFailed,
    /// A fault of ours.
    #[error("internal error {request_id}")]
    Internal {
        /// Under which the server's log tells more.
        request_id: String,
    },
}

/// An [`AppError`] as it arrives. What serde makes of an enum with a tag reads any JSON whatever first: code that the
/// page would have to load.
#[derive(Deserialize)]
struct Told {
    code: String,
    max_bytes: Option<u64>,
    max_files: Option<usize>,
    header: Option<String>,
    duration_s: Option<f32>,
    min_duration_s: Option<f32>,
    max_duration_s: Option<f32>,
    model: Option<String>,
    models: Option<Vec<String>>,
    field: Option<String>,
    known: Option<Vec<String>>,
    found: Option<String>,
    max_decode_s: Option<f32>,
    retry_after_s: Option<u32>,
    request_id: Option<String>,
}

impl TryFrom<Told> for AppError {
    type Error = &'static str;

    fn try_from(told: Told) -> Result<Self, Self::Error> {
        Ok(match &*told.code {
            "no_file" => Self::NoFile,
            "file_unreadable" => Self::FileUnreadable,
            "empty_file" => Self::EmptyFile,
            "too_large" => Self::TooLarge {
                max_bytes: needed(told.max_bytes)?,
            },
            "too_many_files" => Self::TooManyFiles {
                max_files: needed(told.max_files)?,
            },
            "no_boundary" => Self::NoBoundary,
            "unusable_header" => Self::UnusableHeader {
                header: needed(told.header)?,
            },
            "upload_incomplete" => Self::UploadIncomplete,
            "too_short" => Self::TooShort {
                duration_s: needed(told.duration_s)?,
                min_duration_s: needed(told.min_duration_s)?,
            },
            "too_long" => Self::TooLong {
                max_duration_s: needed(told.max_duration_s)?,
            },
            "no_speech" => Self::NoSpeech,
            "profile_refused" => Self::ProfileRefused {
                model: needed(told.model)?,
            },
            "unknown_emotion" => Self::UnknownEmotion,
            "unknown_model" => Self::UnknownModel {
                models: needed(told.models)?,
            },
            "unknown_value" => Self::UnknownValue {
                field: needed(told.field)?,
                known: needed(told.known)?,
            },
            "invalid_frame" => Self::InvalidFrame,
            "unsupported_audio" => Self::UnsupportedAudio { found: told.found },
            "damaged_audio" => Self::DamagedAudio,
            "too_slow" => Self::TooSlow {
                max_decode_s: needed(told.max_decode_s)?,
            },
            "not_found" => Self::NotFound,
            "method_not_allowed" => Self::MethodNotAllowed,
            "head_too_large" => Self::HeadTooLarge {
                max_bytes: needed(told.max_bytes)? as usize,
            },
            "cross_site" => Self::CrossSite,
            "unauthorized" => Self::Unauthorized,
            "too_many_requests" => Self::TooManyRequests {
                retry_after_s: needed(told.retry_after_s)?,
            },
            "month_spent" => Self::MonthSpent {
                retry_after_s: needed(told.retry_after_s)?,
            },
            "overloaded" => Self::Overloaded {
                retry_after_s: needed(told.retry_after_s)?,
            },
            "microphone_denied" => Self::MicrophoneDenied,
            "microphone_missing" => Self::MicrophoneMissing,
            "microphone_busy" => Self::MicrophoneBusy,
            "insecure_origin" => Self::InsecureOrigin,
            "recording_unsupported" => Self::RecordingUnsupported,
            "unreachable" => Self::Unreachable,
            "device_failed" => Self::DeviceFailed,
            "internal" => Self::Internal {
                request_id: needed(told.request_id)?,
            },
            _ => return Err("unknown code"),
        })
    }
}

fn needed<T>(fact: Option<T>) -> Result<T, &'static str> {
    fact.ok_or("a fact is missing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_arrives_as_it_was_sent() {
        let json = r#"{
            "max_bytes": 1, "max_files": 2, "header": "h", "duration_s": 0.25, "min_duration_s": 0.5,
            "max_duration_s": 3.0, "model": "m", "models": ["m"], "field": "f", "known": ["k"],
            "found": "f", "max_decode_s": 4.0, "retry_after_s": 5, "request_id": "r"
        }"#;
        let facts: serde_json::Value = serde_json::from_str(json).expect("JSON");
        let source = include_str!("app_error.rs");
        let (source, _) = source.split_once("mod tests").expect("this module");
        let arms = source
            .lines()
            .filter_map(|line| line.split_once("\" => Self::"));
        let codes: Vec<_> = arms
            .map(|(code, _)| code.trim_start_matches([' ', '"']))
            .collect();
        assert_eq!(
            codes.len(),
            source.matches("    #[error(").count(),
            "every variant has an arm"
        );
        for code in codes {
            let mut told = facts.clone();
            told["code"] = code.into();
            let error: AppError = serde_json::from_value(told).expect("an error");
            let sent = serde_json::to_value(&error).expect("JSON");
            assert_eq!(sent["code"], code);
            for (name, fact) in sent.as_object().expect("an object") {
                assert!(name == "code" || facts[name] == *fact, "{code}: {name}");
            }
        }
    }
}
