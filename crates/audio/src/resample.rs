//! Changes the sample rate of a waveform to 16 kHz.
//!
//! Input   `Waveform`, any rate
//! Output  `Waveform`, 16 kHz, `ceil(16000 * n_samples / rate)` samples, not shifted in time
//! Filter  windowed sinc, Hann, six zero crossings to either side, cut-off at 0.99 of the lower
//!         Nyquist frequency
//! Source  torchaudio.transforms.Resample with its defaults; why not by a library:
//!         docs/decisions/0003-resampler.md; parity in tests/parity
//! Invariant: kernels and time are bounded by the rate, not by its divisors (44,099 Hz needs as many
//! products as 44,100 Hz)

use std::f64::consts::PI;

use crate::{
    SAMPLE_RATE_HZ, Waveform,
    dot::{N_SUMS, dot},
};

/// Cut-off relative to the lower of the two Nyquist frequencies.
const ROLLOFF: f64 = 0.99;

/// Zero crossings of the sinc on either side of its peak.
const ZERO_CROSSINGS: f64 = 6.0;

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
    let divisor = gcd(rate_hz, target_hz);
    // Output samples lie `rate_hz / target_hz` input samples apart, so that only so many different
    // distances from the sample before occur.
    let n_phases = target_hz / divisor;
    let n_resampled = (samples.len() * target_hz).div_ceil(rate_hz);
    let kernels = Kernels::new(rate_hz, n_phases, n_resampled.min(n_phases));

    let mut edge = vec![0.0; kernels.len];
    let step = (rate_hz / target_hz, rate_hz / divisor % n_phases);
    let (mut position, mut phase) = (0_usize, 0);
    let next = || {
        let kernel = kernels.of(phase);
        let inside = position
            .checked_sub(kernels.n_before)
            .and_then(|first| samples.get(first..first + kernels.len));
        let around = inside.unwrap_or_else(|| {
            for (slot, offset) in edge.iter_mut().zip(position..) {
                let at = offset.checked_sub(kernels.n_before);
                *slot = at.and_then(|at| samples.get(at)).copied().unwrap_or(0.0);
            }
            &edge
        });
        position += step.0;
        phase += step.1;
        if phase >= n_phases {
            phase -= n_phases;
            position += 1;
        }
        dot(kernel, around)
    };
    std::iter::repeat_with(next).take(n_resampled).collect()
}

/// What the samples around an output sample are multiplied by, for every distance that it has from the
/// sample before.
struct Kernels {
    /// `[n_phases, len]`; only those that a clip needs are computed.
    values: Vec<f32>,
    /// Samples; filled up with zeros to what is summed side by side.
    len: usize,
    /// Samples of them in front of the one before the output sample.
    n_before: usize,
}

impl Kernels {
    /// For outputs `0, 1 / n_phases, ...` behind a sample; `n_needed` of them, in the order in which
    /// outputs meet them.
    fn new(rate_hz: usize, n_phases: usize, n_needed: usize) -> Self {
        // Cycles of the sinc's sine per input sample, times two: its zeros lie at whole numbers.
        let zeros_per_sample = ROLLOFF * (f64::from(SAMPLE_RATE_HZ) / rate_hz as f64).min(1.0);
        let n_before = (ZERO_CROSSINGS / zeros_per_sample).floor() as usize;
        let len = (2 * n_before + 2).next_multiple_of(N_SUMS);
        let mut values = vec![0.0; n_phases * len];
        let step = rate_hz * n_phases / SAMPLE_RATE_HZ as usize;
        for needed in 0..n_needed {
            let phase = needed * step % n_phases;
            let kernel = &mut values[phase * len..][..len];
            let behind = phase as f64 / n_phases as f64;
            let x = -(n_before as f64 + behind) * zeros_per_sample;
            let mut sine = Rotation::new(PI * x, PI * zeros_per_sample);
            let mut window = Rotation::new(
                PI * x / ZERO_CROSSINGS,
                PI * zeros_per_sample / ZERO_CROSSINGS,
            );
            for (value, offset) in kernel.iter_mut().zip(0..) {
                let x = x + f64::from(offset) * zeros_per_sample;
                let sine = sine.next().0;
                let sinc = if x == 0.0 { 1.0 } else { sine / (PI * x) };
                let hann = 0.5 + 0.5 * window.next().1;
                if x.abs() < ZERO_CROSSINGS {
                    *value = (zeros_per_sample * sinc * hann) as f32;
                }
            }
        }
        Self {
            values,
            len,
            n_before,
        }
    }

    fn of(&self, phase: usize) -> &[f32] {
        &self.values[phase * self.len..][..self.len]
    }
}

/// Sine and cosine of angles in equal steps: the functions themselves would take longer than a clip.
struct Rotation {
    angle: (f64, f64),
    step: (f64, f64),
}

impl Rotation {
    fn new(angle: f64, step: f64) -> Self {
        Self {
            angle: angle.sin_cos(),
            step: step.sin_cos(),
        }
    }

    /// Sine and cosine of the present angle; goes on to the next.
    fn next(&mut self) -> (f64, f64) {
        let (sine, cosine) = self.angle;
        let (step_sine, step_cosine) = self.step;
        self.angle = (
            sine * step_cosine + cosine * step_sine,
            cosine * step_cosine - sine * step_sine,
        );
        (sine, cosine)
    }
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
