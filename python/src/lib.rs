//! Python's door: bytes or paths of clips to JSON, without the interpreter's lock.
//!
//! Input   a clip, or several
//! Output  JSON of the shape that the REST interface gives; a clip that cannot be heard is a value too
//! Errors  `ValueError` for words that mean nothing, `OSError` for a checkpoint or a file that cannot be read

mod answer;

use std::{
    fs, io,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use batch::{Scorer, limits_up_to};
use diarization::Diarizer;
use inference::Recognizer;
use pipeline::{Apart, LazyDiarizer, Speakers};
use pyo3::{
    exceptions::{PyOSError, PyValueError},
    prelude::*,
    pybacked::PyBackedBytes,
};

mod shipped {
    //! The files of the checkpoint that answers where nobody chooses, and of what tells voices apart.

    include!(concat!(env!("OUT_DIR"), "/files.rs"));

    use std::io;

    /// A file of the checkpoint.
    pub fn model(name: &str) -> io::Result<Vec<u8>> {
        find(MODEL, name)
    }

    /// A file of what tells voices apart.
    pub fn speakers(name: &str) -> io::Result<Vec<u8>> {
        find(SPEAKERS, name)
    }

    fn find(files: &[(&str, &[u8])], name: &str) -> io::Result<Vec<u8>> {
        let found = files.iter().find(|(file, _)| *file == name);
        let missing = || io::Error::new(io::ErrorKind::NotFound, format!("{name} did not ship"));
        found.map(|(_, bytes)| bytes.to_vec()).ok_or_else(missing)
    }
}

/// What hears clips; see `banglaser.Scorer`.
#[pyclass(frozen)]
struct NativeScorer(Scorer);

/// A clip as Python has it.
#[derive(FromPyObject)]
enum Clip {
    Bytes(PyBackedBytes),
    Path(PathBuf),
}

#[pymethods]
impl NativeScorer {
    #[new]
    fn new(
        model: Option<PathBuf>,
        speakers: Option<&str>,
        has_channels: bool,
        max_duration_s: f32,
    ) -> PyResult<Self> {
        let speakers = speakers.map(str::parse::<Speakers>).transpose();
        let speakers = speakers.map_err(|error| PyValueError::new_err(error.to_string()))?;
        let apart = Apart {
            channels: has_channels,
            speakers,
        };
        let limits = limits_up_to(max_duration_s);
        let opened = match model {
            Some(model) => Scorer::open(&model, limits, apart).map_err(|error| chain(&error)),
            None => Recognizer::open(shipped::model)
                .map(|recognizer| Scorer::with(recognizer, shipped_diarizer(), limits, apart))
                .map_err(|error| chain(&error)),
        };
        opened.map(Self).map_err(PyOSError::new_err)
    }

    /// Name of the checkpoint.
    #[getter]
    fn model(&self) -> &str {
        self.0.recognizer().model_id()
    }

    /// Codes of the emotions that it tells apart, in class order.
    #[getter]
    fn labels(&self) -> Vec<&'static str> {
        let labels = self.0.recognizer().labels().iter();
        labels.map(|label| label.code()).collect()
    }

    /// One clip, as JSON.
    fn score(&self, python: Python<'_>, clip: Clip) -> PyResult<String> {
        python.detach(|| self.one(&clip)).map_err(Into::into)
    }

    /// The clips, as JSON each, in their order, by so many threads; 0: one for each core.
    fn score_many(
        &self,
        python: Python<'_>,
        clips: Vec<Clip>,
        n_threads: usize,
    ) -> PyResult<Vec<String>> {
        python
            .detach(|| self.all(&clips, n_threads))
            .map_err(Into::into)
    }
}

impl NativeScorer {
    fn one(&self, clip: &Clip) -> io::Result<String> {
        let score = match clip {
            Clip::Bytes(bytes) => self.0.score(bytes),
            Clip::Path(path) => self.0.score(&read(path)?),
        };
        Ok(answer::json(self.model(), &score))
    }

    fn all(&self, clips: &[Clip], n_threads: usize) -> io::Result<Vec<String>> {
        let n_cores = || thread::available_parallelism().map_or(1, usize::from);
        let n_threads = match n_threads {
            0 => n_cores(),
            n_threads => n_threads,
        };
        let next = AtomicUsize::new(0);
        let heard = Mutex::new(Vec::with_capacity(clips.len()));
        let hear = || {
            while let Some((idx, clip)) = {
                let idx = next.fetch_add(1, Ordering::Relaxed);
                clips.get(idx).map(|clip| (idx, clip))
            } {
                let score = self.one(clip);
                let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
                heard.push((idx, score));
            }
        };
        thread::scope(|scope| {
            for _ in 1..n_threads.min(clips.len()) {
                scope.spawn(hear);
            }
            hear();
        });
        let mut heard = heard.into_inner().unwrap_or_else(PoisonError::into_inner);
        heard.sort_by_key(|(idx, _)| *idx);
        heard.into_iter().map(|(_, score)| score).collect()
    }
}

fn read(path: &PathBuf) -> io::Result<Vec<u8>> {
    let read = fs::read(path);
    read.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

fn shipped_diarizer() -> LazyDiarizer {
    LazyDiarizer::new(Box::new(|| Diarizer::open(shipped::speakers)))
}

fn chain(error: &dyn std::error::Error) -> String {
    let all = std::iter::successors(Some(error), |&error| error.source());
    let all: Vec<String> = all.map(ToString::to_string).collect();
    all.join(": ")
}

/// What `banglaser/__init__.py` is made of.
#[pymodule]
fn banglaser_native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<NativeScorer>()
}
