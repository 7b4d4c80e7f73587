//! Samples beyond full scale, as they would have been.
//!
//! Input and output  16 kHz mono, f32, nominally in [-1, 1], `[n_samples]`
//! Method  a stretch at full scale becomes a cubic through its ends and their slopes, then what a linear
//!         prediction of the samples around leaves the smallest error; never less than was recorded
//! Source  Janssen, Veldhuis & Vries 1986, "Adaptive interpolation of discrete-time signals that can be
//!         modeled as autoregressive processes"
//! Bounds  time and memory grow with the number of samples: at most 20 ms for each second of them

use std::{array, borrow::Cow, ops::Range};

use crate::spectrum::hann_window_of;

/// A sample from here on is at full scale: what a converter cut off, and the ripple that resampling leaves.
const FULL_SCALE: f32 = 0.97;

/// Samples that one sample is predicted from, 1.5 ms.
const ORDER: usize = 24;

/// Samples that are restored together, 64 ms.
const BLOCK: usize = 1024;

/// Samples before and behind a block that tell how to predict, 16 ms.
const AROUND: usize = 256;

/// Each prediction comes from what the one before restored.
const N_ROUNDS: usize = 4;

/// Nothing is louder than this: 15 dB above full scale.
const LOUDEST: f32 = 5.6;

/// The samples with those at full scale restored.
pub fn declip(samples: &[f32]) -> Cow<'_, [f32]> {
    let stretches = stretches(samples);
    if stretches.is_empty() {
        return Cow::Borrowed(samples);
    }
    let mut restored = samples.to_vec();
    for stretch in &stretches {
        bridge(&mut restored, stretch.clone());
    }
    let window = hann_window_of(BLOCK + 2 * AROUND);
    let unknown: Vec<usize> = stretches.into_iter().flatten().collect();
    for unknown in unknown.chunk_by(|left, right| left / BLOCK == right / BLOCK) {
        for _ in 0..N_ROUNDS {
            let coefficients = prediction(&restored, unknown[0] / BLOCK * BLOCK, &window);
            for (at, found) in interpolate(&restored, unknown, &coefficients) {
                restored[at] = at_least(samples[at], found as f32);
            }
        }
    }
    Cow::Owned(restored)
}

/// As far from 0 as was recorded, or farther.
fn at_least(recorded: f32, found: f32) -> f32 {
    let (least, found) = (recorded.abs(), found * recorded.signum());
    // `max` leaves NaN out.
    found.max(least).min(LOUDEST.max(least)) * recorded.signum()
}

/// Where at least two samples in a row are at the same end of the scale.
fn stretches(samples: &[f32]) -> Vec<Range<usize>> {
    // Most clips have none, and counting is quicker than looking at neighbours.
    let is_loud = |sample: &&f32| sample.abs() >= FULL_SCALE;
    if samples.iter().filter(is_loud).count() < 2 {
        return Vec::new();
    }
    let end = |sample: &f32| (sample.abs() >= FULL_SCALE).then(|| sample.is_sign_positive());
    let mut start = 0;
    let alike = samples.chunk_by(|left, right| end(left) == end(right));
    let ranges = alike.map(|alike| {
        let first = start;
        start += alike.len();
        first..start
    });
    ranges
        .filter(|range| range.len() > 1 && end(&samples[range.start]).is_some())
        .collect()
}

/// Replaces a stretch by the cubic that goes on as the two samples on either side do.
fn bridge(samples: &mut [f32], stretch: Range<usize>) {
    let Range { start, end } = stretch;
    if start < 2 || end + 2 > samples.len() {
        return;
    }
    let [first, last] = [samples[start - 1], samples[end]];
    let width = (end + 1 - start) as f32;
    let [rise, fall] = [
        (first - samples[start - 2]) * width,
        (samples[end + 1] - last) * width,
    ];
    for at in stretch {
        let right = (at + 1 - start) as f32 / width;
        let left = 1.0 - right;
        let found = left * left * ((1.0 + 2.0 * right) * first + right * rise)
            + right * right * ((1.0 + 2.0 * left) * last - left * fall);
        samples[at] = at_least(samples[at], found);
    }
}

/// Coefficients of the error of a linear prediction, the first 1, for the block from `start` on; from
/// the autocorrelation by Levinson's recursion.
fn prediction(samples: &[f32], start: usize, window: &[f32]) -> [f64; ORDER + 1] {
    let windowed = window.iter().enumerate().map(|(at, weight)| {
        let at = (start + at).checked_sub(AROUND);
        let sample = at.and_then(|at| samples.get(at));
        f64::from(sample.copied().unwrap_or(0.0) * weight)
    });
    let windowed: Vec<f64> = windowed.collect();
    let mut correlation: [f64; ORDER + 1] = array::from_fn(|lag| {
        let products = windowed.iter().zip(&windowed[lag..]);
        products.map(|(left, right)| left * right).sum()
    });
    // Noise 60 dB below keeps the recursion stable.
    correlation[0] = correlation[0] * (1.0 + 1e-6) + 1e-9;

    let mut coefficients = [0.0; ORDER + 1];
    coefficients[0] = 1.0;
    let mut error = correlation[0];
    for order in 1..=ORDER {
        let sum: f64 = (0..order)
            .map(|lag| coefficients[lag] * correlation[order - lag])
            .sum();
        let reflection = -sum / error;
        let before = coefficients;
        for lag in 1..=order {
            coefficients[lag] += reflection * before[order - lag];
        }
        error *= 1.0 - reflection * reflection;
    }
    coefficients
}

