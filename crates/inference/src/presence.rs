//! Whether what an encoder heard is a voice at all, and no instrument, siren, machine or animal.
//!
//! Input   voice vectors as the encoders make them, `[voice_size]`
//! Output  a decision; where there is none, `audio` makes one by the spectrum alone
//! Source  a linear function, fitted by `training presence` to speech and to sounds that are none; what it reaches:
//!         docs/evaluation.md

use std::collections::BTreeMap;

use audio::dot;

use crate::{CheckpointError, Weights};

const DIRECTION: &str = "direction";
const LEAST: &str = "least";

/// Tells voices from other sounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Presence {
    /// Along which voices lie beyond other sounds, `[voice_size]`.
    pub direction: Vec<f32>,
    /// From here on it is a voice.
    pub least: f32,
}

impl Presence {
    /// Whether somebody is heard.
    pub fn is_voice(&self, voice: &[f32]) -> bool {
        dot(&self.direction, voice) >= self.least
    }

    /// As a checkpoint keeps it.
    pub fn to_weights(&self) -> Weights {
        let mut weights = Weights::default();
        weights.insert(DIRECTION, &[self.direction.len()], self.direction.clone());
        weights.insert(LEAST, &[1], vec![self.least]);
        weights
    }

    /// The inverse of [`to_weights`](Self::to_weights); `None` of no weights.
    ///
    /// # Errors
    /// [`CheckpointError`] when a tensor is missing, unexpected or of another shape.
    pub fn of_weights(
        weights: &Weights,
        voice_size: usize,
    ) -> Result<Option<Self>, CheckpointError> {
        if weights.names().next().is_none() {
            return Ok(None);
        }
        weights.verify(&BTreeMap::from([
            (DIRECTION.to_owned(), vec![voice_size]),
            (LEAST.to_owned(), vec![1]),
        ]))?;
        Ok(Some(Self {
            direction: weights.values(DIRECTION).to_vec(),
            least: weights.values(LEAST)[0],
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_beyond_is_a_voice_and_weights_keep_it() {
        let presence = Presence {
            direction: vec![1.0, -2.0],
            least: 0.5,
        };
        assert!(presence.is_voice(&[1.0, 0.25]));
        assert!(!presence.is_voice(&[1.0, 0.3]));
        let weights = presence.to_weights();
        let read = |size| Presence::of_weights(&weights, size);
        assert_eq!(read(2).expect("fits"), Some(presence.clone()));
        assert!(read(3).is_err());
        assert_eq!(
            Presence::of_weights(&Weights::default(), 2).expect("none"),
            None
        );
    }
}
