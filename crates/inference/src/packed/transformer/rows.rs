//! Rows of values as whole numbers of 16 bits, as a kernel reads them.
//!
//! Input   rows, f32 `[n_rows, row_size]`, which may overlap
//! Output  `[n_rows, places of a row]`, as [`Place`] lays them out
//! Error   up to half of what a row's largest value is divided by

use pulp::{Arch, Simd, WithSimd};

/// Least size of a row's largest number that is told from 0.
const SMALLEST: f32 = 1e-30;

/// How the numbers of a row lie.
pub(super) trait Place: Copy + Default {
    /// Places of a row of `row_size` values.
    fn n_of(row_size: usize) -> usize;

    /// Takes over the values of a row, each times `factor`, which leaves none above 32,767. To be written for the
    /// compiler, which takes whole vectors, also where pulp goes lane by lane.
    fn take_over(row: &[f32], factor: f32, places: &mut [Self]);
}

/// Rows in whole numbers.
pub(super) struct Rows<P> {
    pub places: Vec<P>,
    /// What a row's numbers are multiplied by to be its values.
    pub scales: Vec<f32>,
}

impl<P: Place> Rows<P> {
    /// Of `n_rows` rows that begin `stride` values apart, each brought to the largest number that may be. Rows of 0
    /// follow, up to a multiple of `n_together`.
    pub fn new(
        values: &[f32],
        stride: usize,
        [n_rows, row_size]: [usize; 2],
        largest: f32,
        n_together: usize,
    ) -> Self {
        let n_padded = n_rows.next_multiple_of(n_together);
        let mut output = Self {
            places: vec![P::default(); n_padded * P::n_of(row_size)],
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

struct TakeOver<'a, P> {
    values: &'a [f32],
    stride: usize,
    n_rows: usize,
    row_size: usize,
    largest: f32,
    output: &'a mut Rows<P>,
}

impl<P: Place> WithSimd for TakeOver<'_, P> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let rows = self.output.places.chunks_exact_mut(P::n_of(self.row_size));
        let rows = rows.zip(&mut self.output.scales).take(self.n_rows);
        for (row_idx, (places, scale)) in rows.enumerate() {
            let row = &self.values[row_idx * self.stride..][..self.row_size];
            let peak = peak(simd, row).max(SMALLEST);
            *scale = peak / self.largest;
            P::take_over(row, self.largest / peak, places);
        }
    }
}

/// The largest size of a value.
#[inline(always)]
fn peak<S: Simd>(simd: S, values: &[f32]) -> f32 {
    let (vectors, rest) = S::as_simd_f32s(values);
    let mut peak = simd.splat_f32s(0.0);
    for vector in vectors {
        peak = simd.max_f32s(peak, simd.abs_f32s(*vector));
    }
    let of_rest = rest.iter().map(|value| value.abs());
    of_rest.fold(simd.reduce_max_f32s(peak), f32::max)
}
