//! What is known of somebody's voice.

use serde::{Deserialize, Serialize};

/// A voice profile: how somebody sounds whatever they feel, as one checkpoint hears it.
///
/// Opaque to everybody but the checkpoint that made it. It tells voices apart, so it may be biometric data: who made
/// it keeps it, nobody else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Name of the checkpoint that heard the clips; no other understands the voice.
    pub model: String,
    /// Clips that were heard.
    pub n_clips: u32,
    /// Mean over the clips of the voice vector less what its emotion typically adds, `[voice_size]`; empty without
    /// clips.
    pub voice: Vec<f32>,
    /// What corrections add to the logarithms of probabilities, in label order ([`bias`](crate::bias)); empty without
    /// any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bias: Vec<f32>,
}

impl Profile {
    /// Of a voice that nobody has heard.
    pub fn new(model: String) -> Self {
        Self {
            model,
            n_clips: 0,
            voice: Vec::new(),
            bias: Vec::new(),
        }
    }

    /// Of corrections alone: nothing is known of the voice.
    pub fn of_corrections(model: String, bias: Vec<f32>) -> Self {
        Self {
            bias,
            ..Self::new(model)
        }
    }

    /// The same with one more clip, of this voice vector less what its emotion adds.
    ///
    /// # Panics
    /// When the clips before had vectors of another size.
    #[must_use]
    pub fn with_clip(mut self, voice: &[f32]) -> Self {
        if self.n_clips == 0 {
            self.voice = vec![0.0; voice.len()];
        }
        assert_eq!(self.voice.len(), voice.len());
        self.n_clips = self.n_clips.saturating_add(1);
        let share = 1.0 / self.n_clips as f32;
        for (mean, value) in self.voice.iter_mut().zip(voice) {
            *mean += share * (value - *mean);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_voice_is_the_mean_of_the_clips() {
        let clips = [[1.0, -2.0], [3.0, 0.0], [2.0, 5.0]];
        let profile = clips
            .iter()
            .fold(Profile::new("a".to_owned()), |profile, clip| {
                profile.with_clip(clip)
            });
        assert_eq!(profile.n_clips, 3);
        for (found, expected) in profile.voice.iter().zip([2.0, 1.0]) {
            assert!((found - expected).abs() < 1e-6, "{found}");
        }
    }
}
