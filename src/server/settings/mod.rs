//! How the server runs, as `Leptos.toml` and the environment say.
//!
//! Every key is required, so that the defaults stand in one place: the `Leptos.toml` that ships.

mod admin;
mod file;
mod tenants;

use std::{
    fmt, fs,
    net::SocketAddr,
    num::{NonZeroU32, NonZeroU64, NonZeroUsize},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

pub use self::tenants::TenantSettings;
pub use admin::{AdminSettings, Claim};
use audio::DecodeLimits;
use diarization::Diarizer;
pub use file::{FILE_NAME, SettingsError, find, leptos_options};
use inference::{Checkpoint, CheckpointError, Recognizer};
use ipnet::IpNet;
use pipeline::LazyDiarizer;
use serde::{Deserialize, Deserializer, de::Error};

use super::{body::BodyLimits, upload_memory::UploadMemory};

/// The longest clip is kept whole up to this sample rate; above, memory shortens it.
const USUAL_RATE_HZ: usize = 48_000;

/// Every setting of ours.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Limits of the HTTP server.
    pub server: ServerSettings,
    /// What a clip may cost.
    pub audio: AudioSettings,
    /// Who may use the REST interface, and how often.
    pub access: AccessSettings,
    /// The recogniser.
    pub recognizer: RecognizerSettings,
    /// What is looked for in clips, and who is told.
    pub alerts: AlertSettings,
    /// Customers and their limits.
    pub tenants: TenantSettings,
    /// Who signs in to the admin page.
    pub admin: AdminSettings,
}

/// `[banglaser.server]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerSettings {
    /// Where readers find the page, such as `https://example.org`; empty: its links for search engines are relative.
    pub public_url: String,
    /// Largest accepted file.
    pub max_upload_bytes: NonZeroU64,
    /// A connection on which the head of the first request does not arrive in this time is closed.
    pub header_timeout_s: NonZeroU32,
    /// The same for the head of each further request.
    pub keep_alive_timeout_s: NonZeroU32,
    /// An upload that takes longer is given up.
    pub upload_timeout_s: NonZeroU32,
    /// An upload of which nothing arrives for so long is given up.
    pub upload_stall_timeout_s: NonZeroU32,
    /// Less of an upload in [`upload_stall_timeout_s`](Self::upload_stall_timeout_s) is nothing.
    pub min_upload_bytes_per_s: u32,
    /// Bytes of all uploads that may be in memory together.
    pub max_upload_memory_bytes: NonZeroU64,
    /// What the process is meant to take altogether; it bounds the threads that recognise.
    pub max_memory_bytes: NonZeroU64,
    /// Most files of a batch.
    pub max_batch_files: NonZeroUsize,
    /// Connections at once; the longest idle makes place for a new one.
    pub max_connections: NonZeroUsize,
    /// A client that reads nothing of its answer for so long is hung up on.
    pub write_timeout_s: NonZeroU32,
    /// Threads that decode and recognise, as many as fit into the memory; 0: one per CPU core.
    pub max_recognitions: usize,
    /// How long a clip waits for its turn.
    pub queue_timeout_ms: u64,
    /// How long the server still takes requests once it was told to end and says so at `/readyz`.
    pub shutdown_delay_s: u32,
    /// How long requests in flight may then take to finish.
    pub shutdown_timeout_s: u32,
    /// Where `/metrics` and the probes answer; none: beside the page.
    #[serde(deserialize_with = "address_or_nothing")]
    pub metrics_address: Option<SocketAddr>,
    /// Form of the log.
    pub log_format: LogFormat,
}

/// `[banglaser.audio]`: see [`DecodeLimits`].
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AudioSettings {
    /// Longest accepted clip, decoded.
    pub max_duration_s: NonZeroU32,
    /// Lowest sample rate.
    pub min_sample_rate_hz: u32,
    /// Highest sample rate.
    pub max_sample_rate_hz: u32,
    /// Most channels.
    pub max_channels: usize,
    /// How long decoding a clip may take.
    pub decode_timeout_s: NonZeroU32,
}

/// `[banglaser.access]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessSettings {
    /// Origins whose pages may read the REST interface's answers.
    pub cors_origins: Vec<String>,
    /// File of API keys; empty: nobody needs one.
    pub api_keys: PathBuf,
    /// Whether the page asks for a key as well.
    pub page_needs_key: bool,
    /// Clips of one client per minute; 0: as many as it likes.
    pub clips_per_minute: u32,
    /// Networks of proxies that are believed about whose request they pass on.
    pub trusted_proxies: Vec<IpNet>,
}

