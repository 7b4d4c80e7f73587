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

/// Kernels between two input samples; positions between them are interpolated cubically.
const OVERSAMPLING: usize = 256;

/// Input samples per call of the resampler.
const CHUNK_SAMPLES: usize = 4096;

/// Changes the rate to [`SAMPLE_RATE_HZ`]; a waveform that has it already is returned as it is.
pub fn resample(waveform: Waveform) -> Waveform {
    let samples = if waveform.sample_rate_hz == SAMPLE_RATE_HZ || waveform.samples.is_empty() {
        waveform.samples
    } else {
        to_16_khz(waveform.samples, waveform.sample_rate_hz as usize)
    };
    Waveform {
        samples,
        sample_rate_hz: SAMPLE_RATE_HZ,
    }
}

fn to_16_khz(mut samples: Vec<f32>, rate_hz: usize) -> Vec<f32> {
    let target_hz = SAMPLE_RATE_HZ as usize;
    let ratio = target_hz as f64 / rate_hz as f64;
    let kernel_len = kernel_len(ratio);
    let n_resampled = (samples.len() * target_hz).div_ceil(rate_hz);

    // rubato's first output lies half a kernel, less one output step, before the first input. Zeros
    // in front put it a whole number of output steps before, and these are dropped afterwards.
    let period = rate_hz / gcd(rate_hz, target_hz);
    let half_kernel = kernel_len / 2;
    let n_leading = period - half_kernel % period;
    let n_before = (half_kernel + n_leading) * target_hz / rate_hz - 1;
    let n_padded = n_leading + samples.len() + kernel_len;
    samples.splice(0..0, std::iter::repeat_n(0.0, n_leading));
    samples.resize(n_padded, 0.0);

    let mut resampler = Async::<f32>::new_sinc(
        ratio,
        1.0,
        &SincInterpolationParameters {
            sinc_len: kernel_len,
            f_cutoff: Some(ROLLOFF as f32),
            oversampling_factor: OVERSAMPLING,
            interpolation: SincInterpolationType::Cubic,
            window: WindowFunction::Hann,
        },
        CHUNK_SAMPLES,
        1,
        FixedAsync::Input,
    )
    .expect("ratio and sizes are positive");
    let n_trimmed = resampler.output_delay();
    let input = SequentialSlice::new(&samples, 1, n_padded).expect("one channel of that length");
    let resampled = resampler
        .process_all(&input, n_padded, None)
        .expect("the buffers have the sizes that the resampler asks for")
        .take_data();
    resampled
        .into_iter()
        .skip(n_before - n_trimmed)
        .take(n_resampled)
        .collect()
}

/// Input samples that an output sample is made of; a multiple of 8, as rubato's kernels are.
fn kernel_len(ratio: f64) -> usize {
    let exact = 2.0 * ZERO_CROSSINGS / (ROLLOFF * ratio.min(1.0));
    ((exact / 8.0).round() as usize).max(1) * 8
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
