//! Varies a window's features, so that the network hears more voices, rooms and microphones than the
//! corpus has.
//!
//! Input   features of speech, `[n_frames]`
//! Output  features of the same speech by another voice, elsewhere; another number of frames
//! Source  frequency warping after Jaitly & Hinton 2013 (VTLP), masks after Park et al. 2019
//!         (SpecAugment); a noise floor also hides the exact zeros that betray a recording session
//! What is done to energies is done to the pitch: a warped voice is higher, a noisy one less voiced.

use std::ops::Range;

use audio::{FLOOR_DB, Features, N_MELS, Pitch};
use rand::{Rng, rngs::StdRng};
use rand_distr::StandardNormal;

/// Largest change of formant and pitch frequencies, as a natural logarithm; voices of adults differ
/// by about as much.
const MAX_FREQUENCY_WARP: f32 = 0.13;
/// Largest change of tempo, as a natural logarithm.
const MAX_TIME_STRETCH: f32 = 0.2;
/// Largest tilt of the spectrum from its middle to its ends, dB.
const MAX_TILT_DB: f32 = 6.0;
/// Standard deviation of a microphone's response at a few points of the spectrum, dB.
const RESPONSE_DB: f32 = 2.0;
const RESPONSE_POINTS: usize = 5;
/// Noise below the loudest band of the clip, dB, in `NOISY_SHARE` of all cases; else the quietest.
const NOISE_DB: Range<f32> = -70.0..-20.0;
const NOISY_SHARE: f64 = 0.7;
const QUIETEST_DB: f32 = -80.0;
/// Tilt of the noise from the lowest band to the highest, dB.
const NOISE_TILT_DB: Range<f32> = -20.0..5.0;
/// Standard deviation of the noise's bands around their mean, dB.
const NOISE_JITTER_DB: f32 = 4.0;
/// Share of clips that come through a narrow channel; half of these are telephones, which take the
/// lowest bands away too.
const CHANNEL_SHARE: f64 = 0.3;
const TELEPHONE_SHARE: f64 = 0.5;
/// Highest band that such a channel leaves (mel bands: 0.55 is 2.4 kHz, 0.9 is 6.4 kHz), as a share.
const CHANNEL_TOP: Range<f32> = 0.55..0.9;
/// Bands below 350 Hz, which telephones take away.
const CHANNEL_BOTTOM: usize = 6;
/// Masks of each kind, and the largest share of bands and of frames that one covers.
const N_MASKS: usize = 2;
const MAX_MASKED_MELS: usize = N_MELS / 6;
const MASKED_SHARE: usize = 7;

/// The window as another voice might have said it elsewhere.
pub fn vary(features: &Features, rng: &mut StdRng) -> Features {
    let mut varied = warp(features, rng);
    filter(&mut varied.0, rng);
    add_noise(&mut varied, rng);
    cut_channel(&mut varied.0, rng);
    let kept = cut_ends(varied.0.len(), rng);
    Features {
        log_mel: varied.0[kept.clone()].to_vec().into(),
        pitch: varied.1[kept].to_vec(),
    }
}

/// Sets some bands and some frames of what the network reads to 0, its mean.
pub fn mask(values: &mut [f32], n_features: usize, rng: &mut StdRng) {
    let n_frames = values.len() / n_features;
    for _ in 0..N_MASKS {
        let n_mels = rng.random_range(0..MAX_MASKED_MELS);
        let first_mel = rng.random_range(0..N_MELS - n_mels);
        let n_masked = rng.random_range(0..(n_frames / MASKED_SHARE).max(1));
        let first_frame = rng.random_range(0..n_frames - n_masked);
        for (frame_idx, frame) in values.chunks_exact_mut(n_features).enumerate() {
            frame[first_mel..first_mel + n_mels].fill(0.0);
            if (first_frame..first_frame + n_masked).contains(&frame_idx) {
                frame.fill(0.0);
            }
        }
    }
}

type Frames = Vec<[f32; N_MELS]>;

/// Reads the clip at other times and frequencies, bilinearly.
fn warp(features: &Features, rng: &mut StdRng) -> (Frames, Vec<Pitch>) {
    let frames = features.log_mel.frames();
    let tempo = rng.random_range(-MAX_TIME_STRETCH..MAX_TIME_STRETCH).exp();
    let scale = rng
        .random_range(-MAX_FREQUENCY_WARP..MAX_FREQUENCY_WARP)
        .exp();
    let n_warped = ((frames.len() as f32 / tempo) as usize).max(1);
    (0..n_warped)
        .map(|frame_idx| {
            let (frame, next_frame, frame_part) = between(frame_idx as f32 * tempo, frames.len());
            let warped = std::array::from_fn(|mel_idx| {
                let (mel, next_mel, mel_part) = between(mel_idx as f32 * scale, N_MELS);
                let at = |frame: usize| {
                    frames[frame][mel] * (1.0 - mel_part) + frames[frame][next_mel] * mel_part
                };
                at(frame) * (1.0 - frame_part) + at(next_frame) * frame_part
            });
            let pitch = features.pitch[frame];
            let frequency_hz = pitch.frequency_hz / scale;
            (
                warped,
                Pitch {
                    frequency_hz,
                    ..pitch
                },
            )
        })
        .unzip()
}

