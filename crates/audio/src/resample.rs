//! Changes the sample rate of a waveform to 16 kHz.
//!
//! Input   `Waveform`, any rate
//! Output  `Waveform`, 16 kHz, `ceil(16000 * n_samples / rate)` samples, not shifted in time
//! Filter  windowed sinc, Hann, six zero crossings to either side, cut-off at 0.99 of the lower
//!         Nyquist frequency
//! Source  torchaudio.transforms.Resample with its defaults, computed by rubato; how far the two
//!         are apart is measured in tests/parity and docs/decisions/0003-resampler.md
//! Invariant: kernel and time are bounded by the rate, not by its divisors (44,099 Hz is as cheap
//! as 44,100 Hz)

use rubato::{
    Async, FixedAsync, Resampler, SincInterpolationParameters, SincInterpolationType,
    WindowFunction, audioadapter_buffers::direct::SequentialSlice,
};

use crate::{SAMPLE_RATE_HZ, Waveform};

/// Cut-off relative to the lower of the two Nyquist frequencies.
const ROLLOFF: f64 = 0.99;

/// Zero crossings of the sinc on either side of its peak.
const ZERO_CROSSINGS: f64 = 6.0;

/// Input samples become as many, the others zeros: rubato rounds a kernel to a multiple of 8
/// samples, and on this finer grid the rounding is at most a few per cent. At 8 kHz the kernel
/// would otherwise be a third too long, and differ from torchaudio's by 13 dB in the upper bands.
const UPSAMPLING: usize = 4;

/// Kernels between two samples of the finer grid; positions between them are interpolated.
const OVERSAMPLING: usize = 256;

/// Samples of the finer grid per call of the resampler.
const CHUNK_SAMPLES: usize = 4096;

/// Changes the rate to [`SAMPLE_RATE_HZ`]; a waveform that has it already is returned as it is.
pub fn resample(waveform: Waveform) -> Waveform {
    let samples = if waveform.sample_rate_hz == SAMPLE_RATE_HZ || waveform.samples.is_empty() {
        waveform.samples
    } else {
        to_16_khz(&waveform.samples, waveform.sample_rate_hz as usize)
    };
    Waveform {
        samples,
        sample_rate_hz: SAMPLE_RATE_HZ,
    }
}

fn to_16_khz(samples: &[f32], rate_hz: usize) -> Vec<f32> {
    let target_hz = SAMPLE_RATE_HZ as usize;
    let fine_hz = rate_hz * UPSAMPLING;
    let kernel_len = kernel_len(rate_hz);

    // rubato's first output lies half a kernel, less one output step, before the first input. Zeros
    // in front put it a whole number of output steps before, and these are dropped.
    let period = fine_hz / gcd(fine_hz, target_hz);
    let half_kernel = kernel_len / 2;
    let n_leading = period - half_kernel % period;
    let n_dropped = (half_kernel + n_leading) * target_hz / fine_hz - 1;
    let fine_sample = |position: usize| {
        let offset = position.checked_sub(n_leading)?;
        let sample = samples.get(offset / UPSAMPLING)?;
        (offset % UPSAMPLING == 0).then_some(sample * UPSAMPLING as f32)
    };

    let mut resampler = resampler(rate_hz, kernel_len);
    let n_total = n_dropped + (samples.len() * target_hz).div_ceil(rate_hz);
    let mut resampled = Vec::with_capacity(n_total + CHUNK_SAMPLES * target_hz / fine_hz + 1);
    let mut chunk = [0.0; CHUNK_SAMPLES];
    for start in (0..).step_by(CHUNK_SAMPLES) {
        if resampled.len() >= n_total {
            break;
        }
        for (position, slot) in (start..).zip(&mut chunk) {
            *slot = fine_sample(position).unwrap_or(0.0);
        }
        let input = SequentialSlice::new(&chunk, 1, CHUNK_SAMPLES).expect("one channel");
        let output = resampler
            .process(&input, None)
            .expect("a chunk as asked for");
        resampled.extend(output.take_data());
    }
    resampled.truncate(n_total);
    resampled.drain(..n_dropped);
    resampled
}

