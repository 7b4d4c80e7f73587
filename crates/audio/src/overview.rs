//! A clip in a few hundred columns, for pictures.
//!
//! Input   16 kHz mono, `[n_samples]`
//! Output  [`Overview`]: lowest and highest sample, and log-mel energies, of every column
//! Invariant: at most [`MAX_COLUMNS`] columns of the same length, and at most [`MAX_FRAMES`] transforms, however long
//! the clip is

use crate::{FLOOR_DB, HOP_LENGTH, MelFilterBank, N_MELS, PowerSpectrum, Samples, n_frames};

/// Columns of the picture of a clip of 12.8 s or more; a shorter one has one per frame.
pub const MAX_COLUMNS: usize = 400;

/// Frames that are looked at: every one of a clip of 51 s, and of longer ones evenly spaced.
pub const MAX_FRAMES: usize = 4 * MAX_COLUMNS;

/// What a clip looks like.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// Lowest and highest sample of each column, `[n_columns]`.
    pub envelope: Vec<(f32, f32)>,
    /// Loudest energy of each column in each mel band, dB, `[n_columns, N_MELS]`.
    pub log_mel: Vec<[f32; N_MELS]>,
}

impl Overview {
    /// Looks at a clip.
    pub fn of(samples: &Samples) -> Self {
        let n_frames = n_frames(samples.len());
        let n_columns = n_frames.min(MAX_COLUMNS);
        let step = n_frames.div_ceil(MAX_FRAMES);
        let mut spectrum = PowerSpectrum::new();
        let filter_bank = MelFilterBank::new();
        let mut log_mel = vec![[FLOOR_DB; N_MELS]; n_columns];
        for frame_idx in (0..n_frames).step_by(step) {
            let column = &mut log_mel[frame_idx * n_columns / n_frames];
            // A frame reaches to the middles of its neighbours.
            let first = frame_idx.saturating_sub(1);
            let end = samples.len().min((frame_idx + 1) * HOP_LENGTH);
            let around = samples.range(first * HOP_LENGTH..end);
            let power = spectrum.frame_power(&around, frame_idx - first);
            for (db, power) in column.iter_mut().zip(filter_bank.band_powers(power)) {
                *db = db.max(10.0 * power.log10());
            }
        }
        let envelope = (0..n_columns).map(|column| {
            let at = |column: usize| column * samples.len() / n_columns;
            let inside = samples.range(at(column)..at(column + 1)).into_iter();
            inside.fold((0.0_f32, 0.0_f32), |(low, high), sample| {
                (low.min(sample), high.max(sample))
            })
        });
        Self {
            envelope: envelope.collect(),
            log_mel,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_bounded_however_long_the_clip_is() {
        for n_samples in [0, 1, 512, 64_000, 16_000 * 600] {
            let overview = Overview::of(&vec![0.1; n_samples][..].into());
            assert_eq!(
                overview.envelope.len(),
                n_frames(n_samples).min(MAX_COLUMNS)
            );
            assert_eq!(overview.log_mel.len(), overview.envelope.len());
        }
    }

    #[test]
    fn a_click_is_where_it_was() {
        let mut samples = vec![0.0; 16_000 * 60];
        samples[16_000 * 30] = 0.5;
        samples[16_000 * 30 + 1] = -0.25;
        let overview = Overview::of(&samples[..].into());
        let (low, high) = overview.envelope[200];
        assert!((low + 0.25).abs() < 1e-4 && (high - 0.5).abs() < 1e-4);
        assert!(
            overview.envelope[..200]
                .iter()
                .all(|&range| range == (0.0, 0.0))
        );
    }

    #[test]
    fn a_tone_is_in_its_band() {
        // 1 kHz is 1000 mel; the 40 bands are 69.3 mel apart.
        let samples: Vec<f32> = (0..64_000)
            .map(|n| (n as f32 * std::f32::consts::TAU / 16.0).sin())
            .collect();
        for column in Overview::of(&samples[..].into()).log_mel {
            let loudest = (0..N_MELS).max_by(|&a, &b| column[a].total_cmp(&column[b]));
            assert!(loudest.is_some_and(|band| (13..=14).contains(&band)));
        }
    }
}
