//! Changes the sample rate of a waveform to 16 kHz.
//!
//! Input   `Waveform`, any rate, whole or in pieces
//! Output  `Waveform`, 16 kHz, `ceil(16000 * n_samples / rate)` samples, not shifted in time
//! Filter  windowed sinc, Hann, six zero crossings to either side, cut-off at 0.99 of the lower
//!         Nyquist frequency
//! Source  torchaudio.transforms.Resample with its defaults; why not by a library:
//!         docs/decisions/0003-resampler.md; parity in tests/parity
//! Invariant: kernels and time are bounded by the rate, not by its divisors (44,099 Hz needs as many
//! products as 44,100 Hz)

use std::{f64::consts::PI, mem};

use pulp::{Arch, Simd, WithSimd};

use crate::{SAMPLE_RATE_HZ, Waveform, dot::dot_by};

/// Cut-off relative to the lower of the two Nyquist frequencies.
const ROLLOFF: f64 = 0.99;

/// Zero crossings of the sinc on either side of its peak.
const ZERO_CROSSINGS: f64 = 6.0;

/// Whole vectors of any processor.
const N_LANES: usize = 16;

/// Samples of a waveform that are taken at a time: they stay near the core.
pub(crate) const N_PIECE: usize = 4096;

/// Changes the rate to [`SAMPLE_RATE_HZ`]; a waveform that has it already is returned as it is.
pub fn resample(waveform: Waveform) -> Waveform {
    resample_by(Resampler::new, waveform)
}

/// The same as a recorder does it, with the first sample's value around the waveform.
#[cfg(feature = "decode")]
pub(crate) fn resample_level(waveform: Waveform) -> Waveform {
    resample_by(Resampler::level, waveform)
}

fn resample_by(resampler: fn(u32) -> Resampler, waveform: Waveform) -> Waveform {
    if waveform.sample_rate_hz == SAMPLE_RATE_HZ {
        return waveform;
    }
    let mut resampler = resampler(waveform.sample_rate_hz);
    for piece in waveform.samples.chunks(N_PIECE) {
        resampler.push(piece);
    }
    Waveform {
        samples: resampler.finish(),
        sample_rate_hz: SAMPLE_RATE_HZ,
    }
}

/// Changes the rate of a waveform that comes in pieces.
#[derive(Clone)]
pub(crate) struct Resampler {
    sample_rate_hz: u32,
    kernels: Kernels,
    n_samples: usize,
    /// What stands in front of the first sample and behind the last; `None` until the first has come.
    level: Option<f32>,
    /// Samples around the outputs to come, above that level.
    pending: Vec<f32>,
    /// Where in them the kernel of the next output begins.
    next: usize,
    /// How far the next output lies behind a sample, of `n_phases`.
    phase: usize,
    /// Those that nobody took.
    resampled: Vec<f32>,
    /// Of all, those of samples at other rates before.
    n_before: usize,
    n_taken: usize,
}

impl Resampler {
    /// For samples at this rate, more than 0 Hz, with silence around them.
    pub(crate) fn new(sample_rate_hz: u32) -> Self {
        Self {
            level: Some(0.0),
            ..Self::level(sample_rate_hz)
        }
    }

    /// The same, with the first sample's value around them: a constant stays one, and leaves no step.
    pub(crate) fn level(sample_rate_hz: u32) -> Self {
        assert!(sample_rate_hz > 0, "samples come at a rate");
        let kernels = Kernels::new(sample_rate_hz);
        Self {
            sample_rate_hz,
            n_samples: 0,
            level: None,
            pending: vec![0.0; kernels.n_before],
            next: 0,
            phase: 0,
            resampled: Vec::new(),
            n_before: 0,
            n_taken: 0,
            kernels,
        }
    }

    /// Samples from here on come at this rate, more than 0 Hz: where it is another one, another waveform begins.
    pub(crate) fn change_rate(&mut self, sample_rate_hz: u32) {
        if sample_rate_hz == self.sample_rate_hz {
            return;
        }
        let mut before = mem::replace(self, Self::level(sample_rate_hz));
        self.resampled = before.finish();
        self.n_before = before.n_taken;
        self.n_taken = self.n_before - self.resampled.len();
    }

    /// Takes the samples that come next.
    pub(crate) fn push(&mut self, samples: &[f32]) {
        self.n_samples += samples.len();
        self.go_on(samples);
    }

    /// What the samples so far have become, but for the last ones; each is taken once.
    pub(crate) fn take(&mut self) -> Vec<f32> {
        let n_taken = self.resampled.len();
        self.n_taken += n_taken;
        // About as many come next.
        mem::replace(&mut self.resampled, Vec::with_capacity(n_taken))
    }

