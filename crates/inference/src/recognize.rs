//! From a recording to a prediction.
//!
//! Input   `Recording`
//! Output  `Prediction`: one `Probabilities` per window with speech, and their mean; windows of 4 s,
//!         1 s apart, from where the speech begins to where it ends
//! Errors  [`RecognizeError`]: too short, no speech
//! Invariant: a window's probabilities do not depend on the other windows of its batch.

use std::{fmt, io, ops::Range, slice};

use audio::{Features, Quality, Recording, Speech, frame_s, samples_of};
use vocabulary::{
    Calibration, LabelSet, MIN_DURATION_S, NotProbabilities, Note, Prediction, Probabilities,
    WindowPrediction,
};

use crate::{
    Architecture, Checkpoint, CheckpointError, Config, Input, Metrics, Network, Packed, Weights,
};

/// Windows per forward pass: bounds the memory of a long clip (about 5 MB of activations each).
const BATCH_WINDOWS: usize = 16;

/// Why a waveform got no prediction.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RecognizeError {
    /// The recording is shorter than [`MIN_DURATION_S`].
    #[error("{duration_s} s is shorter than {MIN_DURATION_S} s")]
    TooShort {
        /// Its length.
        duration_s: f32,
    },
    /// Nobody speaks: silence, noise or tones.
    #[error("no speech was found")]
    NoSpeech,
    /// The network computed NaN.
    #[error("the network gave no probabilities")]
    Logits(#[from] NotProbabilities),
}

/// A checkpoint ready to use; shared between threads.
pub struct Recognizer {
    config: Config,
    metrics: Metrics,
    members: Vec<Box<dyn Network>>,
}

impl Recognizer {
    /// Opens a checkpoint; `read` gives the bytes of the file of a name.
    ///
    /// # Errors
    /// [`CheckpointError`] when it is missing, damaged or does not fit this program.
    pub fn open(read: impl Fn(&str) -> io::Result<Vec<u8>>) -> Result<Self, CheckpointError> {
        Checkpoint::open(read).map(Self::from)
    }

    /// A checkpoint whose networks `network` makes.
    pub fn with(
        checkpoint: Checkpoint,
        network: impl Fn(&Weights, &Architecture) -> Box<dyn Network>,
    ) -> Self {
        let Checkpoint {
            config,
            metrics,
            members,
        } = checkpoint;
        let architecture = &config.architecture;
        let members = members.iter().map(|weights| network(weights, architecture));
        Self {
            members: members.collect(),
            config,
            metrics,
        }
    }

    /// Name of the checkpoint.
    pub fn model_id(&self) -> &str {
        &self.config.id
    }

    /// The emotions that the checkpoint tells apart, in class order.
    pub fn labels(&self) -> &LabelSet {
        &self.config.labels
    }

    /// What the checkpoint reaches on speakers it never heard.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Predicts the emotion of a clip.
    ///
    /// # Errors
    /// [`RecognizeError`]; see the module's head.
    pub fn recognize(&self, recording: &Recording) -> Result<Prediction, RecognizeError> {
        let mut predictions = self.recognize_all(slice::from_ref(recording));
        predictions.pop().expect("one for each recording")
    }

    /// The same of several clips: one result each, in order, in less time than one by one.
    pub fn recognize_all(
        &self,
        recordings: &[Recording],
    ) -> Vec<Result<Prediction, RecognizeError>> {
        let Config {
            labels,
            calibration,
            ..
        } = &self.config;
        predict_all(&self.members, labels, calibration, recordings)
    }
}

impl From<Checkpoint> for Recognizer {
    fn from(checkpoint: Checkpoint) -> Self {
        Self::with(checkpoint, |weights, architecture| {
            Box::new(Packed::new(weights, architecture))
        })
    }
}

impl fmt::Debug for Recognizer {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter
            .debug_tuple("Recognizer")
            .field(&self.config.id)
            .finish()
    }
}

/// Predicts the emotion of a clip with networks that have no checkpoint yet.
///
/// # Errors
/// [`RecognizeError`]; see the module's head.
pub fn predict(
    members: &[impl Network],
    labels: &LabelSet,
    calibration: &Calibration,
    recording: &Recording,
) -> Result<Prediction, RecognizeError> {
    let mut predictions = predict_all(members, labels, calibration, slice::from_ref(recording));
    predictions.pop().expect("one for each recording")
}

/// The same of several clips, whose windows go through the network together: one result each, in order.
fn predict_all(
    members: &[impl Network],
    labels: &LabelSet,
    calibration: &Calibration,
    recordings: &[Recording],
) -> Vec<Result<Prediction, RecognizeError>> {
    let input = members[0].input();
    let heard = recordings
        .iter()
        .map(|recording| Heard::new(recording, input));
    let heard: Vec<_> = heard.collect();
    let spoken: Vec<_> = heard.iter().flatten().flat_map(Heard::spoken).collect();
    let batches = spoken.chunks(BATCH_WINDOWS);
    let logits: Vec<_> = batches.flat_map(|batch| logits(members, batch)).collect();
    let mut logits = &logits[..];
    let of_clip = |heard: Result<Heard, _>| {
        let heard = heard?;
        let (of_clip, behind) = logits.split_at(heard.windows.len());
        logits = behind;
        heard.prediction(labels, calibration, of_clip)
    };
    heard.into_iter().map(of_clip).collect()
}

/// A clip in which somebody speaks, before the network reads it.
struct Heard<'a> {
    recording: &'a Recording,
    windows: Vec<Window>,
}

