//! Takes out of log-mel energies what hums in the lowest bands without a pause: the mains, a fan, a motor.
//!
//! Input   [`Features`]
//! Output  `[n_frames, N_MELS]`, dB
//! Found   where the quieter frames of a band are alike and near the loudest of the clip, and the pauses, in which it
//!         is alone, are periodic: noise is not
//! For     looking for speech only, which hum would drown; what networks read stays as it was recorded

use crate::{Features, LogMel, N_MELS, log_mel::FLOOR_DB};

/// Bands that hum fills, up to about 290 Hz.
const N_BANDS: usize = 5;

/// A band hums when its quieter frames are at most this far below the clip's loudest: as far as what
/// [sounds](crate::SOUNDING_RANGE_DB).
const RANGE_DB: f32 = crate::SOUNDING_RANGE_DB;

/// Shares of the frames that are quieter, and how much they may differ, dB; a voice without a pause differs more.
const QUIETEST: f32 = 0.1;
const QUIET: f32 = 0.3;
const STEADY_DB: f32 = 5.0;

/// Twice the hum is taken, as it beats with what is beside it; and at most so much, dB.
const TAKEN: f32 = 2.0;
const MOST_DB: f32 = 25.0;

/// Least voicing of the pauses' median frame; brown noise has 0.8.
const MIN_VOICING: f32 = 0.9;

/// Fewer frames with sound say nothing: half a second.
const MIN_FRAMES: usize = 16;

/// The energies without hum; `None` where nothing hums.
pub(crate) fn without(features: &Features) -> Option<LogMel> {
    let frames = features.log_mel.frames();
    let loudest = features
        .log_mel
        .values()
        .iter()
        .copied()
        .fold(f32::MIN, f32::max);
    let levels: Vec<(usize, f32)> = (0..N_BANDS)
        .filter_map(|band| Some((band, level(frames, band)?)))
        .filter(|&(_, level_db)| level_db > loudest - RANGE_DB)
        .collect();
    if levels.is_empty() || pauses_voicing(features) < MIN_VOICING {
        return None;
    }
    let mut frames = frames.to_vec();
    for frame in &mut frames {
        for &(band, level_db) in &levels {
            let left = power(frame[band]) - TAKEN * power(level_db);
            let least_db = (level_db - MOST_DB).min(frame[band]).max(FLOOR_DB);
            frame[band] = (10.0 * left.max(power(FLOOR_DB)).log10()).max(least_db);
        }
    }
    Some(frames.into())
}

/// Median voicing of the frames whose bands above are the quietest; 0 of none.
fn pauses_voicing(features: &Features) -> f32 {
    let frames = features.log_mel.frames().iter().zip(&features.pitch);
    let mut sounding: Vec<(f32, f32)> = frames
        .map(|(frame, pitch)| (frame[N_BANDS..].iter().sum(), frame, pitch))
        .filter(|(_, frame, _)| frame.iter().any(|&db| db > FLOOR_DB + 1.0))
        .map(|(above, _, pitch)| (above, pitch.voicing))
        .collect();
    sounding.sort_by(|left, right| left.0.total_cmp(&right.0));
    let n_pauses = (QUIET * sounding.len() as f32) as usize;
    let mut voicing: Vec<f32> = sounding[..n_pauses]
        .iter()
        .map(|(_, voicing)| *voicing)
        .collect();
    voicing.sort_by(f32::total_cmp);
    voicing.get(n_pauses / 2).copied().unwrap_or(0.0)
}

/// How loud a band hums, dB.
fn level(frames: &[[f32; N_MELS]], band: usize) -> Option<f32> {
    let mut sorted: Vec<f32> = frames.iter().map(|frame| frame[band]).collect();
    // Silence that was added is no pause.
    sorted.retain(|&db| db > FLOOR_DB + 1.0);
    if sorted.len() < MIN_FRAMES {
        return None;
    }
    sorted.sort_by(f32::total_cmp);
    let [quietest, quiet] =
        [QUIETEST, QUIET].map(|share| sorted[(share * sorted.len() as f32) as usize]);
    (quiet - quietest < STEADY_DB).then_some(quiet)
}

fn power(db: f32) -> f32 {
    10.0_f32.powf(db / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pitch;

    /// All periodic.
    fn features(level_db: impl Fn(usize, usize) -> f32) -> Features {
        let frames = (0..100).map(|frame| std::array::from_fn(|band| level_db(frame, band)));
        let pitch = Pitch {
            voicing: 1.0,
            frequency_hz: 100.0,
        };
        Features {
            log_mel: frames.collect::<Vec<[f32; N_MELS]>>().into(),
            pitch: vec![pitch; 100],
        }
    }

    #[test]
    fn what_never_pauses_goes_and_what_pauses_stays() {
        let syllable = |frame: usize| if frame % 20 < 10 { 0.0 } else { -60.0 };
        let clean = features(|frame, _| syllable(frame));
        assert_eq!(without(&clean), None);
        let hum_db = -10.0_f32;
        let mixed = |frame: usize| 10.0 * (power(syllable(frame)) + power(hum_db)).log10();
        let heard = features(|frame, band| {
            if band == 1 {
                mixed(frame)
            } else {
                syllable(frame)
            }
        });
        let freed = without(&heard).expect("it hums");
        for (frame, bands) in freed.frames().iter().enumerate() {
            assert!((bands[1] - syllable(frame)).abs() < 1.0 || bands[1] <= hum_db - 20.0);
            assert_eq!(bands[2], syllable(frame));
        }
        // Higher up it is something else.
        assert_eq!(
            without(&features(|frame, band| if band == 9 {
                mixed(frame)
            } else {
                syllable(frame)
            })),
            None
        );
    }

    #[test]
    fn silence_around_a_clip_is_no_pause() {
        let padded = features(|frame, band| match (frame, band) {
            (..50, 0) => -12.0,
            (..50, _) => {
                if frame % 20 < 10 {
                    0.0
                } else {
                    -60.0
                }
            }
            _ => FLOOR_DB,
        });
        assert!(without(&padded).is_some());
        assert_eq!(without(&features(|_, _| FLOOR_DB)), None);
        assert_eq!(without(&Features::default()), None);
    }
}
