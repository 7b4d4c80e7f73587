//! What voices are like before anything is known of the speaker.
//!
//! Input   voice vectors, `[voice_size]`
//! Output  what is taken from a clip's voice vector: the mean of its speaker, or of all speakers; and how far the rest
//!         is from the voices of the training
//! Source  the mean of a few clips drawn to that of all speakers, as the posterior mean of a normal distribution
//!         is; why, and why [`STRENGTH`]: docs/evaluation.md. The distance is that of Mahalanobis in the principal
//!         components

use std::collections::BTreeMap;

use audio::dot;
use vocabulary::Profile;

use crate::{CheckpointError, Weights};

/// Clips as which the mean of all speakers counts beside those of a profile.
const STRENGTH: f32 = 3.0;

const MEAN: &str = "mean";
const OFFSETS: &str = "offsets";
const AXES: &str = "axes";

/// The mean of all speakers' voices, what each emotion adds to a speaker's, and where voices differ.
#[derive(Clone, Debug, PartialEq)]
pub struct VoicePrior {
    /// `[voice_size]`; of speakers, each the mean of their emotions.
    pub mean: Vec<f32>,
    /// Emotion's mean less the speaker's, on average, `[n_labels, voice_size]`.
    pub offsets: Vec<Vec<f32>>,
    /// Along which the training's voices differ most, each divided by the deviation along it,
    /// `[n_axes, voice_size]`; may be none.
    pub axes: Vec<Vec<f32>>,
}

impl VoicePrior {
    /// The mean of whom the profile is of; of all speakers without one.
    pub fn speaker_mean(&self, profile: Option<&Profile>) -> Vec<f32> {
        let Some(profile) = profile.filter(|profile| profile.n_clips > 0) else {
            return self.mean.clone();
        };
        let n_clips = profile.n_clips as f32;
        let pairs = profile.voice.iter().zip(&self.mean);
        pairs
            .map(|(voice, mean)| (n_clips * voice + STRENGTH * mean) / (n_clips + STRENGTH))
            .collect()
    }

    /// A clip's voice vector less what its emotion typically adds.
    pub fn without_emotion(&self, voice: &[f32], class_idx: usize) -> Vec<f32> {
        let pairs = voice.iter().zip(&self.offsets[class_idx]);
        pairs.map(|(voice, offset)| voice - offset).collect()
    }

    /// How far a voice vector less its speaker's mean is from the voices of the training, whose mean distance is 1;
    /// `None` without axes.
    pub fn distance(&self, centred: &[f32]) -> Option<f32> {
        let squares = self.axes.iter().map(|axis| dot(axis, centred).powi(2));
        let squares: f32 = squares.sum();
        (!self.axes.is_empty()).then(|| squares / self.axes.len() as f32)
    }

    /// As a checkpoint keeps it.
    pub fn to_weights(&self) -> Weights {
        let mut weights = Weights::default();
        let n_values = self.mean.len();
        weights.insert(MEAN, &[n_values], self.mean.clone());
        weights.insert(
            OFFSETS,
            &[self.offsets.len(), n_values],
            self.offsets.concat(),
        );
        if !self.axes.is_empty() {
            weights.insert(AXES, &[self.axes.len(), n_values], self.axes.concat());
        }
        weights
    }

    /// The inverse of [`to_weights`](Self::to_weights).
    ///
    /// # Errors
    /// [`CheckpointError`] when a tensor is missing, unexpected or of another shape.
    pub fn of_weights(
        weights: &Weights,
        n_labels: usize,
        voice_size: usize,
    ) -> Result<Self, CheckpointError> {
        let mut expected = BTreeMap::from([
            (MEAN.to_owned(), vec![voice_size]),
            (OFFSETS.to_owned(), vec![n_labels, voice_size]),
        ]);
        let axes = weights.find(AXES);
        expected.extend(axes.map(|axes| {
            let n_axes = axes.shape.first().copied().unwrap_or_default();
            (AXES.to_owned(), vec![n_axes, voice_size])
        }));
        weights.verify(&expected)?;
        let rows = |values: &[f32]| {
            values
                .chunks_exact(voice_size)
                .map(<[f32]>::to_vec)
                .collect()
        };
        Ok(Self {
            mean: weights.values(MEAN).to_vec(),
            offsets: rows(weights.values(OFFSETS)),
            axes: axes.map(|axes| rows(&axes.values)).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prior() -> VoicePrior {
        VoicePrior {
            mean: vec![1.0, 2.0],
            offsets: vec![vec![0.5, 0.0], vec![-0.5, 0.25]],
            axes: vec![vec![0.0, 2.0]],
        }
    }

    #[test]
    fn a_few_clips_are_drawn_to_the_mean_of_all_and_many_are_not() {
        let prior = prior();
        assert_eq!(prior.speaker_mean(None), prior.mean);
        assert_eq!(
            prior.speaker_mean(Some(&Profile::new(String::new()))),
            prior.mean
        );
        let distance = |n_clips| {
            let profile = Profile {
                model: String::new(),
                n_clips,
                voice: vec![5.0, 6.0],
                bias: Vec::new(),
            };
            5.0 - prior.speaker_mean(Some(&profile))[0]
        };
        assert_eq!(distance(1), 3.0);
        assert_eq!(distance(3), 2.0);
        assert!(distance(3000) < 0.01);
    }

    #[test]
    fn an_emotion_takes_away_what_it_adds() {
        assert_eq!(prior().without_emotion(&[2.0, 2.0], 1), [2.5, 1.75]);
    }

    #[test]
    fn what_differs_along_no_axis_is_near() {
        let prior = prior();
        assert_eq!(prior.distance(&[9.0, 0.0]), Some(0.0));
        assert_eq!(prior.distance(&[0.0, -1.5]), Some(9.0));
        let blind = VoicePrior {
            axes: Vec::new(),
            ..prior
        };
        assert_eq!(blind.distance(&[9.0, 9.0]), None);
        let kept = VoicePrior::of_weights(&blind.to_weights(), 2, 2);
        assert_eq!(kept.expect("fits"), blind);
    }

    #[test]
    fn weights_keep_it() {
        let weights = prior().to_weights();
        assert_eq!(
            VoicePrior::of_weights(&weights, 2, 2).expect("fits"),
            prior()
        );
        assert!(VoicePrior::of_weights(&weights, 3, 2).is_err());
        assert!(VoicePrior::of_weights(&weights, 2, 1).is_err());
    }
}
