//! Rows of values as whole numbers of 8 bits, as a kernel reads them.
//!
//! Input   rows, f32 `[n_rows, row_size]`, which may overlap
//! Output  `[n_rows, places of a row]`, as [`Place`] lays them out
//! Error   up to half a step, of which there are [`N_STEPS`] from a row's least value, or 0, to its largest, or 0

use pulp::{Arch, Simd, WithSimd};

use super::super::activation::ROUND;

/// Steps of a row: one less than numbers of 8 bits have, since both ends are rounded.
const N_STEPS: f32 = 254.0;

/// Values of a row whose products with weights of 8 bits have room in a sum.
pub(super) const MAX_INPUTS: usize = 1 << 16;

/// Least step that is told from 0.
const SMALLEST: f32 = 1e-30;

/// How the numbers of a row lie.
pub(super) trait Place: Copy + Default {
    /// Places of a row of `row_size` values.
    fn n_of(row_size: usize) -> usize;

    /// Takes over the numbers of a row. To be written for the compiler, which takes whole vectors, also where pulp goes
    /// lane by lane.
    fn take_over(row: &[f32], numbers: Numbers, places: &mut [Self]);
}

/// What makes numbers of a row's values.
#[derive(Clone, Copy)]
pub(super) struct Numbers {
    factor: f32,
    least: i32,
}

impl Numbers {
    /// The whole number of steps nearest to a value, `[-255, 255]`.
    #[inline(always)]
    pub fn of(self, value: f32) -> i32 {
        self.rounded(value)
            .wrapping_sub(ROUND.to_bits().cast_signed())
    }

    /// That number above the row's least, `[0, 255]`.
    #[inline(always)]
    pub fn above_least(self, value: f32) -> u32 {
        let least = ROUND.to_bits().cast_signed().wrapping_add(self.least);
        self.rounded(value).wrapping_sub(least).cast_unsigned()
    }

    #[inline(always)]
    fn rounded(self, value: f32) -> i32 {
        (value * self.factor + ROUND).to_bits().cast_signed()
    }
}

/// Rows in whole numbers.
pub(super) struct Rows<P> {
    pub places: Vec<P>,
    /// What a row's numbers are multiplied by to be its values.
    pub scales: Vec<f32>,
    /// A row's least number.
    pub least: Vec<i32>,
}

impl<P: Place> Rows<P> {
    /// Of `n_rows` rows that begin `stride` values apart. Rows of 0 follow, up to a multiple of `n_together`.
    pub fn new(
        values: &[f32],
        stride: usize,
        [n_rows, row_size]: [usize; 2],
        n_together: usize,
    ) -> Self {
        let n_padded = n_rows.next_multiple_of(n_together);
        let mut output = Self {
            places: vec![P::default(); n_padded * P::n_of(row_size)],
            scales: vec![0.0; n_padded],
            least: vec![0; n_padded],
        };
        Arch::new().dispatch(TakeOver {
            values,
            stride,
            n_rows,
            row_size,
            output: &mut output,
        });
        output
    }
}

struct TakeOver<'a, P> {
    values: &'a [f32],
    stride: usize,
    n_rows: usize,
    row_size: usize,
    output: &'a mut Rows<P>,
}

impl<P: Place> WithSimd for TakeOver<'_, P> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Rows {
            places,
            scales,
            least,
        } = self.output;
        let places = places.chunks_exact_mut(P::n_of(self.row_size));
        let rows = places.zip(scales).zip(least).take(self.n_rows);
        for (row_idx, ((places, scale), least)) in rows.enumerate() {
            let row = &self.values[row_idx * self.stride..][..self.row_size];
            let [lowest, highest] = ends(simd, row);
            *scale = (highest / N_STEPS - lowest / N_STEPS).max(SMALLEST);
            let mut numbers = Numbers {
                factor: 1.0 / *scale,
                least: 0,
            };
            numbers.least = numbers.of(lowest);
            *least = numbers.least;
            P::take_over(row, numbers, places);
        }
    }
}

/// The least and the largest of some values and 0.
#[inline(always)]
fn ends<S: Simd>(simd: S, values: &[f32]) -> [f32; 2] {
    let (vectors, rest) = S::as_simd_f32s(values);
    let [mut lowest, mut highest] = [simd.splat_f32s(0.0); 2];
    for vector in vectors {
        lowest = simd.min_f32s(lowest, *vector);
        highest = simd.max_f32s(highest, *vector);
    }
    let rest = rest.iter().copied();
    [
        rest.clone().fold(simd.reduce_min_f32s(lowest), f32::min),
        rest.fold(simd.reduce_max_f32s(highest), f32::max),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Default)]
    struct Both(i32, u32);

    impl Place for Both {
        fn n_of(row_size: usize) -> usize {
            row_size
        }

        fn take_over(row: &[f32], numbers: Numbers, places: &mut [Self]) {
            for (value, place) in row.iter().zip(places) {
                *place = Self(numbers.of(*value), numbers.above_least(*value));
            }
        }
    }

    #[test]
    fn numbers_have_eight_bits_and_are_half_a_step_off_at_most() {
        for [lowest, highest] in [
            [-1.0, 1.0],
            [-0.17, 12.3],
            [3.0, 3.1],
            [-7e-3, -1e-3],
            [0.0, 0.0],
            [-1e38, 2e38],
        ] {
            let within = |n: usize| lowest + (highest / 40.0 - lowest / 40.0) * n as f32;
            let row: Vec<f32> = (0..=40).map(within).collect();
            let rows = Rows::<Both>::new(&row, 1, [1, 41], 3);
            assert_eq!(rows.scales.len(), 3);
            for (Both(number, above_least), value) in rows.places.iter().zip(row) {
                assert!((0..=255).contains(above_least), "{above_least} of {value}");
                assert_eq!(*number, above_least.cast_signed() + rows.least[0]);
                let error = (*number as f32 * rows.scales[0] - value).abs();
                assert!(error <= 0.501 * rows.scales[0], "{value} is off by {error}");
            }
        }
    }
}