/// Values of the `unknown` samples that make the sum of the squared errors of the prediction the smallest.
fn interpolate(
    samples: &[f32],
    unknown: &[usize],
    coefficients: &[f64; ORDER + 1],
) -> Vec<(usize, f64)> {
    let products: [f64; ORDER + 1] = array::from_fn(|lag| {
        let shifted = coefficients.iter().zip(&coefficients[lag..]);
        shifted.map(|(left, right)| left * right).sum()
    });
    let first = unknown[0].saturating_sub(ORDER);
    let last = unknown[unknown.len() - 1] + ORDER + 1;
    let around = &samples[first..last.min(samples.len())];
    let mut known: Vec<f64> = around.iter().copied().map(f64::from).collect();
    for at in unknown {
        known[at - first] = 0.0;
    }
    let known = |at: usize| known.get(at - first).copied().unwrap_or(0.0);
    let of_known = unknown.iter().map(|&at| {
        let around = (1..=ORDER).map(|lag| {
            let before = at.checked_sub(lag).map_or(0.0, &known);
            products[lag] * (before + known(at + lag))
        });
        -around.sum::<f64>()
    });
    let values = solve(unknown, &products, of_known.collect());
    unknown.iter().copied().zip(values).collect()
}

/// Solves `M x = right` with `M[p, q] = products[|at[p] - at[q]|]`, 0 beyond `ORDER`: Cholesky's method
/// for a matrix with a band.
fn solve(at: &[usize], products: &[f64; ORDER + 1], right: Vec<f64>) -> Vec<f64> {
    let n = at.len();
    // Element `[row][back]` is that of column `row - back`.
    let mut factor = vec![[0.0; ORDER + 1]; n];
    let mut values = right;
    for row in 0..n {
        let first = row.saturating_sub(ORDER);
        for column in first..=row {
            let product = products.get(at[row] - at[column]).copied();
            let sum: f64 = (first..column)
                .map(|other| factor[row][row - other] * factor[column][column - other])
                .sum();
            let rest = product.unwrap_or(0.0) - sum;
            factor[row][row - column] = if column < row {
                rest / factor[column][0]
            } else {
                rest.max(f64::MIN_POSITIVE).sqrt()
            };
        }
        let sum: f64 = (first..row)
            .map(|other| factor[row][row - other] * values[other])
            .sum();
        values[row] = (values[row] - sum) / factor[row][0];
    }
    for row in (0..n).rev() {
        let last = n.min(row + ORDER + 1);
        let sum: f64 = (row + 1..last)
            .map(|other| factor[other][other - row] * values[other])
            .sum();
        values[row] = (values[row] - sum) / factor[row][0];
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A vowel: pulses 125 times a second through three resonances, the largest sample `peak`.
    fn vowel(peak: f32) -> Vec<f32> {
        let mut samples: Vec<f32> = (0..8000)
            .map(|n| if n % 128 == 0 { 1.0 } else { 0.0 })
            .collect();
        for (frequency, radius) in [(0.27, 0.98), (0.5, 0.97), (0.95, 0.96)] {
            let [mut last, mut one_before] = [0.0; 2];
            for sample in &mut samples {
                let new = *sample + 2.0 * radius * f32::cos(frequency) * last
                    - radius * radius * one_before;
                [one_before, last] = [last, new];
                *sample = new;
            }
        }
        let largest = samples.iter().copied().map(f32::abs).fold(0.0, f32::max);
        samples
            .iter()
            .map(|sample| sample * peak / largest)
            .collect()
    }

    fn clipped(samples: &[f32]) -> Vec<f32> {
        samples
            .iter()
            .map(|sample| sample.clamp(-1.0, 1.0))
            .collect()
    }

    fn error_db(found: &[f32], true_samples: &[f32]) -> f32 {
        let pairs = found.iter().zip(true_samples);
        let error: f32 = pairs.map(|(found, sample)| (found - sample).powi(2)).sum();
        10.0 * (error
            / true_samples
                .iter()
                .map(|sample| sample * sample)
                .sum::<f32>())
        .log10()
    }

    #[test]
    fn what_was_cut_off_a_vowel_comes_back() {
        for peak in [1.2, 2.0, 3.0] {
            let whole = vowel(peak);
            let cut = clipped(&whole);
            let (before, after) = (error_db(&cut, &whole), error_db(&declip(&cut), &whole));
            assert!(
                after < before - 15.0,
                "{peak}: {before} dB, then {after} dB"
            );
        }
    }

    #[test]
    fn a_clip_below_full_scale_is_left_alone() {
        assert!(matches!(declip(&vowel(0.96)), Cow::Borrowed(_)));
        assert!(matches!(declip(&[]), Cow::Borrowed(_)));
    }

    #[test]
    fn nothing_becomes_quieter_or_endless() {
        let square: Vec<f32> = (0..5000)
            .map(|n| if n / 40 % 2 == 0 { 1.0 } else { -1.0 })
            .collect();
        let noise =
            (0..5000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 16) as f32 / 32768.0 - 1.0);
        let noise = clipped(&noise.map(|sample| 3.0 * sample).collect::<Vec<f32>>());
        for samples in [
            square,
            noise,
            vec![1.0; 3000],
            vec![-1.0; 2],
            clipped(&vowel(100.0)),
        ] {
            let restored = declip(&samples);
            assert_eq!(restored.len(), samples.len());
            for (restored, sample) in restored.iter().zip(&samples) {
                assert!(restored.abs() <= LOUDEST && restored * sample >= sample * sample);
            }
        }
    }
}
