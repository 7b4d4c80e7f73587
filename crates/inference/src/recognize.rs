//! A checkpoint ready to use.
//!
//! Input   `Recording`, maybe the [`Profile`] of who speaks
//! Output  `Prediction`
//! Errors  [`RecognizeError`]

use std::{fmt, io, ops::ControlFlow};

use audio::Recording;
use vocabulary::{
    AppError, Calibration, LabelSet, MIN_DURATION_S, NotProbabilities, Prediction, Profile,
};

use crate::{
    Architecture, Checkpoint, CheckpointError, Committee, Config, Metrics, Network, Packed,
    Presence, ProfileError, Rankings, TransformerEncoder, TransformerShape, TransformerWeights,
    VoiceEncoder, VoicePrior, Weights,
};

/// Why a waveform got no prediction.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RecognizeError {
    /// The recording is shorter than [`vocabulary::MIN_DURATION_S`].
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
    /// The voice profile is none of this checkpoint's.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// Who watched wanted no more.
    #[error("it was stopped")]
    Stopped,
}

impl RecognizeError {
    /// The error as something that a person can act on; `None` when it is a fault of ours.
    pub fn told(&self) -> Option<AppError> {
        match self {
            Self::TooShort { duration_s } => Some(AppError::TooShort {
                duration_s: *duration_s,
                min_duration_s: MIN_DURATION_S,
            }),
            Self::NoSpeech => Some(AppError::NoSpeech),
            Self::Profile(ProfileError::UnknownEmotion { .. }) => Some(AppError::UnknownEmotion),
            Self::Profile(error) => Some(AppError::ProfileRefused {
                model: error.model().to_owned(),
            }),
            Self::Logits(_) | Self::Stopped => None,
        }
    }
}

/// A checkpoint ready to use; shared between threads.
pub struct Recognizer {
    config: Config,
    metrics: Metrics,
    voice_prior: Option<VoicePrior>,
    rankings: Rankings,
    presence: Option<Presence>,
    encoder: Option<Box<dyn VoiceEncoder>>,
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

    /// A checkpoint whose networks `network` makes, and what they share `encoder`.
    ///
    /// # Panics
    /// When the checkpoint was not opened and its transformer is none.
    pub fn with(
        checkpoint: Checkpoint,
        network: impl Fn(&Weights, &Architecture) -> Box<dyn Network>,
        encoder: impl Fn(&TransformerWeights, &TransformerShape) -> Box<dyn VoiceEncoder>,
    ) -> Self {
        let Checkpoint {
            config,
            metrics,
            voice_prior,
            rankings,
            presence,
            transformer,
            members,
        } = checkpoint;
        let architecture = &config.architecture;
        let members = members.iter().map(|weights| network(weights, architecture));
        let shape = architecture.transformer.as_ref();
        Self {
            members: members.collect(),
            encoder: transformer.zip(shape).map(|(bytes, shape)| {
                let weights = shape.read(&bytes).expect("it was read before");
                encoder(&weights, shape)
            }),
            config,
            metrics,
            voice_prior,
            rankings,
            presence,
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

    /// What the confidence of its answers is worth.
    pub fn calibration(&self) -> &Calibration {
        &self.config.calibration
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
        self.committee().predict(recording, None)
    }

    /// The same of a clip of somebody of whom there may be a profile; `watch` is told the share of the windows that
    /// are answered, `[0, 1]`, whenever some are, and may stop it.
    ///
    /// # Errors
    /// [`RecognizeError`]; also when the profile is another checkpoint's, or it was stopped.
    pub fn recognize_watched(
        &self,
        recording: &Recording,
        profile: Option<&Profile>,
        watch: impl FnMut(f32) -> ControlFlow<()>,
    ) -> Result<Prediction, RecognizeError> {
        if let Some(profile) = profile {
            self.verify(profile)?;
        }
        let mut predictions = self
            .committee()
            .predict_watched(&[(recording, profile)], watch);
        predictions.pop().expect("one for each recording")
    }

    /// The same of several clips, each with the profile of who speaks where there is one: one result each, in order,
    /// in less time than one by one.
    pub fn recognize_all(
        &self,
        clips: &[(&Recording, Option<&Profile>)],
    ) -> Vec<Result<Prediction, RecognizeError>> {
        let refused = clips
            .iter()
            .map(|(_, profile)| self.verify((*profile)?).err());
        let refused: Vec<Option<ProfileError>> = refused.collect();
        let sound = clips.iter().zip(&refused);
        let sound: Vec<_> = sound
            .filter(|(_, refused)| refused.is_none())
            .map(|(clip, _)| *clip)
            .collect();
        let mut predictions = self.committee().predict_all(&sound).into_iter();
        let of_clip = |refused: Option<ProfileError>| match refused {
            Some(error) => Err(error.into()),
            None => predictions
                .next()
                .expect("one for each clip that was heard"),
        };
        refused.into_iter().map(of_clip).collect()
    }

    /// The same of a clip of somebody of whom there is a profile.
    ///
    /// # Errors
    /// [`RecognizeError`]; also when the profile is another checkpoint's.
    pub fn recognize_voice(
        &self,
        recording: &Recording,
        profile: &Profile,
    ) -> Result<Prediction, RecognizeError> {
        self.recognize_watched(recording, Some(profile), |_| ControlFlow::Continue(()))
    }

    /// The networks with all that makes predictions of their logits.
    pub(crate) fn committee(&self) -> Committee<'_, Box<dyn Network>> {
        Committee {
            members: &self.members,
            encoder: self.encoder.as_deref(),
            labels: &self.config.labels,
            calibration: &self.config.calibration,
            voice_prior: self.voice_prior.as_ref(),
            rankings: Some(&self.rankings),
            presence: self.presence.as_ref(),
        }
    }
}

impl From<Checkpoint> for Recognizer {
    fn from(checkpoint: Checkpoint) -> Self {
        Self::with(
            checkpoint,
            |weights, architecture| Box::new(Packed::new(weights, architecture)),
            |weights, shape| Box::new(TransformerEncoder::new(weights, shape)),
        )
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
