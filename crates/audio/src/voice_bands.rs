//! Power in mel bands of short frames, at one level: what a speaker encoder was trained to read.
//!
//! Input   16 kHz mono, f32, shape `[n_samples]`
//! Output  power, f32, `[n_frames, N_MELS]`; its mean is [`LEVEL`], or 0 where all is silent
//! Framing 400 samples (25 ms), one frame every 20 ms or every 10, periodic Hann, zeros around, centred
//! Bands   triangles equally spaced on Slaney's mel scale (linear below 1 kHz, logarithmic above), each
//!         of the same area
//! Source  librosa.feature.melspectrogram(n_fft = 400, n_mels = 40), as Resemblyzer 0.1.4 calls it; that
//!         has a frame every 10 ms, which is twice the work: it hears no more emotion (docs/evaluation.md), but tells
//!         voices apart
//! Invariant: gain changes nothing

use std::sync::{Arc, LazyLock};

use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex32};

use crate::{MelFilterBank, N_MELS, mel::slaney_corners_hz, spectrum::hann_window_of};

const N_FFT: usize = 400;
const N_BINS: usize = N_FFT / 2 + 1;

/// What is read of a window, samples: 2.5 s. More costs time and tells nothing (docs/evaluation.md).
const N_READ: usize = 40_000;

/// Mean power of speech at -30 dBFS, the level of the encoder's training, measured on BanglaSER.
const LEVEL: f32 = 0.009_34;

/// Computes the bands; keeps plan, filter bank and buffers between calls.
#[derive(Clone)]
pub struct VoiceBands {
    hop_length: usize,
    fft: Arc<dyn RealToComplex<f32>>,
    filter_bank: MelFilterBank,
    window: Vec<f32>,
    frame: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl VoiceBands {
    /// A frame every 20 ms. The first call of the process plans the transform and computes the filter bank.
    pub fn new() -> Self {
        static PLANNED: LazyLock<VoiceBands> = LazyLock::new(|| {
            let fft = RealFftPlanner::new().plan_fft_forward(N_FFT);
            VoiceBands {
                hop_length: 320,
                filter_bank: MelFilterBank::with_equal_areas(
                    &slaney_corners_hz::<{ N_MELS + 2 }>(),
                    N_BINS,
                ),
                window: hann_window_of(N_FFT),
                frame: fft.make_input_vec(),
                spectrum: fft.make_output_vec(),
                scratch: fft.make_scratch_vec(),
                fft,
            }
        });
        PLANNED.clone()
    }

    /// A frame every 10 ms, as in the encoder's training.
    pub fn fine() -> Self {
        Self {
            hop_length: 160,
            ..Self::new()
        }
    }

    /// Bands of the middle 2.5 s of a window of speech.
    pub fn middle(&mut self, window: &[f32]) -> Vec<f32> {
        let n_around = window.len().saturating_sub(N_READ);
        self.bands(&window[n_around / 2..window.len() - n_around.div_ceil(2)])
    }

    /// Bands of samples; see the module's head. `1 + n_samples / hop_length` frames, row-major.
    pub fn bands(&mut self, samples: &[f32]) -> Vec<f32> {
        let n_frames = 1 + samples.len() / self.hop_length;
        let mut bands = Vec::with_capacity(n_frames * N_MELS);
        let mut power = vec![0.0; N_BINS];
        let around = [0.0; N_FFT / 2];
        let padded = [&around, samples, &around].concat();
        for samples in padded.windows(N_FFT).step_by(self.hop_length) {
            for ((slot, weight), sample) in self.frame.iter_mut().zip(&self.window).zip(samples) {
                *slot = sample * weight;
            }
            self.fft
                .process_with_scratch(&mut self.frame, &mut self.spectrum, &mut self.scratch)
                .expect("the buffers were made by this very plan");
            for (power, bin) in power.iter_mut().zip(&self.spectrum) {
                *power = bin.norm_sqr();
            }
            bands.extend(self.filter_bank.band_powers(&power));
        }
        let mean = bands.iter().sum::<f32>() / bands.len() as f32;
        if mean > 0.0 {
            bands.iter_mut().for_each(|power| *power *= LEVEL / mean);
        }
        bands
    }
}

impl Default for VoiceBands {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_a_window_is_read() {
        let samples: Vec<f32> = (0..N_READ + 3).map(|n| (n as f32).sin()).collect();
        let mut bands = VoiceBands::new();
        assert_eq!(bands.middle(&samples), bands.bands(&samples[1..=N_READ]));
        assert_eq!(bands.middle(&samples[..5]), bands.bands(&samples[..5]));
    }

    /// A gliding tone.
    fn samples(gain: f32) -> Vec<f32> {
        let sample = |n: usize| (n as f32 * 0.1 + (n as f32 * 0.01).sin()).sin();
        (0..8000).map(|n| gain * sample(n)).collect()
    }

    #[test]
    fn gain_changes_nothing() {
        let mut extractor = VoiceBands::new();
        let (quiet, loud) = (
            extractor.bands(&samples(0.01)),
            extractor.bands(&samples(0.5)),
        );
        assert_eq!(quiet.len(), 26 * N_MELS);
        for (quiet, loud) in quiet.iter().zip(loud) {
            assert!((quiet - loud).abs() <= 1e-5 + 1e-3 * loud);
        }
    }

    #[test]
    fn any_length_gives_finite_frames() {
        let mut extractor = VoiceBands::new();
        for n_samples in [0, 1, 319, 320, 401] {
            for value in [0.0, 0.5] {
                let bands = extractor.bands(&vec![value; n_samples]);
                assert_eq!(bands.len(), (1 + n_samples / 320) * N_MELS);
                assert!(bands.iter().all(|power| power.is_finite()));
                let fine = VoiceBands::fine().bands(&vec![value; n_samples]);
                assert_eq!(fine.len(), (1 + n_samples / 160) * N_MELS);
            }
        }
    }
}
