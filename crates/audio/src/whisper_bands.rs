//! Log-mel energies as Whisper's encoder reads them, of speech that stands at the end of 8 s of silence.
//!
//! Input   16 kHz mono, f32, shape `[n_samples]`, at most [`CONTEXT_SAMPLES`]
//! Output  f32, `[max(1, n_samples / 160), N_WHISPER_BANDS]`, row-major: `(log10(power) + 4) / 4`, where the power is
//!         at least 1e-10 and at most 80 dB below the largest
//! Framing 400 samples (25 ms), one frame every 160 (10 ms), periodic Hann, reflected, centred
//! Bands   triangles equally spaced on Slaney's mel scale, 0 to 8000 Hz, each of the same area
//! Level   that of the 8 s is brought to a variance of 1, so speech is the louder the shorter it is
//! Source  transformers.WhisperFeatureExtractor(chunk_length = 8), do_normalize = True; parity in tests/whisper
//! Invariant: gain changes nothing

use std::sync::{Arc, LazyLock};

use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex32};

use crate::{
    MelFilterBank,
    logarithm::log10_in_place,
    mel::slaney_corners_hz,
    spectrum::{hann_window_of, reflected},
};

/// Bands of a frame.
pub const N_WHISPER_BANDS: usize = 80;

/// Samples of the silence that speech stands at the end of: 8 s.
pub const CONTEXT_SAMPLES: usize = 128_000;

/// Samples from one frame to the next: 10 ms.
const HOP_LENGTH: usize = 160;

const N_FFT: usize = 400;
const N_BINS: usize = N_FFT / 2 + 1;

/// Least power.
const FLOOR: f32 = 1e-10;

/// What is further below the largest power than this, in powers of ten, is as good as silence.
const DYNAMIC_RANGE: f32 = 8.0;

/// Computes the bands; keeps plan, filter bank and buffers between calls.
#[derive(Clone)]
pub struct WhisperBands {
    fft: Arc<dyn RealToComplex<f32>>,
    filter_bank: MelFilterBank,
    window: Vec<f32>,
    frame: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
    power: Vec<f32>,
}

impl WhisperBands {
    /// The first call of the process plans the transform and computes the filter bank.
    pub fn new() -> Self {
        static PLANNED: LazyLock<WhisperBands> = LazyLock::new(|| {
            let fft = RealFftPlanner::new().plan_fft_forward(N_FFT);
            let corners_hz = slaney_corners_hz::<{ N_WHISPER_BANDS + 2 }>();
            WhisperBands {
                filter_bank: MelFilterBank::with_equal_areas(&corners_hz, N_BINS),
                window: hann_window_of(N_FFT),
                frame: fft.make_input_vec(),
                spectrum: fft.make_output_vec(),
                scratch: fft.make_scratch_vec(),
                power: vec![0.0; N_BINS],
                fft,
            }
        });
        PLANNED.clone()
    }

    /// Bands of the middle `n_read` samples of a window of speech, or of all where there are fewer.
    pub fn middle(&mut self, window: &[f32], n_read: usize) -> Vec<f32> {
        let n_around = window.len().saturating_sub(n_read);
        self.bands(&window[n_around / 2..window.len() - n_around.div_ceil(2)])
    }

    /// Bands of samples; see the module's head.
    pub fn bands(&mut self, samples: &[f32]) -> Vec<f32> {
        let n_frames = (samples.len() / HOP_LENGTH).max(1);
        let padded = padded(&normalised(samples));
        let mut bands = Vec::with_capacity(n_frames * N_WHISPER_BANDS);
        for samples in padded.windows(N_FFT).step_by(HOP_LENGTH).take(n_frames) {
            for ((slot, weight), sample) in self.frame.iter_mut().zip(&self.window).zip(samples) {
                *slot = sample * weight;
            }
            self.fft
                .process_with_scratch(&mut self.frame, &mut self.spectrum, &mut self.scratch)
                .expect("the buffers were made by this very plan");
            for (power, bin) in self.power.iter_mut().zip(&self.spectrum) {
                *power = bin.norm_sqr();
            }
            bands.extend(self.filter_bank.band_powers(&self.power));
        }
        to_logarithms(&mut bands);
        bands
    }
}