/// A window in which somebody speaks.
struct Window {
    /// Where in the clip.
    frames: Range<usize>,
    /// What the network reads of it.
    read: Vec<f32>,
    /// From the first word to the last: samples of the clip.
    speech: Range<usize>,
}

/// What the network reads of a window, and its samples from the first word to the last.
type Spoken<'a> = (&'a [f32], &'a [f32]);

impl<'a> Heard<'a> {
    fn new(recording: &'a Recording, input: Input) -> Result<Self, RecognizeError> {
        let duration_s = recording.waveform.duration_s();
        if duration_s == 0.0 {
            return Err(RecognizeError::NoSpeech);
        }
        if duration_s < MIN_DURATION_S {
            return Err(RecognizeError::TooShort { duration_s });
        }
        let features = &recording.features;
        let whole = 0..features.pitch.len();
        let span = match input {
            Input::Decibels => whole,
            Input::Speech => speech_span(features, whole),
        };
        let windows: Vec<Window> = spoken_windows(features, span)
            .map(|(frames, window, speech)| Window {
                read: input.read_span(&window, speech.span()),
                speech: samples_of(in_clip(&frames, &speech), recording.samples().len()),
                frames,
            })
            .collect();
        if windows.is_empty() {
            return Err(RecognizeError::NoSpeech);
        }
        Ok(Self { recording, windows })
    }

    fn spoken(&self) -> impl Iterator<Item = Spoken<'_>> {
        let windows = self.windows.iter();
        windows.map(|window| {
            (
                &window.read[..],
                &self.recording.samples()[window.speech.clone()],
            )
        })
    }

    /// Of the logits of each window, in order.
    fn prediction(
        self,
        labels: &LabelSet,
        calibration: &Calibration,
        logits: &[Vec<f32>],
    ) -> Result<Prediction, RecognizeError> {
        let Recording {
            waveform, features, ..
        } = self.recording;
        let duration_s = waveform.duration_s();
        let windows = self
            .windows
            .iter()
            .zip(logits)
            .map(|(Window { frames, .. }, logits)| {
                let probabilities = Probabilities::from_logits(labels, logits)?;
                Ok(WindowPrediction {
                    start_s: frame_s(frames.start),
                    end_s: frame_s(frames.end).min(duration_s),
                    probabilities: probabilities.tempered(calibration.temperature),
                })
            });
        let windows: Vec<_> = windows.collect::<Result<_, RecognizeError>>()?;
        let all: Vec<_> = windows
            .iter()
            .map(|window| window.probabilities.clone())
            .collect();
        let probabilities = Probabilities::mean(&all).expect("somebody speaks in a window");
        let quality = Quality::of(&waveform.samples, features.speech_s());
        Ok(Prediction {
            duration_s,
            speech_s: quality.speech_s,
            notes: notes(&quality),
            certainty: calibration.band_of(probabilities.top().1),
            probabilities,
            windows,
        })
    }
}

/// What of the recording may make the answer worse.
fn notes(quality: &Quality) -> Vec<Note> {
    let said = |note: &Note| match note {
        Note::LittleSpeech => quality.has_little_speech(),
        Note::Quiet => quality.is_quiet(),
        Note::Clipped => quality.is_clipped(),
        Note::Noisy => quality.is_noisy(),
    };
    Note::ALL.into_iter().filter(said).collect()
}

/// Windows in which somebody speaks, their features and where in them.
fn spoken_windows(
    features: &Features,
    span: Range<usize>,
) -> impl Iterator<Item = (Range<usize>, Features, Speech)> {
    audio::windows(span)
        .map(|frames| {
            let window = features.slice(frames.clone());
            let speech = window.speech();
            (frames, window, speech)
        })
        .filter(|(_, _, speech)| speech.duration_s() > 0.0)
}

/// Frames of a recording from the first word that a network hears to the last; none where nobody speaks. Training
/// reads the same.
pub fn heard_span(features: &Features) -> Range<usize> {
    speech_span(features, speech_span(features, 0..features.pitch.len()))
}

/// From the first word to the last. Every window is judged by its own loudest sound, so that a bang
/// does not hide what is said at another time.
fn speech_span(features: &Features, whole: Range<usize>) -> Range<usize> {
    spoken_windows(features, whole)
        .map(|(frames, _, speech)| in_clip(&frames, &speech))
        .reduce(|left, right| left.start.min(right.start)..left.end.max(right.end))
        .unwrap_or(0..0)
}

/// Frames of the clip from the first word of a window to its last.
fn in_clip(window: &Range<usize>, speech: &Speech) -> Range<usize> {
    let speech = speech.span();
    window.start + speech.start..window.start + speech.end
}

/// Logits of windows: `n_classes` per window, in class order; the mean of the members', which are of one
/// architecture and have one speaker encoder.
fn logits(members: &[impl Network], spoken: &[Spoken]) -> Vec<Vec<f32>> {
    let (read, samples): (Vec<&[f32]>, Vec<&[f32]>) = spoken.iter().copied().unzip();
    let voices = members[0].voices(&samples);
    let mut mean = members[0].logits(&read, &voices);
    for member in &members[1..] {
        let others = member.logits(&read, &voices);
        for (sum, value) in mean.iter_mut().flatten().zip(others.iter().flatten()) {
            *sum += value;
        }
    }
    let n_members = members.len() as f32;
    mean.iter_mut().flatten().for_each(|sum| *sum /= n_members);
    mean
}