fn resampler(rate_hz: usize, kernel_len: usize) -> Async<f32> {
    let ratio = f64::from(SAMPLE_RATE_HZ) / (rate_hz * UPSAMPLING) as f64;
    let cutoff = ROLLOFF * lower_rate_ratio(rate_hz) / UPSAMPLING as f64;
    let parameters = SincInterpolationParameters {
        sinc_len: kernel_len,
        // rubato multiplies by the ratio when it goes down.
        f_cutoff: Some((cutoff / ratio.min(1.0)) as f32),
        oversampling_factor: OVERSAMPLING,
        interpolation: SincInterpolationType::Linear,
        window: WindowFunction::Hann,
    };
    Async::new_sinc(ratio, 1.0, &parameters, CHUNK_SAMPLES, 1, FixedAsync::Input)
        .expect("ratio and sizes are positive")
}

/// Samples of the finer grid that an output sample is made of; a multiple of 8.
fn kernel_len(rate_hz: usize) -> usize {
    let exact = 2.0 * ZERO_CROSSINGS / (ROLLOFF * lower_rate_ratio(rate_hz));
    ((exact * UPSAMPLING as f64 / 8.0).round() as usize) * 8
}

/// The lower of the two rates, relative to the input's.
fn lower_rate_ratio(rate_hz: usize) -> f64 {
    (f64::from(SAMPLE_RATE_HZ) / rate_hz as f64).min(1.0)
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(frequency_hz: f64, sample_rate_hz: u32, n_samples: usize) -> Vec<f32> {
        let step = std::f64::consts::TAU * frequency_hz / f64::from(sample_rate_hz);
        (0..n_samples)
            .map(|n| (step * n as f64).sin() as f32)
            .collect()
    }

    #[test]
    fn a_sine_stays_the_same_sine_in_place() {
        for rate_hz in [8_000, 11_025, 22_050, 44_099, 44_100, 48_000, 192_000] {
            let resampled = resample(Waveform {
                samples: sine(1_000.0, rate_hz, rate_hz as usize / 4),
                sample_rate_hz: rate_hz,
            });
            let expected = sine(1_000.0, SAMPLE_RATE_HZ, resampled.samples.len());
            // Away from the ends, where the kernel reaches into the silence around the clip.
            let inside = 100..expected.len() - 100;
            for (ours, expected) in resampled.samples[inside.clone()]
                .iter()
                .zip(&expected[inside])
            {
                assert!(
                    (ours - expected).abs() < 3e-3,
                    "{rate_hz} Hz: {ours}, {expected}"
                );
            }
        }
    }

    #[test]
    fn frequencies_that_16_khz_cannot_hold_are_removed() {
        let resampled = resample(Waveform {
            samples: sine(12_000.0, 48_000, 48_000),
            sample_rate_hz: 48_000,
        });
        // The ends are steps, and steps have every frequency.
        let inside = Waveform {
            samples: resampled.samples[100..15_900].to_vec(),
            ..resampled
        };
        assert!(inside.peak_dbfs() < -50.0, "{} dBFS", inside.peak_dbfs());
    }

    #[test]
    fn the_length_is_rounded_up() {
        for (rate_hz, n_samples, expected) in [
            (48_000, 1, 1),
            (48_000, 3, 1),
            (48_000, 4, 2),
            (8_000, 5, 10),
            (44_100, 441, 160),
        ] {
            let resampled = resample(Waveform {
                samples: vec![0.5; n_samples],
                sample_rate_hz: rate_hz,
            });
            assert_eq!(resampled.samples.len(), expected, "{rate_hz} Hz");
        }
    }

    #[test]
    fn a_clip_at_16_khz_is_left_alone() {
        let waveform = Waveform {
            samples: vec![0.1, -0.2],
            sample_rate_hz: SAMPLE_RATE_HZ,
        };
        assert_eq!(resample(waveform.clone()), waveform);
    }
}
