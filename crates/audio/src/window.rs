//! Cuts the speech of a clip into the windows that the network hears.
//!
//! Input   a span of frames
//! Output  windows of 4 s (`N_FRAMES`), one about every 1 s (`WINDOW_HOP_SAMPLES`); the last one ends
//!         with the span; a span of less than 4 s is one window
//! Invariant: every frame is in a window, no window passes the span, an empty span has no window

use std::ops::Range;

use crate::{HOP_LENGTH, SAMPLE_RATE_HZ, n_frames};

/// Samples of a window: 4 s.
pub const WINDOW_SAMPLES: usize = 4 * SAMPLE_RATE_HZ as usize;

/// Samples from one window's start to the next: 1 s.
pub const WINDOW_HOP_SAMPLES: usize = SAMPLE_RATE_HZ as usize;

/// Frames of a whole window's features.
pub const N_FRAMES: usize = n_frames(WINDOW_SAMPLES);

/// Windows of a span of frames, in time order.
pub fn windows(span: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let Range { start, end } = span;
    let last_start = end.saturating_sub(N_FRAMES).max(start);
    let frame_at = |samples: usize| (samples + HOP_LENGTH / 2) / HOP_LENGTH;
    (0..)
        .map(move |window_idx| start + frame_at(window_idx * WINDOW_HOP_SAMPLES))
        .take_while(move |&first| first < last_start)
        .chain((start < end).then_some(last_start))
        .map(move |first| first..end.min(first + N_FRAMES))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First frame of each window and the one after its last.
    fn found(span: Range<usize>) -> Vec<(usize, usize)> {
        windows(span)
            .map(|window| (window.start, window.end))
            .collect()
    }

    #[test]
    fn the_last_window_ends_with_the_span() {
        assert_eq!(found(0..126), [(0, 126)]);
        assert_eq!(found(0..141), [(0, 126), (15, 141)]);
        assert_eq!(found(10..200), [(10, 136), (41, 167), (73, 199), (74, 200)]);
    }

    #[test]
    fn every_frame_is_in_a_window() {
        for n_frames in 1..1000 {
            let mut covered = 7;
            for window in windows(7..7 + n_frames) {
                assert!(window.start <= covered, "{n_frames}");
                assert!(window.len() <= N_FRAMES);
                covered = window.end;
            }
            assert_eq!(covered, 7 + n_frames);
        }
    }

    #[test]
    fn a_short_span_is_one_window_and_an_empty_one_none() {
        assert_eq!(found(3..35), [(3, 35)]);
        assert_eq!(found(0..0), []);
        assert_eq!(found(4..4), []);
    }
}