    /// What is left, at [`SAMPLE_RATE_HZ`].
    pub(crate) fn finish(&mut self) -> Vec<f32> {
        let behind = self.level.unwrap_or(0.0);
        self.go_on(&vec![behind; self.kernels.len]);
        let n_resampled = (self.n_samples as u64 * u64::from(SAMPLE_RATE_HZ))
            .div_ceil(u64::from(self.sample_rate_hz));
        self.resampled
            .truncate(self.n_before + n_resampled as usize - self.n_taken);
        self.take()
    }

    fn go_on(&mut self, samples: &[f32]) {
        if self.sample_rate_hz == SAMPLE_RATE_HZ {
            self.resampled.extend_from_slice(samples);
            return;
        }
        // Output samples lie `rate / 16 kHz` input samples apart.
        let (rate_hz, target_hz) = (self.sample_rate_hz as usize, SAMPLE_RATE_HZ as usize);
        let step = rate_hz / target_hz;
        let phase_step = rate_hz % target_hz * self.kernels.n_phases / target_hz;
        let Some(&first) = samples.first() else {
            return;
        };
        let level = *self.level.get_or_insert(first);
        self.pending
            .extend(samples.iter().map(|sample| sample - level));
        Arch::new().dispatch(Outputs {
            resampler: self,
            level,
            step,
            phase_step,
        });
        let n_done = self.next.min(self.pending.len());
        self.pending.drain(..n_done);
        self.next -= n_done;
    }
}

/// The outputs that the pending samples have become.
struct Outputs<'a> {
    resampler: &'a mut Resampler,
    level: f32,
    step: usize,
    phase_step: usize,
}

impl WithSimd for Outputs<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Resampler {
            kernels,
            pending,
            resampled,
            ..
        } = self.resampler;
        let [mut next, mut phase] = [self.resampler.next, self.resampler.phase];
        let Some(last) = pending.len().checked_sub(kernels.len) else {
            return;
        };
        while next <= last {
            let around = &pending[next..][..kernels.len];
            resampled.push(self.level + dot_by(simd, kernels.next(phase), around));
            next += self.step;
            phase += self.phase_step;
            if phase >= kernels.n_phases {
                phase -= kernels.n_phases;
                next += 1;
            }
        }
        [self.resampler.next, self.resampler.phase] = [next, phase];
    }
}

/// What the samples around an output sample are multiplied by, for every distance that it has from the
/// sample before: `0, 1 / n_phases, ...`
#[derive(Clone)]
struct Kernels {
    /// Sample rates have a common divisor, so that only so many distances occur.
    n_phases: usize,
    /// `[n_phases, len]` in the order in which outputs meet them, as many as they met.
    values: Vec<f32>,
    /// The one that the next output meets.
    next: usize,
    /// Samples; filled up with zeros to [`N_LANES`].
    len: usize,
    /// Samples of them in front of the one before the output sample.
    n_before: usize,
    /// Cycles of the sinc's sine per input sample, times two: its zeros lie at whole numbers.
    zeros_per_sample: f64,
}

impl Kernels {
    fn new(sample_rate_hz: u32) -> Self {
        let zeros_per_sample =
            ROLLOFF * (f64::from(SAMPLE_RATE_HZ) / f64::from(sample_rate_hz)).min(1.0);
        let n_before = (ZERO_CROSSINGS / zeros_per_sample).floor() as usize;
        Self {
            n_phases: (SAMPLE_RATE_HZ / gcd(sample_rate_hz, SAMPLE_RATE_HZ)) as usize,
            values: Vec::new(),
            next: 0,
            len: (2 * n_before + 2).next_multiple_of(N_LANES),
            n_before,
            zeros_per_sample,
        }
    }

    /// That of the next output, which lies `phase / n_phases` behind a sample.
    #[inline(always)]
    fn next(&mut self, phase: usize) -> &[f32] {
        let start = self.next * self.len;
        if start == self.values.len() {
            self.compute(phase as f64 / self.n_phases as f64);
        }
        self.next += 1;
        if self.next == self.n_phases {
            self.next = 0;
        }
        &self.values[start..start + self.len]
    }

    #[cold]
    fn compute(&mut self, behind: f64) {
        let x = -(self.n_before as f64 + behind) * self.zeros_per_sample;
        let mut sine = Rotation::new(PI * x, PI * self.zeros_per_sample);
        let mut window = Rotation::new(
            PI * x / ZERO_CROSSINGS,
            PI * self.zeros_per_sample / ZERO_CROSSINGS,
        );
        self.values.extend((0..self.len).map(|offset| {
            let x = x + offset as f64 * self.zeros_per_sample;
            let sine = sine.next().0;
            let sinc = if x == 0.0 { 1.0 } else { sine / (PI * x) };
            let hann = 0.5 + 0.5 * window.next().1;
            if x.abs() < ZERO_CROSSINGS {
                (self.zeros_per_sample * sinc * hann) as f32
            } else {
                0.0
            }
        }));
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

fn gcd(a: u32, b: u32) -> u32 {
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
