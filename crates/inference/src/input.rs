//! From the features of a window to what the network reads of it.
//!
//! Output  `[n_frames, n_features]`
//! Invariant: with [`Input::Speech`], neither gain nor padding nor a noise floor 60 dB down changes
//! the values

use std::ops::Range;

use audio::{Features, MIN_VOICING, N_MELS, Pitch, SOUNDING_RANGE_DB};

use crate::Input;

/// What is further below the window's loudest band than this is as good as silence.
const DYNAMIC_RANGE_DB: f32 = 60.0;

/// Decibels per unit: the spread of speech around its mean.
const SCALE_DB: f32 = 15.0;

/// A voiced frame is at most this far below the loudest band.
const VOICED_RANGE_DB: f32 = 30.0;

/// Middle of adult voices, octaves above 1 Hz: 158 Hz.
const MIDDLE_OCTAVE: f32 = 7.3;

/// Pitch features of a frame; see [`pitch_features`].
const N_PITCH: usize = 4;

impl Input {
    /// Values per frame.
    pub const fn n_features(self) -> usize {
        match self {
            Self::Decibels => N_MELS,
            Self::Speech => N_MELS + N_PITCH,
        }
    }

    /// What the network reads of a window: row-major `[n_frames, n_features]`.
    pub fn read(self, features: &Features) -> Vec<f32> {
        match self {
            Self::Decibels => features.log_mel.values().to_vec(),
            Self::Speech => self.read_span(features, features.speech_span()),
        }
    }

    /// The same of a window whose speech was found already.
    pub fn read_span(self, features: &Features, speech: Range<usize>) -> Vec<f32> {
        match self {
            Self::Decibels => features.log_mel.values().to_vec(),
            Self::Speech => read_speech(&features.slice(speech)),
        }
    }
}

fn read_speech(features: &Features) -> Vec<f32> {
    let frames = features.log_mel.frames();
    let mut peaks = features.log_mel.peaks();
    let loudest = peaks.iter().copied().fold(f32::MIN, f32::max);
    peaks.iter_mut().for_each(|peak| *peak -= loudest);
    let below = |db: f32| (db - loudest).max(-DYNAMIC_RANGE_DB);
    let sounding = frames
        .iter()
        .zip(&peaks)
        .filter(|(_, peak)| **peak >= -SOUNDING_RANGE_DB);
    let (mut sum, mut count) = (0.0, 0.0);
    for (frame, _) in sounding {
        sum += frame.iter().map(|&db| below(db)).sum::<f32>();
        count += N_MELS as f32;
    }
    let level = sum / f32::max(count, 1.0);

    let voiced: Vec<bool> = features
        .pitch
        .iter()
        .zip(&peaks)
        .map(|(pitch, peak)| pitch.voicing > MIN_VOICING && *peak > -VOICED_RANGE_DB)
        .collect();
    let median = median_octave(&features.pitch, &voiced);
    let mut values = Vec::with_capacity(frames.len() * Input::Speech.n_features());
    for ((frame, pitch), voiced) in frames.iter().zip(&features.pitch).zip(voiced) {
        values.extend(frame.iter().map(|&db| (below(db) - level) / SCALE_DB));
        values.extend(pitch_features(*pitch, voiced, median));
    }
    values
}

/// Height relative to the clip's, whether there is one, how periodic, and the height itself; heights
/// in octaves, 0 where nothing is voiced.
fn pitch_features(pitch: Pitch, voiced: bool, median: f32) -> [f32; N_PITCH] {
    let periodicity = pitch.voicing - MIN_VOICING;
    if !voiced {
        return [0.0, 0.0, periodicity, 0.0];
    }
    let octave = pitch.frequency_hz.log2();
    [
        2.0 * (octave - median).clamp(-1.0, 1.0),
        1.0,
        periodicity,
        octave - MIDDLE_OCTAVE,
    ]
}

fn median_octave(pitch: &[Pitch], voiced: &[bool]) -> f32 {
    let voiced = pitch.iter().zip(voiced).filter(|(_, voiced)| **voiced);
    let mut octaves: Vec<f32> = voiced.map(|(pitch, _)| pitch.frequency_hz.log2()).collect();
    octaves.sort_by(f32::total_cmp);
    octaves
        .get(octaves.len() / 2)
        .copied()
        .unwrap_or(MIDDLE_OCTAVE)
}

#[cfg(test)]
mod tests {
    use audio::FLOOR_DB;

    use super::*;

    /// Two loud frames, a quiet one and silence at `silence_db`; the first two voiced.
    fn window(gain_db: f32, silence_db: f32) -> Features {
        let frame = |low: f32, high: f32| {
            let mut frame = [low; N_MELS];
            frame[N_MELS / 2..].fill(high);
            frame.map(|db| db + gain_db)
        };
        let frames = vec![
            frame(-10.0, -20.0),
            frame(-14.0, -18.0),
            frame(-30.0, -90.0),
            [silence_db; N_MELS],
        ];
        let voiced = Pitch {
            voicing: 0.9,
            frequency_hz: 200.0,
        };
        Features {
            log_mel: frames.into(),
            pitch: vec![voiced, voiced, Pitch::default(), Pitch::default()],
        }
    }

    #[test]
    fn neither_gain_nor_the_depth_of_silence_changes_what_is_read() {
        let expected = Input::Speech.read(&window(0.0, FLOOR_DB));
        for other in [window(0.0, -80.0), window(-6.0, FLOOR_DB)] {
            let found = Input::Speech.read(&other);
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn a_window_without_sound_is_still_finite() {
        let silence = Features {
            log_mel: vec![[FLOOR_DB; N_MELS]; 3].into(),
            pitch: vec![Pitch::default(); 3],
        };
        let read = Input::Speech.read(&silence);
        assert_eq!(read.len(), 3 * Input::Speech.n_features());
        assert!(read.iter().all(|value| value.is_finite()));
    }
}
