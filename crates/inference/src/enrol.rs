//! Makes and betters voice profiles.
//!
//! Input   [`Recording`]s of one person, and what they express, where that is known
//! Output  [`Profile`]
//! Errors  [`RecognizeError`]: nobody speaks, another checkpoint's profile, a checkpoint without profiles
//! Of every clip the typical offset of its emotion is removed, or else three calm clips would be a calm voice, and
//! a mostly calm life would teach that calm is no emotion (docs/evaluation.md).

use audio::Recording;
use vocabulary::{Emotion, Profile};

use crate::{RecognizeError, Recognizer, VoicePrior};

/// Why a profile is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// The checkpoint was trained without profiles.
    #[error("{model} takes no voice profiles")]
    NotTaken {
        /// Name of the checkpoint.
        model: String,
    },
    /// Another checkpoint made it.
    #[error("the voice profile is of {found}, not of {expected}")]
    OtherModel {
        /// Whose it is.
        found: String,
        /// Whose it should be.
        expected: String,
    },
    /// It holds other numbers than a profile does.
    #[error("the voice profile is damaged, {model} cannot use it")]
    Damaged {
        /// Name of the checkpoint.
        model: String,
    },
    /// The checkpoint does not know what the enrolled emotion adds to a voice.
    #[error("{model} does not tell {emotion} apart")]
    UnknownEmotion {
        /// Name of the checkpoint.
        model: String,
        /// The emotion.
        emotion: Emotion,
    },
}

impl ProfileError {
    /// Name of the checkpoint that refuses it.
    pub fn model(&self) -> &str {
        match self {
            Self::NotTaken { model } | Self::Damaged { model } => model,
            Self::OtherModel { expected, .. } => expected,
            Self::UnknownEmotion { model, .. } => model,
        }
    }
}

/// More would leave nothing of what was heard.
const MAX_BIAS: f32 = 20.0;

impl Recognizer {
    /// The profile with one more clip of its owner, who is known to express `emotion`, or of whom it is predicted;
    /// a new profile without one.
    ///
    /// # Errors
    /// [`RecognizeError`]; see the module's head.
    pub fn enrol(
        &self,
        profile: Option<Profile>,
        recording: &Recording,
        emotion: Option<Emotion>,
    ) -> Result<Profile, RecognizeError> {
        let prior = self.voice_prior()?;
        let profile = profile.unwrap_or_else(|| Profile::new(self.model_id().to_owned()));
        self.verify(&profile)?;
        let voice = self.committee().voice(recording)?;
        let emotion = match emotion {
            Some(emotion) => emotion,
            None => self
                .committee()
                .predict(recording, Some(&profile))?
                .emotion(),
        };
        let class_idx =
            self.labels()
                .class_idx(emotion)
                .ok_or_else(|| ProfileError::UnknownEmotion {
                    model: self.model_id().to_owned(),
                    emotion,
                })?;
        Ok(profile.with_clip(&prior.without_emotion(&voice, class_idx)))
    }

    /// The mean of the voice vectors of a clip's windows less that of all speakers, `[voice_size]`: what its strength
    /// is told by.
    ///
    /// # Errors
    /// [`RecognizeError`]: nobody speaks.
    pub fn voice(&self, recording: &Recording) -> Result<Vec<f32>, RecognizeError> {
        let mut voice = self.committee().voice(recording)?;
        if let Some(prior) = self.committee().voice_prior {
            let pairs = voice.iter_mut().zip(&prior.mean);
            pairs.for_each(|(value, mean)| *value -= mean);
        }
        Ok(voice)
    }

    /// Whether the profile is this checkpoint's, and whole.
    ///
    /// # Errors
    /// [`ProfileError`]
    pub fn verify(&self, profile: &Profile) -> Result<(), ProfileError> {
        let prior = self.voice_prior()?;
        if profile.model != self.model_id() {
            return Err(ProfileError::OtherModel {
                found: profile.model.clone(),
                expected: self.model_id().to_owned(),
            });
        }
        let n_values = if profile.n_clips == 0 {
            0
        } else {
            prior.mean.len()
        };
        let n_biases = profile.bias.len();
        let is_small = |bias: &f32| bias.abs() <= MAX_BIAS;
        let is_whole = profile.voice.len() == n_values
            && profile.voice.iter().all(|value| value.is_finite())
            && (n_biases == 0 || n_biases == self.labels().n_labels())
            && profile.bias.iter().all(is_small);
        is_whole.then_some(()).ok_or_else(|| ProfileError::Damaged {
            model: self.model_id().to_owned(),
        })
    }

    fn voice_prior(&self) -> Result<&VoicePrior, ProfileError> {
        self.committee()
            .voice_prior
            .ok_or_else(|| ProfileError::NotTaken {
                model: self.model_id().to_owned(),
            })
    }
}
