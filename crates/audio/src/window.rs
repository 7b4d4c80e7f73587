//! Cuts a waveform into the windows that the network hears.
//!
//! Input   `Waveform`, 16 kHz mono
//! Output  windows of 4 s (`WINDOW_SAMPLES`), one every 1 s (`WINDOW_HOP_SAMPLES`); the last one
//!         ends with the clip
//! Short   a clip of less than 4 s gives one window, padded with zeros at its end
//! Invariant: every sample is in a window, `end_s` never passes the clip's duration, an empty
//! waveform gives no window

use std::borrow::Cow;

use crate::{SAMPLE_RATE_HZ, Waveform, n_frames};

/// Samples of a window: 4 s.
pub const WINDOW_SAMPLES: usize = 4 * SAMPLE_RATE_HZ as usize;

/// Samples from one window's start to the next: 1 s.
pub const WINDOW_HOP_SAMPLES: usize = SAMPLE_RATE_HZ as usize;

/// Frames of a window's features.
pub const N_FRAMES: usize = n_frames(WINDOW_SAMPLES);

/// A part of a clip, as long as the network wants it.
#[derive(Clone, Debug, PartialEq)]
pub struct Window<'a> {
    /// Start in the clip, seconds.
    pub start_s: f32,
    /// End in the clip, seconds; padding not counted.
    pub end_s: f32,
    /// Shape `[WINDOW_SAMPLES]`.
    pub samples: Cow<'a, [f32]>,
}

/// Windows of a 16 kHz waveform, in time order.
pub fn windows(waveform: &Waveform) -> impl Iterator<Item = Window<'_>> {
    let n_samples = waveform.samples.len();
    let last_start = n_samples.saturating_sub(WINDOW_SAMPLES);
    (0..last_start)
        .step_by(WINDOW_HOP_SAMPLES)
        .chain((n_samples > 0).then_some(last_start))
        .map(move |start| {
            let end = n_samples.min(start + WINDOW_SAMPLES);
            let mut samples = Cow::Borrowed(&waveform.samples[start..end]);
            if samples.len() < WINDOW_SAMPLES {
                samples.to_mut().resize(WINDOW_SAMPLES, 0.0);
            }
            Window {
                start_s: start as f32 / SAMPLE_RATE_HZ as f32,
                end_s: end as f32 / SAMPLE_RATE_HZ as f32,
                samples,
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans_s(n_samples: usize) -> Vec<(f32, f32)> {
        let waveform = Waveform {
            samples: vec![0.25; n_samples],
            sample_rate_hz: SAMPLE_RATE_HZ,
        };
        windows(&waveform)
            .inspect(|window| assert_eq!(window.samples.len(), WINDOW_SAMPLES))
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
    fn a_short_clip_is_padded_at_its_end() {
        assert_eq!(spans_s(16_000), [(0.0, 1.0)]);
        let waveform = Waveform {
            samples: vec![0.25; 3],
            sample_rate_hz: SAMPLE_RATE_HZ,
        };
        let window = windows(&waveform).next().expect("one window");
        assert_eq!(window.samples[..5], [0.25, 0.25, 0.25, 0.0, 0.0]);
    }

    #[test]
    fn nothing_has_no_window() {
        assert_eq!(spans_s(0), []);
    }
}
