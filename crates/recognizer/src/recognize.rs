//! From a waveform to a prediction.
//!
//! Input   `Waveform`, 16 kHz mono
//! Output  `Prediction`: one `Probabilities` per 4 s window (hop 1 s) and their mean
//! Errors  [`RecognizeError`]: another sample rate, too short, silent
//! Invariant: a window's probabilities do not depend on the other windows of its batch.

use std::path::Path;

use audio::{LogMel, LogMelExtractor, N_FRAMES, N_MELS, SAMPLE_RATE_HZ, Waveform};
use burn::tensor::{Tensor, TensorData};
use emotion::{LabelSet, NotProbabilities, Prediction, Probabilities, WindowPrediction};

use crate::{
    backend,
    checkpoint::{Checkpoint, CheckpointError, Config, Metrics},
    network::BiLstm,
};

/// Shortest clip in which a prediction is made, seconds: about one stressed word.
pub const MIN_DURATION_S: f32 = 0.5;

/// A clip whose loudest sample stays below this is silent: 20 dB above the last bit of 16-bit audio.
pub const SILENCE_PEAK_DBFS: f32 = -70.0;

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
    /// The waveform's peak is below [`SILENCE_PEAK_DBFS`].
    #[error("the peak is at {peak_dbfs} dBFS")]
    Silent {
        /// Its peak.
        peak_dbfs: f32,
    },
    /// The network computed NaN.
    #[error("the network gave no probabilities")]
    Logits(#[from] NotProbabilities),
}

/// A checkpoint ready to use; shared between threads.
#[derive(Debug)]
pub struct Recognizer {
    config: Config,
    metrics: Metrics,
    network: BiLstm,
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
        predict(&self.network, &self.config.labels, waveform)
    }
}

impl From<Checkpoint> for Recognizer {
    fn from(checkpoint: Checkpoint) -> Self {
        Self {
            config: checkpoint.config,
            metrics: checkpoint.metrics,
            network: checkpoint.network,
        }
    }
}

/// Predicts the emotion of a clip with a network that has no checkpoint yet, only its `labels`.
///
/// # Errors
/// [`RecognizeError`]; see the module's head.
pub fn predict(
    network: &BiLstm,
    labels: &LabelSet,
    waveform: &Waveform,
) -> Result<Prediction, RecognizeError> {
    if waveform.sample_rate_hz != SAMPLE_RATE_HZ {
        let found_hz = waveform.sample_rate_hz;
        return Err(RecognizeError::SampleRate { found_hz });
    }
    let duration_s = waveform.duration_s();
    if duration_s < MIN_DURATION_S {
        return Err(RecognizeError::TooShort { duration_s });
    }
    let peak_dbfs = waveform.peak_dbfs();
    if peak_dbfs < SILENCE_PEAK_DBFS {
        return Err(RecognizeError::Silent { peak_dbfs });
    }

    let mut extractor = LogMelExtractor::new();
    let mut windows = Vec::new();
    let mut pending = audio::windows(waveform).peekable();
    while pending.peek().is_some() {
        let batch: Vec<_> = pending.by_ref().take(BATCH_WINDOWS).collect();
        let log_mels: Vec<_> = batch
            .iter()
            .map(|window| extractor.log_mel(&window.samples))
            .collect();
        for (window, logits) in batch.iter().zip(logits(network, &log_mels)) {
            windows.push(WindowPrediction {
                start_s: window.start_s,
                end_s: window.end_s,
                probabilities: Probabilities::from_logits(labels, &logits)?,
            });
        }
    }
    let all: Vec<_> = windows
        .iter()
        .map(|window| window.probabilities.clone())
        .collect();
    let probabilities = Probabilities::mean(&all).expect("a clip has at least one window");
    Ok(Prediction {
        duration_s,
        probabilities,
        windows,
    })
}

/// Logits of 4 s windows: `n_classes` per window, in class order.
pub fn logits(network: &BiLstm, log_mels: &[LogMel]) -> Vec<Vec<f32>> {
    let values: Vec<f32> = log_mels.iter().flat_map(LogMel::values).copied().collect();
    let data = TensorData::new(values, [log_mels.len(), N_FRAMES, N_MELS]);
    let logits = network.forward(Tensor::from_data(data, &backend::device()));
    let [_, n_classes] = logits.dims();
    let logits: Vec<f32> = logits.into_data().iter::<f32>().collect();
    logits.chunks(n_classes).map(<[f32]>::to_vec).collect()
}
