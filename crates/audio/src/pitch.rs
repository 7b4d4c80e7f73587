//! Pitch of a frame: how periodic it is, and at which frequency.
//!
//! Input   power of a Hann-windowed frame, f32, `[N_BINS]`
//! Output  [`Pitch`]: voicing, `[0, 1]`, and fundamental frequency, Hz
//! Source  Boersma 1993, "Accurate short-term analysis of the fundamental frequency": the frame's
//!         autocorrelation, here the transform of its power, divided by that of the window
//! Invariant: gain changes nothing; every value is finite if the power is

use std::sync::Arc;

use realfft::{ComplexToReal, RealFftPlanner, num_complex::Complex32};

use crate::{N_BINS, N_FFT, PowerSpectrum, SAMPLE_RATE_HZ};

/// Range of the fundamental frequency, Hz: a deep voice to a shout.
const LOWEST_HZ: u32 = 70;
const HIGHEST_HZ: u32 = 500;

/// Shortest and longest period, samples.
const SHORTEST: usize = (SAMPLE_RATE_HZ / HIGHEST_HZ) as usize;
const LONGEST: usize = (SAMPLE_RATE_HZ / LOWEST_HZ) as usize;

/// Bins below 47 Hz hold hum and rumble, no voice.
const FIRST_BIN: usize = 3;

/// What a period loses against one of half its length, so that twice the true period does not win
/// ("octave cost").
const OCTAVE_COST: f32 = 0.03;

/// Keeps the quotient small where the window's own autocorrelation vanishes.
const WINDOW_FLOOR: f32 = 1e-3;

/// Pitch of one frame.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pitch {
    /// Normalised autocorrelation at the period: near 1 for a steady vowel, below 0.4 for noise.
    pub voicing: f32,
    /// Fundamental frequency, Hz, if the frame is voiced.
    pub frequency_hz: f32,
}

/// Periods that are compared.
const N_LAGS: usize = LONGEST - SHORTEST + 1;

/// The inverse transform with its plan, buffers and the window's autocorrelation; clones share the plan.
#[derive(Clone)]
pub struct PitchTracker {
    inverse_fft: Arc<dyn ComplexToReal<f32>>,
    spectrum: Vec<Complex32>,
    autocorrelation: Vec<f32>,
    scratch: Vec<Complex32>,
    /// `1 / ` the window's normalised autocorrelation, `[LONGEST + 2]`.
    window_gain: Vec<f32>,
    /// What each period's score loses, from `SHORTEST` on.
    costs: [f32; N_LAGS],
}

impl PitchTracker {
    /// Plans the transform; `spectrum` is the one whose frames will be heard.
    pub fn new(spectrum: &mut PowerSpectrum) -> Self {
        let inverse_fft = RealFftPlanner::new().plan_fft_inverse(N_FFT);
        let mut tracker = Self {
            spectrum: inverse_fft.make_input_vec(),
            autocorrelation: inverse_fft.make_output_vec(),
            scratch: inverse_fft.make_scratch_vec(),
            window_gain: Vec::new(),
            costs: std::array::from_fn(|idx| {
                OCTAVE_COST * ((SHORTEST + idx) as f32 / SHORTEST as f32).log2()
            }),
            inverse_fft,
        };
        // The frame that is the window: what a constant signal gives.
        tracker.correlate(spectrum.frame_power(&[1.0; 3 * N_FFT], 3), 0);
        let at_zero = tracker.autocorrelation[0];
        tracker.window_gain = tracker.autocorrelation[..LONGEST + 2]
            .iter()
            .map(|value| 1.0 / (value / at_zero + WINDOW_FLOOR))
            .collect();
        tracker
    }

    /// Pitch of a frame; `power` has shape `[N_BINS]`.
    pub fn pitch(&mut self, power: &[f32]) -> Pitch {
        self.correlate(power, FIRST_BIN);
        let energy = self.autocorrelation[0];
        if energy <= 0.0 {
            return Pitch::default();
        }
        let periodicity = |lag: usize| self.autocorrelation[lag] / energy * self.window_gain[lag];
        let mut scores = [0.0; N_LAGS];
        let lags = self.autocorrelation[SHORTEST..].iter();
        let lags = lags.zip(&self.window_gain[SHORTEST..]).zip(&self.costs);
        for (score, ((value, gain), cost)) in scores.iter_mut().zip(lags) {
            *score = value / energy * gain - cost;
        }
        let best_lag = SHORTEST + first_of_the_highest(&scores);
        let [before, here, after] = [best_lag - 1, best_lag, best_lag + 1].map(periodicity);
        Pitch {
            voicing: here.clamp(0.0, 1.0),
            frequency_hz: SAMPLE_RATE_HZ as f32 / (best_lag as f32 + vertex(before, here, after)),
        }
    }