/// The indices around a position, kept below `len`, and the share of the second.
fn between(position: f32, len: usize) -> (usize, usize, f32) {
    let below = (position as usize).min(len - 1);
    (below, (below + 1).min(len - 1), position.fract())
}

/// Another voice's slope and another microphone's response.
fn filter(frames: &mut Frames, rng: &mut StdRng) {
    let tilt_db = rng.random_range(-MAX_TILT_DB..MAX_TILT_DB);
    let points: [f32; RESPONSE_POINTS] =
        std::array::from_fn(|_| RESPONSE_DB * rng.sample::<f32, _>(StandardNormal));
    let gain_db: [f32; N_MELS] = std::array::from_fn(|mel_idx| {
        let along = mel_idx as f32 / (N_MELS - 1) as f32;
        let (point, next, part) = between(along * (RESPONSE_POINTS - 1) as f32, RESPONSE_POINTS);
        tilt_db * (2.0 * along - 1.0) + points[point] * (1.0 - part) + points[next] * part
    });
    for frame in frames {
        for (db, gain_db) in frame.iter_mut().zip(gain_db) {
            *db += gain_db;
        }
    }
}

fn loudest(frames: &Frames) -> f32 {
    frames
        .as_flattened()
        .iter()
        .copied()
        .fold(FLOOR_DB, f32::max)
}

/// Adds the powers; a frame is as much less voiced as the noise takes of its energy.
fn add_noise((frames, pitch): &mut (Frames, Vec<Pitch>), rng: &mut StdRng) {
    let below_db = if rng.random_bool(NOISY_SHARE) {
        rng.random_range(NOISE_DB)
    } else {
        QUIETEST_DB
    };
    let tilt_db = rng.random_range(NOISE_TILT_DB);
    let loudest = loudest(frames);
    for (frame, pitch) in frames.iter_mut().zip(pitch) {
        let (mut clean_sum, mut noisy_sum) = (0.0, 0.0);
        for (mel_idx, db) in frame.iter_mut().enumerate() {
            let along = mel_idx as f32 / (N_MELS - 1) as f32;
            let jitter_db = NOISE_JITTER_DB * rng.sample::<f32, _>(StandardNormal);
            let noise_db = loudest + below_db + tilt_db * along + jitter_db;
            let clean = power(*db);
            let noisy = clean + power(noise_db);
            clean_sum += clean;
            noisy_sum += noisy;
            *db = (10.0 * noisy.log10()).max(FLOOR_DB);
        }
        pitch.voicing *= clean_sum / noisy_sum;
    }
}

fn power(db: f32) -> f32 {
    10f32.powf(db / 10.0)
}

/// A narrow channel: little is left above some band, and sometimes below another.
fn cut_channel(frames: &mut Frames, rng: &mut StdRng) {
    let floor_db = loudest(frames) + rng.random_range(QUIETEST_DB..-60.0);
    if !rng.random_bool(CHANNEL_SHARE) {
        return;
    }
    let top = (N_MELS as f32 * rng.random_range(CHANNEL_TOP)) as usize;
    let bottom = if rng.random_bool(TELEPHONE_SHARE) {
        rng.random_range(1..=CHANNEL_BOTTOM)
    } else {
        0
    };
    for frame in frames {
        for (mel_idx, db) in frame.iter_mut().enumerate() {
            if mel_idx < bottom || mel_idx >= top {
                *db = db.min(floor_db);
            }
        }
    }
}

/// The span that is left when, in half of all cases, up to an eighth is cut off at each end.
fn cut_ends(n_frames: usize, rng: &mut StdRng) -> Range<usize> {
    if rng.random_bool(0.5) {
        return 0..n_frames;
    }
    let most = (n_frames / 8).max(1);
    rng.random_range(0..most)..n_frames - rng.random_range(0..most)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn ramp(n_frames: usize) -> Features {
        let frame = |frame_idx: usize| {
            std::array::from_fn(|mel_idx| -60.0 + ((frame_idx + mel_idx) % 37) as f32)
        };
        Features {
            log_mel: (0..n_frames).map(frame).collect::<Vec<_>>().into(),
            pitch: vec![
                Pitch {
                    voicing: 0.8,
                    frequency_hz: 150.0
                };
                n_frames
            ],
        }
    }

    #[test]
    fn every_variation_has_frames_and_finite_values() {
        let mut rng = StdRng::seed_from_u64(3);
        for n_frames in [1, 2, 60, 126, 300] {
            for _ in 0..50 {
                let varied = vary(&ramp(n_frames), &mut rng);
                assert_eq!(varied.log_mel.n_frames(), varied.pitch.len());
                assert!(!varied.pitch.is_empty());
                let values = varied.log_mel.values();
                assert!(values.iter().all(|db| db.is_finite()));
                for pitch in varied.pitch {
                    assert!((0.0..=0.8).contains(&pitch.voicing));
                    assert!((125.0..180.0).contains(&pitch.frequency_hz));
                }
            }
        }
    }

    #[test]
    fn masks_leave_most() {
        let mut rng = StdRng::seed_from_u64(3);
        for _ in 0..50 {
            let mut values = vec![1.0; 60 * (N_MELS + 2)];
            mask(&mut values, N_MELS + 2, &mut rng);
            let left = values.iter().sum::<f32>() / values.len() as f32;
            assert!((0.5..=1.0).contains(&left), "{left}");
        }
        mask(&mut [1.0; N_MELS], N_MELS, &mut rng);
    }
}
