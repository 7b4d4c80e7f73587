//! What becomes of a layer's outputs before they are stored.

use pulp::{Arch, Simd, WithSimd};

use super::gelu::gelu;

/// Takes over a vector of outputs.
pub(super) trait Finish: Copy {
    /// What is stored, of the output and of what lies where it goes.
    fn of<S: Simd>(self, simd: S, value: S::f32s, before: S::f32s) -> S::f32s;

    /// Stores a vector, or as much of it as there is place for.
    #[inline(always)]
    fn store<S: Simd>(self, simd: S, value: S::f32s, place: &mut [f32]) {
        match S::as_mut_simd_f32s(place).0 {
            [place] => *place = self.of(simd, value, *place),
            _ => {
                let before = simd.partial_load_f32s(place);
                simd.partial_store_f32s(place, self.of(simd, value, before));
            }
        }
    }
}

/// Stores outputs as they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Store;

/// Stores what [`gelu`] makes of outputs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gelu;

/// Adds outputs to what lies where they go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Add;

impl Finish for Store {
    #[inline(always)]
    fn of<S: Simd>(self, _: S, value: S::f32s, _: S::f32s) -> S::f32s {
        value
    }
}

impl Finish for Gelu {
    #[inline(always)]
    fn of<S: Simd>(self, simd: S, value: S::f32s, _: S::f32s) -> S::f32s {
        gelu(simd, value)
    }
}

impl Finish for Add {
    #[inline(always)]
    fn of<S: Simd>(self, simd: S, value: S::f32s, before: S::f32s) -> S::f32s {
        simd.add_f32s(value, before)
    }
}

/// Columns of a matrix of outputs that were computed already.
#[derive(Clone, Copy)]
pub(super) struct Columns {
    /// Of the matrix.
    pub n_columns: usize,
    pub first: usize,
    /// Columns that were computed; those beyond the matrix are left out.
    pub width: usize,
}

impl Columns {
    /// Finishes their values, `[n_rows, width]`.
    pub fn finish(self, finish: impl Finish, values: &[f32], output: &mut [f32]) {
        Arch::new().dispatch(FinishColumns {
            columns: self,
            finish,
            values,
            output,
        });
    }
}

struct FinishColumns<'a, F> {
    columns: Columns,
    finish: F,
    values: &'a [f32],
    output: &'a mut [f32],
}

impl<F: Finish> WithSimd for FinishColumns<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Columns {
            n_columns,
            first,
            width,
        } = self.columns;
        let rows = self.output.chunks_exact_mut(n_columns);
        for (values, output) in self.values.chunks_exact(width).zip(rows) {
            let values = values.chunks(S::F32_LANES);
            for (values, output) in values.zip(output[first..].chunks_mut(S::F32_LANES)) {
                self.finish
                    .store(simd, simd.partial_load_f32s(values), output);
            }
        }
    }
}
