//! How strongly a voice expresses an emotion.
//!
//! Input   voice vectors less their speaker's mean, `[voice_size]`
//! Output  for each label a score; and [`Intensity`]: the share of acted examples of the same emotion whose scores are
//!         lower
//! Source  relative attributes (Parikh & Grauman 2011): a linear function, fitted so that of two clips of one speaker
//!         and sentence the neutral one gets the lower value. What it reaches: docs/evaluation.md
//! Invariant: a score is linear, so that of a clip's mean vector is the mean of its windows'

use std::collections::BTreeMap;

use audio::dot;
use vocabulary::{Emotion, Intensity, LabelSet};

use crate::{CheckpointError, Weights};

const DIRECTION: &str = "direction";
const QUANTILES: &str = "quantiles";

/// Orders the voices of one emotion.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// Along which voices grow stronger, `[voice_size]`.
    pub direction: Vec<f32>,
    /// Scores of acted examples at shares from 0 to 1, evenly spaced, ascending; at least two.
    pub quantiles: Vec<f32>,
}

/// The rankings of a checkpoint's labels; neutral speech has none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rankings(pub BTreeMap<Emotion, Ranking>);

impl Ranking {
    /// How strong a voice is, in no unit.
    pub fn score(&self, voice: &[f32]) -> f32 {
        dot(&self.direction, voice)
    }

    /// The share of the acted examples below a score, between their quantiles on a straight line.
    pub fn intensity(&self, score: f32) -> Intensity {
        let n_steps = (self.quantiles.len() - 1) as f32;
        let above = self.quantiles.partition_point(|&quantile| quantile < score);
        let value = match above {
            0 => 0.0,
            _ if above == self.quantiles.len() => 1.0,
            _ => {
                let (low, high) = (self.quantiles[above - 1], self.quantiles[above]);
                ((above - 1) as f32 + (score - low) / (high - low)) / n_steps
            }
        };
        Intensity::of(value)
    }
}

impl Rankings {
    /// A window's score for each emotion that has a ranking.
    pub(crate) fn scores(&self, voice: &[f32]) -> Vec<(Emotion, f32)> {
        let rankings = self.0.iter();
        rankings
            .map(|(&emotion, ranking)| (emotion, ranking.score(voice)))
            .collect()
    }

    /// How strongly windows with these [`scores`](Self::scores) express the emotion; `None` where it has no ranking,
    /// or there is no window.
    pub(crate) fn intensity<'a>(
        &self,
        emotion: Emotion,
        scores: impl Iterator<Item = &'a [(Emotion, f32)]>,
    ) -> Option<Intensity> {
        let ranking = self.0.get(&emotion)?;
        let of_emotion = scores.flatten().filter(|(scored, _)| *scored == emotion);
        let scores: Vec<f32> = of_emotion.map(|(_, score)| *score).collect();
        let mean = scores.iter().sum::<f32>() / scores.len() as f32;
        (!scores.is_empty()).then(|| ranking.intensity(mean))
    }

    /// As a checkpoint keeps them: of each emotion its `CODE.direction` and `CODE.quantiles`.
    pub fn to_weights(&self) -> Weights {
        let mut weights = Weights::default();
        for (emotion, ranking) in &self.0 {
            for (kind, values) in [
                (DIRECTION, &ranking.direction),
                (QUANTILES, &ranking.quantiles),
            ] {
                weights.insert(format!("{emotion}.{kind}"), &[values.len()], values.clone());
            }
        }
        weights
    }

    /// The inverse of [`to_weights`](Self::to_weights).
    ///
    /// # Errors
    /// [`CheckpointError`] when a tensor is missing, unexpected or of another shape, or quantiles do not ascend.
    pub fn of_weights(
        weights: &Weights,
        labels: &LabelSet,
        voice_size: usize,
    ) -> Result<Self, CheckpointError> {
        let mut expected = BTreeMap::new();
        let mut rankings = BTreeMap::new();
        for emotion in labels.iter() {
            let [direction, quantiles] =
                [DIRECTION, QUANTILES].map(|kind| format!("{emotion}.{kind}"));
            let Some(found) = weights.find(&quantiles) else {
                continue;
            };
            if found.values.len() < 2 || !found.values.is_sorted() {
                return Err(CheckpointError::Quantiles { name: quantiles });
            }
            expected.insert(quantiles, vec![found.values.len()]);
            expected.insert(direction.clone(), vec![voice_size]);
            rankings.insert(emotion, (direction, found.values.clone()));
        }
        weights.verify(&expected)?;
        let ranking = |(emotion, (direction, quantiles)): (_, (String, _))| {
            let direction = weights.values(&direction).to_vec();
            (
                emotion,
                Ranking {
                    direction,
                    quantiles,
                },
            )
        };
        Ok(Self(rankings.into_iter().map(ranking).collect()))
    }
}

#[cfg(test)]
mod tests {
    use vocabulary::Strength;

    use super::*;

    fn ranking() -> Ranking {
        Ranking {
            direction: vec![2.0, -1.0],
            quantiles: vec![0.0, 1.0, 1.0, 4.0, 5.0],
        }
    }

    #[test]
    fn a_value_is_the_share_of_examples_below() {
        let ranking = ranking();
        let value = |score| ranking.intensity(score).value;
        for (score, expected) in [
            (-9.0, 0.0),
            (0.5, 0.125),
            (2.5, 0.625),
            (4.5, 0.875),
            (9.0, 1.0),
        ] {
            assert_eq!(value(score), expected, "{score}");
        }
        assert_eq!(ranking.score(&[1.0, 0.5]), 1.5);
        assert_eq!(ranking.intensity(9.0).word, Strength::Strong);
    }

    #[test]
    fn weights_keep_them() {
        let rankings = Rankings(BTreeMap::from([(Emotion::Sad, ranking())]));
        let weights = rankings.to_weights();
        let five = LabelSet::five();
        let read = |size| Rankings::of_weights(&weights, &five, size);
        assert_eq!(read(2).expect("fits"), rankings);
        assert!(read(3).is_err());
        let fear: LabelSet = "fear,neutral".parse().expect("labels");
        assert!(Rankings::of_weights(&weights, &fear, 2).is_err());
        let mut falling = weights.clone();
        falling.insert("sad.quantiles", &[2], vec![1.0, 0.0]);
        assert!(Rankings::of_weights(&falling, &five, 2).is_err());
    }
}