/// `[banglaser.recognizer]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecognizerSettings {
    /// Folder of the checkpoint that answers where nobody chooses.
    pub checkpoint: PathBuf,
    /// Folders of checkpoints that can be chosen. What they leave out, the first one has: an encoder that they share.
    pub further_checkpoints: Vec<PathBuf>,
    /// Folder of what tells voices apart, opened when somebody first asks for that.
    pub speakers: PathBuf,
    /// What computes the answers.
    pub engine: Engine,
}

/// `[banglaser.alerts]`.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertSettings {
    /// Rules such as `angry >= high for 10 s`, looked for in every clip of the REST interface.
    pub rules: Vec<String>,
    /// Who is told when one of them held; empty: nobody but the client.
    pub webhook_url: String,
    /// What messages are signed with: `whsec_` and base64.
    pub webhook_secret: String,
    /// Whether messages may go to addresses of private networks, and unencrypted.
    pub webhook_to_private_addresses: bool,
    /// Folder in which messages wait until they were taken.
    pub outbox: PathBuf,
}

impl fmt::Debug for AlertSettings {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AlertSettings")
            .field("rules", &self.rules)
            .field("webhook_url", &self.webhook_url)
            .field("outbox", &self.outbox)
            .finish_non_exhaustive()
    }
}

/// A checkpoint that does not open.
#[derive(Debug, thiserror::Error)]
#[error("cannot open the checkpoint {}", folder.display())]
pub struct OpenError {
    folder: PathBuf,
    source: CheckpointError,
}

/// Why there is no model of a name.
#[derive(Debug, thiserror::Error)]
pub enum NamedError {
    /// A checkpoint that is listed before it does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// None is named so.
    #[error("no model is named {id}; there are {}", models.join(", "))]
    Unknown {
        /// The name.
        id: String,
        /// Those that there are.
        models: Vec<String>,
    },
}

/// What computes the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Weights laid out for the processor's vectors: the fast way.
    Packed,
    /// The reference network on burn's ndarray backend.
    Burn,
}

/// Form of the log on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One line per event for people.
    Text,
    /// One JSON object per line for machines.
    Json,
}

/// What the process takes before the first clip, with the page's files and the buffers of its connections.
const IDLE_BYTES: u64 = 64 << 20;

/// What a second of a clip takes while it is recognised: measured, and half as much again (docs/operations.md).
const BYTES_PER_S: u64 = 160 << 10;

impl Settings {
    /// How many threads decode and recognise, at least 1: those that are asked for, as far as the longest clips fit
    /// into the memory.
    pub fn n_recognitions(&self) -> usize {
        let asked = match self.server.max_recognitions {
            0 => thread::available_parallelism().map_or(1, NonZeroUsize::get),
            n => n,
        };
        let taken = IDLE_BYTES + self.server.max_upload_memory_bytes.get();
        let left = self.server.max_memory_bytes.get().saturating_sub(taken);
        let fitting = left / (BYTES_PER_S * u64::from(self.audio.max_duration_s.get()));
        let fitting = usize::try_from(fitting).unwrap_or(usize::MAX).max(1);
        if fitting < asked {
            tracing::warn!("{fitting} threads recognise instead of {asked}: see max_memory_bytes");
        }
        asked.min(fitting)
    }

    /// What all clips together may cost.
    pub fn pipeline_limits(&self) -> pipeline::Limits {
        pipeline::Limits {
            n_recognitions: self.n_recognitions(),
            queue_timeout: self.server.queue_timeout(),
            retry_after_s: self.server.retry_after_s(),
            decode: DecodeLimits::from(&self.audio),
        }
    }
}

impl RecognizerSettings {
    /// Every checkpoint's folder, first that of the one that answers where nobody chooses.
    pub fn checkpoints(&self) -> impl Iterator<Item = &Path> {
        let further = self.further_checkpoints.iter();
        [&self.checkpoint]
            .into_iter()
            .chain(further)
            .map(PathBuf::as_path)
    }

    /// Opens the checkpoint in a folder for the engine.
    ///
    /// # Errors
    /// [`OpenError`] when it is missing, damaged or does not fit this program.
    pub fn open(&self, folder: &Path) -> Result<Recognizer, OpenError> {
        let opened = self.read(folder);
        opened.map_err(|source| OpenError {
            folder: folder.to_owned(),
            source,
        })
    }

