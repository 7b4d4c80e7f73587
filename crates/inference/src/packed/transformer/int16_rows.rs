//! Rows of values as whole numbers of 16 bits.
//!
//! Input   rows, f32 `[n_rows, row_size]`, which may overlap
//! Output  places of 32 bits, `[n_rows, row_size / 2]`: the lower half holds a number of a row's first half, the upper
//!         half that of its second at the same place, so that a row is taken over a vector at a time
//! Error   up to half of what a row's largest value is divided by

use pulp::{Arch, Simd, WithSimd};

use super::super::int16::pair;

/// Rows that share the weights in registers.
pub(super) const ROWS: usize = 6;

/// Least size of a row's largest number that is told from 0.
pub(super) const SMALLEST: f32 = 1e-30;

/// Rows in whole numbers, two in a place, half a row apart.
pub(super) struct Int16Rows {
    pub places: Vec<f32>,
    /// What a row's numbers are multiplied by to be its values.
    pub scales: Vec<f32>,
}

impl Int16Rows {
    /// Of `n_rows` rows that begin `stride` values apart, each brought to the largest number that may be. Rows of 0
    /// follow, up to a multiple of [`ROWS`].
    pub fn new(
        values: &[f32],
        stride: usize,
        [n_rows, row_size]: [usize; 2],
        largest: f32,
    ) -> Self {
        let n_padded = n_rows.next_multiple_of(ROWS);
        let mut output = Self {
            places: vec![0.0; n_padded * row_size / 2],
            scales: vec![0.0; n_padded],
        };
        Arch::new().dispatch(TakeOver {
            values,
            stride,
            n_rows,
            row_size,
            largest,
            output: &mut output,
        });
        output
    }
}

struct TakeOver<'a> {
    values: &'a [f32],
    stride: usize,
    n_rows: usize,
    row_size: usize,
    largest: f32,
    output: &'a mut Int16Rows,
}

impl WithSimd for TakeOver<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let rows = self.output.places.chunks_exact_mut(self.row_size / 2);
        let rows = rows.zip(&mut self.output.scales).take(self.n_rows);
        for (row_idx, (places, scale)) in rows.enumerate() {
            let row = &self.values[row_idx * self.stride..][..self.row_size];
            let peak = peak(simd, row).max(SMALLEST);
            *scale = peak / self.largest;
            take_over(row, self.largest / peak, places);
        }
    }
}

/// The largest size of a value.
#[inline(always)]
pub(super) fn peak<S: Simd>(simd: S, values: &[f32]) -> f32 {
    let (vectors, rest) = S::as_simd_f32s(values);
    let mut peak = simd.splat_f32s(0.0);
    for vector in vectors {
        peak = simd.max_f32s(peak, simd.abs_f32s(*vector));
    }
    let of_rest = rest.iter().map(|value| value.abs());
    of_rest.fold(simd.reduce_max_f32s(peak), f32::max)
}

/// Written for the compiler, which shifts whole vectors, also where pulp shifts lane by lane.
#[inline(always)]
fn take_over(row: &[f32], factor: f32, places: &mut [f32]) {
    let (first, second) = row.split_at(places.len());
    for ((place, first), second) in places.iter_mut().zip(first).zip(second) {
        *place = pair(first * factor, second * factor);
    }
}
