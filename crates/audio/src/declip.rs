//! Samples beyond full scale, as they would have been.
//!
//! Input and output  16 kHz mono, f32, nominally in [-1, 1], `[n_samples]`, whole or in pieces
//! Method  a stretch at full scale becomes a cubic through its ends and their slopes, then what a linear
//!         prediction of the samples around leaves the smallest error; never less than was recorded
//! Source  Janssen, Veldhuis & Vries 1986, "Adaptive interpolation of discrete-time signals that can be
//!         modeled as autoregressive processes"
//! Bounds  at most 20 ms of time for each second of samples; what is kept of them does not grow
//! Invariant: pieces give what the whole gives

use std::{array, ops::Range, sync::LazyLock};

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

/// A longer stretch at full scale, 256 ms, is several: it is no voice.
const MAX_STRETCH: usize = 4 * BLOCK;

/// Restores samples that come in pieces.
#[derive(Clone, Debug)]
pub(crate) struct Declipper {
    /// From `first` on.
    samples: Vec<f32>,
    first: usize,
    /// Up to here stretches were found and bridged.
    n_looked: usize,
    /// Up to here samples were handed on.
    n_settled: usize,
    /// Samples of stretches that were bridged only, and what was recorded there.
    unknown: Vec<(usize, f32)>,
}

impl Declipper {
    pub(crate) fn new() -> Self {
        Self {
            samples: Vec::new(),
            first: 0,
            n_looked: 0,
            n_settled: 0,
            unknown: Vec::new(),
        }
    }

    /// Takes the samples that come next; those that nothing to come will change, from where the last ones ended.
    pub(crate) fn push(&mut self, samples: &[f32]) -> &[f32] {
        // A block is restored with what is around it.
        let first = (self.n_settled / BLOCK * BLOCK).saturating_sub(AROUND);
        self.samples.drain(..first - self.first);
        self.first = first;
        self.samples.extend(samples);
        self.go_on(false)
    }

    /// The samples that are left.
    pub(crate) fn finish(&mut self) -> &[f32] {
        self.go_on(true)
    }

    fn go_on(&mut self, is_end: bool) -> &[f32] {
        self.look(is_end);
        self.restore(is_end);
        let n_settled = self.unknown.first().map_or(self.n_looked, |first| first.0);
        let settled = self.n_settled - self.first..n_settled - self.first;
        self.n_settled = n_settled;
        &self.samples[settled]
    }

    /// Bridges the stretches of which the end is known.
    fn look(&mut self, is_end: bool) {
        let end = |sample: f32| (sample.abs() >= FULL_SCALE).then(|| sample.is_sign_positive());
        let n_samples = self.samples.len();
        let mut at = self.n_looked - self.first;
        while let Some(n_before) = self.samples[at..].iter().position(|x| end(*x).is_some()) {
            at += n_before;
            let side = end(self.samples[at]);
            let run = self.samples[at..].iter().take(MAX_STRETCH);
            let stretch = at..at + run.take_while(|x| end(**x) == side).count();
            // The two samples behind a stretch tell how it goes on.
            if !is_end && stretch.end + 2 > n_samples {
                self.n_looked = self.first + at;
                return;
            }
            at = stretch.end;
            if stretch.len() > 1 {
                let recorded = stretch
                    .clone()
                    .map(|at| (self.first + at, self.samples[at]));
                self.unknown.extend(recorded);
                bridge(&mut self.samples, stretch);
            }
        }
        self.n_looked = self.first + n_samples;
    }

    /// Restores the blocks that have all around them.
    fn restore(&mut self, is_end: bool) {
        while let Some(&(first, _)) = self.unknown.first() {
            let block = first / BLOCK;
            if !is_end && self.n_looked < (block + 1) * BLOCK + AROUND {
                break;
            }
            let n_inside = self.unknown.partition_point(|(at, _)| at / BLOCK == block);
            let (inside, recorded): (Vec<usize>, Vec<f32>) = self
                .unknown
                .drain(..n_inside)
                .map(|(at, recorded)| (at - self.first, recorded))
                .unzip();
            // A block begins in what is kept, or has nothing before it.
            let start = (block * BLOCK) as isize - self.first as isize - AROUND as isize;
            for _ in 0..N_ROUNDS {
                let coefficients = prediction(&self.samples, start);
                let found = interpolate(&self.samples, &inside, &coefficients);
                for ((at, found), recorded) in found.into_iter().zip(&recorded) {
                    self.samples[at] = at_least(*recorded, found as f32);
                }
            }
        }
    }
}

/// As far from 0 as was recorded, or farther.
fn at_least(recorded: f32, found: f32) -> f32 {
    let (least, found) = (recorded.abs(), found * recorded.signum());
    // `max` leaves NaN out.
    found.max(least).min(LOUDEST.max(least)) * recorded.signum()
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

/// Coefficients of the error of a linear prediction, the first 1, for the block whose surroundings begin at `start`;
/// from the autocorrelation by Levinson's recursion.
fn prediction(samples: &[f32], start: isize) -> [f64; ORDER + 1] {
    static WINDOW: LazyLock<Vec<f32>> = LazyLock::new(|| hann_window_of(BLOCK + 2 * AROUND));
    let windowed = (start..).zip(WINDOW.iter()).map(|(at, weight)| {
        let at = usize::try_from(at).ok();
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

    fn declip(samples: &[f32]) -> Vec<f32> {
        in_pieces(samples, samples.len().max(1))
    }

    fn in_pieces(samples: &[f32], n_piece: usize) -> Vec<f32> {
        let mut declipper = Declipper::new();
        let mut restored = Vec::new();
        for piece in samples.chunks(n_piece) {
            restored.extend(declipper.push(piece));
        }
        restored.extend(declipper.finish());
        restored
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
        let quiet = vowel(0.96);
        let mut declipper = Declipper::new();
        // And is handed on at once.
        assert_eq!(declipper.push(&quiet), quiet);
        assert_eq!(declipper.finish(), [0.0; 0]);
        assert_eq!(declip(&[]), [0.0; 0]);
    }

    #[test]
    fn pieces_are_the_whole() {
        let mut samples = clipped(&vowel(3.0));
        samples.extend(vec![1.0; 2 * MAX_STRETCH + 5]);
        samples.extend(clipped(&vowel(1.1)));
        samples.extend([0.2, -1.0, 1.0, 1.0]);
        let whole = declip(&samples);
        assert_eq!(whole.len(), samples.len());
        for n_piece in [1, 7, 512, 1023, 1024, 5000] {
            assert_eq!(in_pieces(&samples, n_piece), whole, "{n_piece}");
        }
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