    /// The model of this name among those that are listed.
    ///
    /// # Errors
    /// [`NamedError`].
    pub fn named(&self, id: &str) -> Result<Recognizer, NamedError> {
        let mut models = Vec::new();
        for checkpoint in self.checkpoints() {
            let recognizer = self.open(checkpoint)?;
            if recognizer.model_id() == id {
                return Ok(recognizer);
            }
            models.push(recognizer.model_id().to_owned());
        }
        let id = id.to_owned();
        Err(NamedError::Unknown { id, models })
    }

    /// What tells voices apart, not opened yet.
    pub fn diarizer(&self) -> LazyDiarizer {
        let folder = self.speakers.clone();
        LazyDiarizer::new(Box::new(move || {
            Diarizer::open(|file| fs::read(folder.join(file)))
        }))
    }

    /// Where a file of the checkpoint in `folder` lies: what a further one lacks is the first one's.
    pub fn file(&self, folder: &Path, name: &str) -> PathBuf {
        let own = folder.join(name);
        match folder.is_dir() && !own.exists() {
            true => self.checkpoint.join(name),
            false => own,
        }
    }

    fn read(&self, folder: &Path) -> Result<Recognizer, CheckpointError> {
        let read = |file: &str| fs::read(self.file(folder, file));
        match self.engine {
            Engine::Packed => Recognizer::open(read),
            Engine::Burn => Ok(Recognizer::with(
                Checkpoint::open(read)?,
                network::reference,
                network::reference_encoder,
            )),
        }
    }
}

/// An address and port, or an empty text.
fn address_or_nothing<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let address = (!text.is_empty()).then(|| text.parse());
    address.transpose().map_err(D::Error::custom)
}

impl ServerSettings {
    /// How long a clip waits for its turn.
    pub fn queue_timeout(&self) -> Duration {
        Duration::from_millis(self.queue_timeout_ms)
    }

    /// When to try again after a refusal: once the clips that wait now have had their turn.
    pub fn retry_after_s(&self) -> u32 {
        self.queue_timeout_ms.div_ceil(1000).clamp(1, 600) as u32
    }

    /// How long the head of a connection's first request may take.
    pub fn header_timeout(&self) -> Duration {
        Duration::from_secs(self.header_timeout_s.get().into())
    }

    /// How long a connection may wait for its next request.
    pub fn keep_alive_timeout(&self) -> Duration {
        Duration::from_secs(self.keep_alive_timeout_s.get().into())
    }

    /// What one clip's upload may cost, out of a memory for all of them.
    pub fn body_limits(&self, memory: UploadMemory) -> BodyLimits {
        if self.max_upload_bytes > self.max_upload_memory_bytes {
            tracing::warn!("the largest uploads never fit: see max_upload_memory_bytes");
        }
        BodyLimits {
            max_file_bytes: self.max_upload_bytes.get(),
            n_files: 1,
            timeout: Duration::from_secs(self.upload_timeout_s.get().into()),
            stall_timeout: Duration::from_secs(self.upload_stall_timeout_s.get().into()),
            min_bytes_per_s: self.min_upload_bytes_per_s,
            memory,
            retry_after_s: self.retry_after_s(),
        }
    }

    /// How long a client may take nothing of its answer.
    pub fn write_timeout(&self) -> Duration {
        Duration::from_secs(self.write_timeout_s.get().into())
    }

    /// How long the server still takes requests once it was told to end.
    pub fn shutdown_delay(&self) -> Duration {
        Duration::from_secs(self.shutdown_delay_s.into())
    }

    /// How long requests in flight may take to finish when the server is told to end.
    pub fn shutdown_timeout(&self) -> Duration {
        Duration::from_secs(self.shutdown_timeout_s.into())
    }
}

impl From<&AudioSettings> for DecodeLimits {
    fn from(settings: &AudioSettings) -> Self {
        Self {
            max_duration_s: settings.max_duration_s.get() as f32,
            max_samples: settings.max_duration_s.get() as usize * USUAL_RATE_HZ,
            min_sample_rate_hz: settings.min_sample_rate_hz,
            max_sample_rate_hz: settings.max_sample_rate_hz,
            max_channels: settings.max_channels,
            max_decode_time: Duration::from_secs(settings.decode_timeout_s.get().into()),
            ..Self::default()
        }
    }
}