impl Default for WhisperBands {
    fn default() -> Self {
        Self::new()
    }
}

/// The samples as they stand at the end of 8 s with a mean of 0 and a variance of 1; silence stays as it is.
fn normalised(samples: &[f32]) -> Vec<f32> {
    let (mut sum, mut energy) = (0.0, 0.0);
    for sample in samples.iter().copied().map(f64::from) {
        sum += sample;
        energy += sample * sample;
    }
    let mean = sum / CONTEXT_SAMPLES as f64;
    let variance = energy / CONTEXT_SAMPLES as f64 - mean * mean;
    let gain = Some(variance.sqrt().recip()).filter(|gain| gain.is_finite());
    let gain = gain.unwrap_or(1.0);
    let normalise = |sample: &f32| ((f64::from(*sample) - mean) * gain) as f32;
    samples.iter().map(normalise).collect()
}

/// The samples with half a frame of their mirror image at either end.
fn padded(samples: &[f32]) -> Vec<f32> {
    let n_around = (N_FFT / 2) as isize;
    let n_samples = samples.len() as isize;
    let before = (-n_around..0).map(|position| reflected(samples, position));
    let behind = (n_samples..n_samples + n_around).map(|position| reflected(samples, position));
    before
        .chain(samples.iter().copied())
        .chain(behind)
        .collect()
}

fn to_logarithms(powers: &mut [f32]) {
    let largest = powers.iter().copied().fold(FLOOR, f32::max);
    let floor = FLOOR.max(largest * 10.0_f32.powf(-DYNAMIC_RANGE));
    powers
        .iter_mut()
        .for_each(|power| *power = power.max(floor));
    log10_in_place(powers);
    for band in powers {
        *band = *band / 4.0 + 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A gliding tone.
    fn samples(gain: f32, n_samples: usize) -> Vec<f32> {
        let sample = |n: usize| (n as f32 * 0.1 + (n as f32 * 0.01).sin()).sin();
        (0..n_samples).map(|n| gain * sample(n)).collect()
    }

    #[test]
    fn gain_changes_nothing() {
        let mut extractor = WhisperBands::new();
        let quiet = extractor.bands(&samples(0.001, 8000));
        let loud = extractor.bands(&samples(0.9, 8000));
        assert_eq!(quiet.len(), 50 * N_WHISPER_BANDS);
        for (quiet, loud) in quiet.iter().zip(loud) {
            assert!((quiet - loud).abs() < 1e-4, "{quiet}, {loud}");
        }
    }

    #[test]
    fn the_middle_of_a_window_is_read() {
        let samples = samples(0.5, 1003);
        let mut bands = WhisperBands::new();
        assert_eq!(bands.middle(&samples, 1000), bands.bands(&samples[1..1001]));
        assert_eq!(
            bands.middle(&samples[..500], 1000),
            bands.bands(&samples[..500])
        );
    }

    #[test]
    fn twice_the_length_is_half_the_power() {
        let mut extractor = WhisperBands::new();
        // A tone of whole periods a hop has the same spectrum in every frame; away from the ends.
        let mut loudest = |n_samples: usize| {
            let tone: Vec<f32> = (0..n_samples)
                .map(|n| (std::f32::consts::TAU * n as f32 / 16.0).sin())
                .collect();
            let frame = &extractor.bands(&tone)[10 * N_WHISPER_BANDS..][..N_WHISPER_BANDS];
            frame.iter().copied().fold(f32::MIN, f32::max)
        };
        let difference = loudest(8000) - loudest(16_000);
        assert!(
            (difference - 2.0_f32.log10() / 4.0).abs() < 1e-4,
            "{difference}"
        );
    }

    #[test]
    fn any_length_gives_finite_frames() {
        let mut extractor = WhisperBands::new();
        for n_samples in [0, 1, 159, 160, 401, 40_000] {
            for value in [0.0, 0.5, f32::MIN_POSITIVE, f32::MAX] {
                let bands = extractor.bands(&vec![value; n_samples]);
                assert_eq!(bands.len(), (n_samples / 160).max(1) * N_WHISPER_BANDS);
                assert!(
                    bands.iter().all(|band| band.is_finite()),
                    "{n_samples} of {value}"
                );
            }
        }
    }
}
