//! Power spectrum of a waveform, frame by frame.
//!
//! Input   16 kHz mono, f32 in [-1, 1], shape `[n_samples]`
//! Output  power, f32, `[n_frames, N_BINS]`, unit: amplitude squared
//! Framing `N_FFT` 1024 (64 ms), `HOP_LENGTH` 512 (32 ms), periodic Hann, reflect padding, centred
//! Source  torchaudio.transforms.Spectrogram(power = 2); parity in tests/parity
//! Precision f64 inside: in f32 the rounding floor under a pure tone moves the logits by over 1e-3
//! Invariant: `n_frames == 1 + n_samples / HOP_LENGTH`

use std::{f64::consts::TAU, sync::Arc};

use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex64};

/// Samples of a frame.
pub const N_FFT: usize = 1024;

/// Samples from one frame to the next.
pub const HOP_LENGTH: usize = 512;

/// Frequency bins of a frame, 0 to 8000 Hz.
pub const N_BINS: usize = N_FFT / 2 + 1;

/// Frames of `n_samples` samples.
pub const fn n_frames(n_samples: usize) -> usize {
    1 + n_samples / HOP_LENGTH
}

/// Periodic Hann window, shape `[N_FFT]`.
pub fn hann_window() -> Vec<f32> {
    hann_window_of(N_FFT)
}

/// The same of another length, shape `[n_fft]`.
pub(crate) fn hann_window_of(n_fft: usize) -> Vec<f32> {
    (0..n_fft)
        .map(|n| (0.5 - 0.5 * (TAU * n as f64 / n_fft as f64).cos()) as f32)
        .collect()
}

/// The transform with its plan, window and buffers; clones share the plan.
#[derive(Clone)]
pub struct PowerSpectrum {
    fft: Arc<dyn RealToComplex<f64>>,
    window: Vec<f64>,
    frame: Vec<f64>,
    spectrum: Vec<Complex64>,
    scratch: Vec<Complex64>,
    power: Vec<f32>,
}

impl PowerSpectrum {
    /// Plans the transform.
    pub fn new() -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(N_FFT);
        Self {
            window: hann_window().into_iter().map(f64::from).collect(),
            frame: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            power: vec![0.0; N_BINS],
            fft,
        }
    }

    /// Power of the frame centred on sample `frame_idx * HOP_LENGTH`, shape `[N_BINS]`.
    pub fn frame_power(&mut self, samples: &[f32], frame_idx: usize) -> &[f32] {
        let start = (frame_idx * HOP_LENGTH) as isize - (N_FFT / 2) as isize;
        let inside = usize::try_from(start)
            .ok()
            .and_then(|start| samples.get(start..start + N_FFT));
        let slots = self.frame.iter_mut().zip(&self.window);
        match inside {
            Some(inside) => {
                for ((slot, weight), &sample) in slots.zip(inside) {
                    *slot = f64::from(sample) * weight;
                }
            }
            None => {
                for ((slot, weight), position) in slots.zip(start..) {
                    *slot = f64::from(reflected(samples, position)) * weight;
                }
            }
        }
        self.fft
            .process_with_scratch(&mut self.frame, &mut self.spectrum, &mut self.scratch)
            .expect("the buffers were made by this very plan");
        for (power, bin) in self.power.iter_mut().zip(&self.spectrum) {
            *power = bin.norm_sqr() as f32;
        }
        &self.power
    }
}

impl Default for PowerSpectrum {
    fn default() -> Self {
        Self::new()
    }
}

/// The sample at `position`, mirrored at both ends as often as needed; 0 where there is none.
pub(crate) fn reflected(samples: &[f32], position: isize) -> f32 {
    let last = samples.len() as isize - 1;
    if last <= 0 {
        return samples.first().copied().unwrap_or(0.0);
    }
    let folded = position.rem_euclid(2 * last);
    samples[folded.min(2 * last - folded) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reflection_does_not_repeat_the_edge() {
        let samples = [0.0, 1.0, 2.0, 3.0];
        let around: Vec<f32> = (-4..8).map(|at| reflected(&samples, at)).collect();
        assert_eq!(
            around,
            [2.0, 3.0, 2.0, 1.0, 0.0, 1.0, 2.0, 3.0, 2.0, 1.0, 0.0, 1.0]
        );
        assert_eq!(reflected(&[], 5), 0.0);
        assert_eq!(reflected(&[0.5], -7), 0.5);
    }

    #[test]
    fn a_sine_on_a_bin_has_the_power_of_its_window() {
        let bin = 64;
        let samples: Vec<f32> = (0..4 * N_FFT)
            .map(|n| (TAU * (bin * n) as f64 / N_FFT as f64).sin() as f32)
            .collect();
        let mut spectrum = PowerSpectrum::new();
        let power = spectrum.frame_power(&samples, 4);
        // Half the amplitude times the window's sum, N_FFT / 2, squared.
        let expected = (0.5 * N_FFT as f32 / 2.0).powi(2);
        assert!((power[bin] / expected - 1.0).abs() < 1e-4);
        assert!(power[bin + 4] < expected * 1e-8);
    }
}
