//! From a waveform to a prediction.
//!
//! Input   `Waveform`, 16 kHz mono
//! Output  `Prediction`: one `Probabilities` per window with speech, and their mean; windows of 4 s,
//!         1 s apart, from where the speech begins to where it ends
//! Errors  [`RecognizeError`]: another sample rate, too short, no speech
//! Invariant: a window's probabilities do not depend on the other windows of its batch.

use std::{ops::Range, path::Path};

use audio::{
    FeatureExtractor, Features, Quality, SAMPLE_RATE_HZ, Speech, WINDOW_SAMPLES, Waveform, frame_s,
    samples_of,
};
use emotion::{
    Calibration, LabelSet, NotProbabilities, Note, Prediction, Probabilities, WindowPrediction,
};

use crate::{
    backend,
    checkpoint::{Checkpoint, CheckpointError, Config, Metrics},
    network::{Batch, Input, Network, Packed},
};

/// Shortest clip in which a prediction is made, seconds: about one stressed word.
pub const MIN_DURATION_S: f32 = 0.5;

/// Windows per forward pass: bounds the memory of a long clip (about 5 MB of activations each).
const BATCH_WINDOWS: usize = 16;

/// Why a waveform got no prediction.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RecognizeError {
    /// The waveform was not resampled.
    #[error("sample rate is {found_hz} Hz, not {SAMPLE_RATE_HZ} Hz")]
    SampleRate {
        /// The waveform's.
        found_hz: u32,
    },
    /// The waveform is shorter than [`MIN_DURATION_S`].
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
#[derive(Debug)]
pub struct Recognizer {
    config: Config,
    metrics: Metrics,
    members: Vec<Packed>,
}

impl Recognizer {
    /// Opens a checkpoint directory on the project's device.
    ///
    /// # Errors
    /// [`CheckpointError`] when it is missing, damaged or does not fit this program.
    pub fn open(dir: &Path) -> Result<Self, CheckpointError> {
        Checkpoint::open(dir, &backend::device()).map(Self::from)
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
    pub fn recognize(&self, waveform: &Waveform) -> Result<Prediction, RecognizeError> {
        let Config {
            labels,
            calibration,
            ..
        } = &self.config;
        predict(&self.members, labels, calibration, waveform)
    }
}

impl From<Checkpoint> for Recognizer {
    fn from(checkpoint: Checkpoint) -> Self {
        Self {
            config: checkpoint.config,
            metrics: checkpoint.metrics,
            members: checkpoint.members.iter().map(Packed::new).collect(),
        }
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
    waveform: &Waveform,
) -> Result<Prediction, RecognizeError> {
    if waveform.sample_rate_hz != SAMPLE_RATE_HZ {
        let found_hz = waveform.sample_rate_hz;
        return Err(RecognizeError::SampleRate { found_hz });
    }
    let duration_s = waveform.duration_s();
    if duration_s == 0.0 {
        return Err(RecognizeError::NoSpeech);
    }
    if duration_s < MIN_DURATION_S {
        return Err(RecognizeError::TooShort { duration_s });
    }
    let mut samples = audio::declip(&waveform.samples);
    if samples.len() < WINDOW_SAMPLES {
        samples.to_mut().resize(WINDOW_SAMPLES, 0.0);
    }
    let features = FeatureExtractor::new().features(&samples);
    let whole = 0..features.pitch.len();
    let span = match members[0].input() {
        Input::Decibels => whole,
        Input::Speech => speech_span(&features, whole),
    };
    let input = members[0].input();
    let spoken: Vec<Spoken> = spoken_windows(&features, span)
        .map(|(frames, window, speech)| {
            let in_clip = in_clip(&frames, &speech);
            Spoken {
                samples: &samples[samples_of(in_clip, samples.len())],
                read: input.read_span(&window, speech.span()),
                frames,
            }
        })
        .collect();
    if spoken.is_empty() {
        return Err(RecognizeError::NoSpeech);
    }

    let mut windows = Vec::with_capacity(spoken.len());
    for batch in spoken.chunks(BATCH_WINDOWS) {
        for (Spoken { frames, .. }, logits) in batch.iter().zip(logits(members, batch)) {
            let probabilities = Probabilities::from_logits(labels, &logits)?;
            windows.push(WindowPrediction {
                start_s: frame_s(frames.start),
                end_s: frame_s(frames.end).min(duration_s),
                probabilities: probabilities.tempered(calibration.temperature),
            });
        }
    }
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

/// A window in which somebody speaks.
struct Spoken<'a> {
    /// Where in the clip.
    frames: Range<usize>,
    /// What the network reads of it.
    read: Vec<f32>,
    /// From the first word to the last.
    samples: &'a [f32],
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
    let n_features = members[0].input().n_features();
    let read: Vec<&[f32]> = spoken.iter().map(|one| &one.read[..]).collect();
    let mut batch = Batch::new(&read, n_features, &backend::device());
    let samples: Vec<&[f32]> = spoken.iter().map(|one| one.samples).collect();
    if let Some(voices) = members[0].voices(&samples) {
        batch = batch.with_voices(&voices);
    }
    let of_members = members.iter().map(|member| member.forward(&batch));
    let sum = of_members
        .reduce(|left, right| left + right)
        .expect("a committee has a member");
    let [_, n_classes] = sum.dims();
    let mean = sum / members.len() as f64;
    let values: Vec<f32> = mean.into_data().iter::<f32>().collect();
    values.chunks(n_classes).map(<[f32]>::to_vec).collect()
}
