//! What a checkpoint and plain measures hear in clips.

use audio::{Pitch, Quality, Recording};
use inference::{RecognizeError, Recognizer};
use rayon::prelude::*;

use crate::examples::{Example, Examples};

/// From here on a frame is voiced, and its pitch counts.
const VOICED: f32 = 0.5;
/// The pitch range leaves out so much of the lowest and of the highest frames.
const OUTER_SHARE: f32 = 0.1;

/// A clip in which somebody speaks.
pub struct Heard<'a> {
    /// The clip.
    pub example: &'a Example,
    /// [`Recognizer::voice`].
    pub voice: Vec<f32>,
    /// Probability of the emotion that it is labelled with.
    pub confidence: f32,
    /// [`Quality::level_dbfs`].
    pub level_dbfs: f32,
    /// From the lowest tenth of the voiced frames to the highest, semitones; 0 without any.
    pub pitch_range_semitones: f32,
}

impl<'a> Heard<'a> {
    /// Of all clips in which somebody speaks, on all cores.
    ///
    /// # Errors
    /// When the checkpoint cannot answer.
    pub fn all(recognizer: &Recognizer, examples: &'a Examples) -> anyhow::Result<Vec<Self>> {
        let heard = examples
            .0
            .par_iter()
            .map(|example| match Self::of(recognizer, example) {
                Ok(heard) => Ok(Some(heard)),
                Err(RecognizeError::NoSpeech) => Ok(None),
                Err(error) => Err(error),
            });
        let heard: Vec<Option<Self>> = heard.collect::<Result<_, _>>()?;
        Ok(heard.into_iter().flatten().collect())
    }

    fn of(recognizer: &Recognizer, example: &'a Example) -> Result<Self, RecognizeError> {
        let recording = Recording::from(&example.waveform);
        let prediction = recognizer.recognize(&recording)?;
        let quality = Quality::of(
            &recording.samples,
            recording.clipped_share,
            prediction.speech_s,
        );
        Ok(Self {
            example,
            voice: recognizer.voice(&recording)?,
            confidence: prediction.probabilities.of(example.emotion),
            level_dbfs: quality.level_dbfs,
            pitch_range_semitones: pitch_range_semitones(&recording.features.pitch),
        })
    }
}

fn pitch_range_semitones(pitch: &[Pitch]) -> f32 {
    let voiced = pitch
        .iter()
        .filter(|frame| frame.voicing >= VOICED && frame.frequency_hz > 0.0);
    let mut semitones: Vec<f32> = voiced
        .map(|frame| 12.0 * frame.frequency_hz.log2())
        .collect();
    semitones.sort_by(f32::total_cmp);
    let at = |share: f32| {
        let last = semitones.len().checked_sub(1)?;
        semitones.get((last as f32 * share).round() as usize)
    };
    let (low, high) = (at(OUTER_SHARE), at(1.0 - OUTER_SHARE));
    low.zip(high).map_or(0.0, |(low, high)| high - low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_is_of_voiced_frames_without_the_outermost() {
        let frame = |voicing, frequency_hz| Pitch {
            voicing,
            frequency_hz,
        };
        let mut pitch: Vec<Pitch> = (0..11)
            .map(|n| frame(1.0, 100.0 * 2_f32.powf(n as f32 / 12.0)))
            .collect();
        pitch.extend([frame(0.2, 4000.0), frame(0.9, 0.0)]);
        assert!((pitch_range_semitones(&pitch) - 8.0).abs() < 1e-3);
        assert_eq!(pitch_range_semitones(&[]), 0.0);
    }
}