    /// Autocorrelation of the frame with this power, from `first_bin` on.
    fn correlate(&mut self, power: &[f32], first_bin: usize) {
        let bins = power.iter().zip(&mut self.spectrum).enumerate();
        for (bin, (&power, slot)) in bins {
            *slot = Complex32::new(if bin < first_bin { 0.0 } else { power }, 0.0);
        }
        debug_assert_eq!(power.len(), N_BINS);
        self.inverse_fft
            .process_with_scratch(
                &mut self.spectrum,
                &mut self.autocorrelation,
                &mut self.scratch,
            )
            .expect("the buffers were made by this very plan");
    }
}

/// Index of the highest score; of the first one where several are as high.
fn first_of_the_highest(scores: &[f32]) -> usize {
    let (chunks, rest) = scores.as_chunks::<8>();
    let mut highest = [f32::NEG_INFINITY; 8];
    for chunk in chunks {
        for (highest, score) in highest.iter_mut().zip(chunk) {
            *highest = f32::max(*highest, *score);
        }
    }
    let highest = highest
        .iter()
        .chain(rest)
        .copied()
        .fold(f32::NEG_INFINITY, f32::max);
    scores
        .iter()
        .position(|&score| score == highest)
        .unwrap_or(0)
}

/// Where the parabola through three neighbouring values has its top, `[-0.5, 0.5]` from the middle.
fn vertex(before: f32, here: f32, after: f32) -> f32 {
    let curvature = before - 2.0 * here + after;
    if curvature < 0.0 {
        (0.5 * (before - after) / curvature).clamp(-0.5, 0.5)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Middle frame of a signal.
    fn pitch_of(sample: impl Fn(f32) -> f32) -> Pitch {
        let samples: Vec<f32> = (0..4 * N_FFT)
            .map(|n| sample(n as f32 / SAMPLE_RATE_HZ as f32))
            .collect();
        let mut spectrum = PowerSpectrum::new();
        PitchTracker::new(&mut spectrum).pitch(spectrum.frame_power(&samples, 4))
    }

    /// Pulses with a falling spectrum, as the vocal folds give them.
    fn voice(frequency_hz: f32, t: f32) -> f32 {
        (1..=20)
            .map(|harmonic| {
                let harmonic = harmonic as f32;
                (std::f32::consts::TAU * frequency_hz * harmonic * t).sin() / harmonic
            })
            .sum()
    }

    #[test]
    fn a_voice_has_its_fundamental() {
        for frequency_hz in [82.0, 120.0, 215.0, 333.0, 470.0] {
            let pitch = pitch_of(|t| voice(frequency_hz, t));
            assert!(pitch.voicing > 0.9, "{pitch:?}");
            let error = pitch.frequency_hz / frequency_hz - 1.0;
            assert!(error.abs() < 0.01, "{frequency_hz} Hz: {pitch:?}");
        }
    }

    #[test]
    fn gain_changes_nothing() {
        let loud = pitch_of(|t| voice(150.0, t));
        let quiet = pitch_of(|t| 1e-3 * voice(150.0, t));
        assert!((loud.voicing - quiet.voicing).abs() < 1e-4);
        assert!((loud.frequency_hz - quiet.frequency_hz).abs() < 0.01);
    }

    #[test]
    fn noise_is_hardly_voiced_and_silence_not_at_all() {
        let mut state = 1_u32;
        let noise: Vec<f32> = (0..4 * N_FFT)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state as f32 / u32::MAX as f32 - 0.5
            })
            .collect();
        let mut spectrum = PowerSpectrum::new();
        let mut tracker = PitchTracker::new(&mut spectrum);
        for frame_idx in 1..7 {
            let pitch = tracker.pitch(spectrum.frame_power(&noise, frame_idx));
            assert!(pitch.voicing < 0.4, "{pitch:?}");
        }
        assert_eq!(pitch_of(|_| 0.0), Pitch::default());
    }
}
