//! The stretches of a recording in which somebody speaks.

use std::ops::Range;

use audio::{Features, N_FRAMES};

/// Pauses up to this are inside of a stretch, frames: 0.1 s; behind a longer one somebody else may speak.
const MAX_GAP_FRAMES: usize = 3;

/// What sounds is speech so far from a vowel, frames: 0.5 s.
const MARGIN_FRAMES: usize = 16;

/// What is shorter is no stretch, frames: 0.16 s.
const MIN_FRAMES: usize = 5;

/// Frames of the stretches, ascending. Each window is judged by its own loudest sound, so that a quiet voice is heard
/// beside a loud one.
pub fn stretches(features: &Features) -> Vec<Range<usize>> {
    let n_frames = features.pitch.len();
    let mut is_spoken = vec![false; n_frames];
    for first in (0..n_frames).step_by(N_FRAMES / 2) {
        let window = first..n_frames.min(first + N_FRAMES);
        let speech = features.slice(window).speech();
        if speech.is_spoken() {
            speech
                .frames_within(MARGIN_FRAMES)
                .for_each(|frame| is_spoken[first + frame] = true);
        }
    }
    let spoken = (0..n_frames).filter(|&frame| is_spoken[frame]);
    let mut stretches = audio::stretches(spoken, MAX_GAP_FRAMES);
    stretches.retain(|stretch| stretch.len() >= MIN_FRAMES);
    stretches
}
