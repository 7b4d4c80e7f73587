//! Varies a clip's log-mel features, so that the network hears more voices and rooms than the
//! corpus has, and cuts or pads them to one window.
//!
//! Input   log-mel of a whole clip, dB, `[n_frames, N_MELS]`
//! Output  log-mel of one window, dB, `[N_FRAMES, N_MELS]`
//! Source  frequency warping after Jaitly & Hinton 2013 (VTLP), masks after Park et al. 2019
//!         (SpecAugment); a noise floor also hides the exact zeros that betray a recording session

use audio::{FLOOR_DB, N_FRAMES, N_MELS};
use rand::{Rng, rngs::StdRng};

/// Largest relative change of formant frequencies; voices of adults differ by about as much.
const MAX_FREQUENCY_WARP: f32 = 0.1;
/// Largest relative change of tempo.
const MAX_TIME_STRETCH: f32 = 0.1;
/// Largest tilt of the spectrum from the lowest to the highest band, dB.
const MAX_TILT_DB: f32 = 6.0;
/// Noise floor below the loudest band of the clip, dB.
const NOISE_FLOOR_DB: std::ops::Range<f32> = 45.0..80.0;
/// Widest band and longest stretch of time that is masked.
const MAX_MASKED_MELS: usize = 4;
const MAX_MASKED_FRAMES: usize = 12;

/// The clip's first window as it is, padded with silence.
pub fn plain_window(log_mel: &[f32]) -> Vec<f32> {
    window(log_mel, 0)
}

/// A random variation of the clip at a random place in a window.
pub fn varied_window(log_mel: &[f32], rng: &mut StdRng) -> Vec<f32> {
    let mut varied = warp(log_mel, rng);
    add_tilt_and_noise(&mut varied, rng);
    mask(&mut varied, rng);
    let slack = (varied.len() / N_MELS) as i64 - N_FRAMES as i64;
    let start_frame = rng.random_range(slack.min(0)..=slack.max(0));
    window(&varied, start_frame)
}

/// `N_FRAMES` frames from `start_frame` on; outside of the clip there is silence.
fn window(log_mel: &[f32], start_frame: i64) -> Vec<f32> {
    let mut window = vec![FLOOR_DB; N_FRAMES * N_MELS];
    for (frame_idx, frame) in window.chunks_exact_mut(N_MELS).enumerate() {
        let source = usize::try_from(start_frame + frame_idx as i64);
        let source = source
            .ok()
            .and_then(|idx| log_mel.get(idx * N_MELS..(idx + 1) * N_MELS));
        if let Some(source) = source {
            frame.copy_from_slice(source);
        }
    }
    window
}

/// Reads the clip at warped times and frequencies, bilinearly.
fn warp(log_mel: &[f32], rng: &mut StdRng) -> Vec<f32> {
    let n_frames = log_mel.len() / N_MELS;
    let tempo = 1.0 + rng.random_range(-MAX_TIME_STRETCH..MAX_TIME_STRETCH);
    let pitch = 1.0 + rng.random_range(-MAX_FREQUENCY_WARP..MAX_FREQUENCY_WARP);
    let n_warped = ((n_frames as f32 / tempo) as usize).max(1);
    let mut warped = Vec::with_capacity(n_warped * N_MELS);
    for frame_idx in 0..n_warped {
        let (frame, next_frame, frame_part) = between(frame_idx as f32 * tempo, n_frames);
        for mel_idx in 0..N_MELS {
            let (mel, next_mel, mel_part) = between(mel_idx as f32 * pitch, N_MELS);
            let at = |frame: usize, mel: usize| log_mel[frame * N_MELS + mel];
            let here = at(frame, mel) * (1.0 - mel_part) + at(frame, next_mel) * mel_part;
            let next = at(next_frame, mel) * (1.0 - mel_part) + at(next_frame, next_mel) * mel_part;
            warped.push(here * (1.0 - frame_part) + next * frame_part);
        }
    }
    warped
}

/// The indices around a position, kept below `len`, and the share of the second.
fn between(position: f32, len: usize) -> (usize, usize, f32) {
    let below = (position as usize).min(len - 1);
    (below, (below + 1).min(len - 1), position.fract())
}

fn add_tilt_and_noise(log_mel: &mut [f32], rng: &mut StdRng) {
    let tilt_db = rng.random_range(-MAX_TILT_DB..MAX_TILT_DB);
    let loudest = log_mel.iter().copied().fold(FLOOR_DB, f32::max);
    let noise_db = loudest - rng.random_range(NOISE_FLOOR_DB);
    for frame in log_mel.chunks_exact_mut(N_MELS) {
        for (mel_idx, value) in frame.iter_mut().enumerate() {
            let along = mel_idx as f32 / (N_MELS - 1) as f32 - 0.5;
            let noise_power = 10f32.powf(noise_db / 10.0) * rng.random_range(0.3..2.0);
            let power = 10f32.powf((*value + tilt_db * along) / 10.0) + noise_power;
            *value = (10.0 * power.log10()).max(FLOOR_DB);
        }
    }
}

/// Replaces one band of frequencies and one stretch of time by the clip's mean.
fn mask(log_mel: &mut [f32], rng: &mut StdRng) {
    let n_frames = log_mel.len() / N_MELS;
    let mean = log_mel.iter().sum::<f32>() / log_mel.len() as f32;
    let n_mels = rng.random_range(0..=MAX_MASKED_MELS);
    let first_mel = rng.random_range(0..=N_MELS - n_mels);
    let n_masked = rng.random_range(0..=MAX_MASKED_FRAMES.min(n_frames));
    let first_frame = rng.random_range(0..=n_frames - n_masked);
    for (frame_idx, frame) in log_mel.chunks_exact_mut(N_MELS).enumerate() {
        if (first_frame..first_frame + n_masked).contains(&frame_idx) {
            frame.fill(mean);
        } else {
            frame[first_mel..first_mel + n_mels].fill(mean);
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn ramp(n_frames: usize) -> Vec<f32> {
        (0..n_frames * N_MELS)
            .map(|idx| -60.0 + (idx % 37) as f32)
            .collect()
    }

    #[test]
    fn every_window_has_the_right_size_and_finite_decibels() {
        let mut rng = StdRng::seed_from_u64(3);
        for n_frames in [1, 2, 60, 126, 300] {
            for _ in 0..20 {
                let window = varied_window(&ramp(n_frames), &mut rng);
                assert_eq!(window.len(), N_FRAMES * N_MELS);
                assert!(window.iter().all(|db| db.is_finite() && *db >= FLOOR_DB));
            }
        }
    }

    #[test]
    fn a_short_clip_is_padded_with_silence() {
        let window = plain_window(&ramp(10));
        assert_eq!(window[..10 * N_MELS], ramp(10));
        assert!(window[10 * N_MELS..].iter().all(|&db| db == FLOOR_DB));
    }
}
