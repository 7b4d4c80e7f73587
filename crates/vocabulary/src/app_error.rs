//! The one error that crosses the wire: facts that a person can act on, no prose.
//!
//! The page turns each variant into a sentence in the reader's language; `server::exposure` turns
//! library errors into variants, and REST adds both languages' sentences to it.

use serde::{Deserialize, Serialize};

/// What went wrong, as a closed list of things that a person can act on.
///
/// In JSON `{"code": "too_short", "duration_s": 0.2, "min_duration_s": 0.5}`.
#[derive(Clone, Debug, PartialEq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
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
    /// A fault of ours.
    #[error("internal error {request_id}")]
    Internal {
        /// Under which the server's log tells more.
        request_id: String,
    },
}
