//! Cuts a clip into the windows that the network hears.
//!
//! Input   number of 16 kHz samples
//! Output  windows of 4 s (`WINDOW_SAMPLES`), one every 1 s (`WINDOW_HOP_SAMPLES`); the last one
//!         ends with the clip; a clip of less than 4 s is one window
//! Invariant: every sample is in a window, `end_s` never passes the clip's duration, an empty clip
//! has no window

use std::ops::Range;

use crate::{HOP_LENGTH, SAMPLE_RATE_HZ, n_frames};

/// Samples of a window: 4 s.
pub const WINDOW_SAMPLES: usize = 4 * SAMPLE_RATE_HZ as usize;

/// Samples from one window's start to the next: 1 s.
pub const WINDOW_HOP_SAMPLES: usize = SAMPLE_RATE_HZ as usize;

/// Frames of a whole window's features.
pub const N_FRAMES: usize = n_frames(WINDOW_SAMPLES);

/// A part of a clip.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// Start in the clip, seconds.
    pub start_s: f32,
    /// End in the clip, seconds.
    pub end_s: f32,
    /// The clip's frames in it: `N_FRAMES`, fewer in a shorter clip.
    pub frames: Range<usize>,
}

/// Windows of a clip, in time order.
pub fn windows(n_samples: usize) -> impl Iterator<Item = Window> {
    let last_start = n_samples.saturating_sub(WINDOW_SAMPLES);
    (0..last_start)
        .step_by(WINDOW_HOP_SAMPLES)
        .chain((n_samples > 0).then_some(last_start))
        .map(move |start| {
            let end = n_samples.min(start + WINDOW_SAMPLES);
            let first_frame = (start + HOP_LENGTH / 2) / HOP_LENGTH;
            Window {
                start_s: start as f32 / SAMPLE_RATE_HZ as f32,
                end_s: end as f32 / SAMPLE_RATE_HZ as f32,
                frames: first_frame..n_frames(n_samples).min(first_frame + N_FRAMES),
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans_s(n_samples: usize) -> Vec<(f32, f32)> {
        windows(n_samples)
            .map(|window| (window.start_s, window.end_s))
            .collect()
    }

    #[test]
    fn the_last_window_ends_with_the_clip() {
        assert_eq!(spans_s(64_000), [(0.0, 4.0)]);
        assert_eq!(spans_s(72_000), [(0.0, 4.0), (0.5, 4.5)]);
        assert_eq!(spans_s(96_000), [(0.0, 4.0), (1.0, 5.0), (2.0, 6.0)]);
    }

    #[test]
    fn every_frame_is_in_a_window() {
        for n_samples in (1..200_000).step_by(317) {
            let mut covered = 0;
            for window in windows(n_samples) {
                assert!(window.frames.start <= covered, "{n_samples}");
                assert!(window.frames.len() <= N_FRAMES);
                covered = window.frames.end;
            }
            assert_eq!(covered, n_frames(n_samples), "{n_samples}");
        }
    }

    #[test]
    fn a_short_clip_is_one_window_and_nothing_is_none() {
        assert_eq!(spans_s(16_000), [(0.0, 1.0)]);
        assert_eq!(
            windows(16_000).next().map(|window| window.frames),
            Some(0..32)
        );
        assert_eq!(spans_s(0), []);
    }
}
