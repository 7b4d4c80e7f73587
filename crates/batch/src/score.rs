//! One clip to what is said about it.
//!
//! Input   the bytes of a clip
//! Output  [`Prediction`], or the [`AppError`] that says why there is none: a value like any other
//! Errors  [`OpenError`] before the first clip, and none after it

use std::{
    any::Any,
    fs, io,
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    time::Duration,
};

use audio::DecodeLimits;
use diarization::Diarizer;
use inference::{CheckpointError, Recognizer};
use pipeline::{Apart, Engine, LazyDiarizer, recognize_apart};
use vocabulary::{AppError, Prediction};

/// Folder of the checkpoint that answers where nobody chooses, as `Leptos.toml` names it.
pub const DEFAULT_MODEL: &str = "models/bilstm-v8";

/// Folder of what tells voices apart, beside the checkpoint's.
pub const SPEAKERS: &str = "speakers-v1";

/// An archive is heard on machines that do other things too; the server's 20 s are for clients that wait.
const MAX_DECODE_TIME: Duration = Duration::from_secs(120);

/// The longest clip is kept whole up to this sample rate; above, memory shortens it.
const USUAL_RATE_HZ: f32 = 48_000.0;

/// What does not open.
#[derive(Debug, thiserror::Error)]
#[error("cannot open {}", folder.display())]
pub struct OpenError {
    folder: PathBuf,
    source: CheckpointError,
}

/// What hears clips; shared between threads.
pub struct Scorer {
    recognizer: Recognizer,
    diarizer: LazyDiarizer,
    limits: DecodeLimits,
    apart: Apart,
}

impl Scorer {
    /// Opens the checkpoint in a folder, and what tells voices apart where that is asked.
    ///
    /// What a checkpoint leaves out, [`DEFAULT_MODEL`] beside it has: an encoder that they share.
    ///
    /// # Errors
    /// [`OpenError`] when something is missing, damaged or does not fit this program.
    pub fn open(model: &Path, limits: DecodeLimits, apart: Apart) -> Result<Self, OpenError> {
        let failed = |folder: &Path| {
            let folder = folder.to_owned();
            move |source| OpenError { folder, source }
        };
        let recognizer = Recognizer::open(|file| read(model, file)).map_err(failed(model))?;
        let speakers = model.with_file_name(SPEAKERS);
        let open = |folder: &Path| Diarizer::open(|file| fs::read(folder.join(file)));
        let diarizer = match apart.speakers {
            Some(_) => {
                let diarizer = open(&speakers).map_err(failed(&speakers))?;
                LazyDiarizer::new(Box::new(|| Ok(diarizer)))
            }
            None => LazyDiarizer::new(Box::new(move || open(&speakers))),
        };
        Ok(Self::with(recognizer, diarizer, limits, apart))
    }

    /// The same of what is open already.
    pub fn with(
        recognizer: Recognizer,
        diarizer: LazyDiarizer,
        limits: DecodeLimits,
        apart: Apart,
    ) -> Self {
        Self {
            recognizer,
            diarizer,
            limits,
            apart,
        }
    }

    /// What hears.
    pub fn recognizer(&self) -> &Recognizer {
        &self.recognizer
    }

    /// How voices are told apart.
    pub fn apart(&self) -> Apart {
        self.apart
    }

    /// Hears one clip on the calling thread.
    ///
    /// # Errors
    /// Why it gives no prediction. A fault of ours, or a panic, is [`AppError::Internal`], and tells more on standard
    /// error.
    pub fn score(&self, clip: &[u8]) -> Result<Prediction, AppError> {
        let heard = catch_unwind(AssertUnwindSafe(|| {
            let engine = Engine {
                recognizer: &self.recognizer,
                diarizer: &self.diarizer,
                limits: &self.limits,
            };
            let go_on = || ControlFlow::Continue(());
            recognize_apart(engine, clip, self.apart, None, |_| (), go_on)
        }));
        match heard {
            Ok(Ok((prediction, ()))) => Ok(prediction),
            Ok(Err(error)) => Err(error.told().unwrap_or_else(|| internal(&error.to_string()))),
            Err(panic) => Err(internal(message_of(&*panic))),
        }
    }
}

/// What a clip of so many seconds may cost: 4 bytes for each sample at 48 kHz, and two minutes.
pub fn limits_up_to(max_duration_s: f32) -> DecodeLimits {
    DecodeLimits {
        max_duration_s,
        max_samples: (max_duration_s * USUAL_RATE_HZ) as usize,
        max_decode_time: MAX_DECODE_TIME,
        ..DecodeLimits::default()
    }
}

/// The first of these folders that has [`DEFAULT_MODEL`] in it.
pub fn default_model(folders: impl IntoIterator<Item = PathBuf>) -> Option<PathBuf> {
    let mut models = folders.into_iter().map(|folder| folder.join(DEFAULT_MODEL));
    models.find(|model| model.is_dir())
}

fn read(model: &Path, file: &str) -> io::Result<Vec<u8>> {
    let own = model.join(file);
    let shared = Path::new(DEFAULT_MODEL).file_name().unwrap_or_default();
    match model.is_dir() && !own.exists() {
        true => fs::read(model.with_file_name(shared).join(file)),
        false => fs::read(own),
    }
}

fn internal(what: &str) -> AppError {
    eprintln!("a fault of ours: {what}");
    AppError::Internal {
        request_id: String::new(),
    }
}

fn message_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_the_applications() {
        let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Leptos.toml");
        let settings = fs::read_to_string(settings).expect("the application's settings");
        let key = |name: &str, value: &str| format!("\n{name} = \"{value}\"\n");
        assert!(settings.contains(&key("checkpoint", DEFAULT_MODEL)));
        assert!(settings.contains(&key("speakers", &format!("models/{SPEAKERS}"))));
        let wheel = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../python/build.rs");
        let wheel = fs::read_to_string(wheel).expect("what puts them into the wheel");
        assert!(wheel.contains(&format!("\"{DEFAULT_MODEL}\"")));
        assert!(wheel.contains(&format!("\"models/{SPEAKERS}\"")));
    }
}
