//! A matrix laid out as its product with rows reads it.
//!
//! Input   rows, f32 `[n_rows, n_inputs]`, which may overlap
//! Output  f32 `[n_rows, n_outputs]`: the rows times the matrix, plus the biases
//! Layout  panels of a few vectors of outputs; in each the weights of one input lie side by side, so
//!         that memory is read in order and a panel's sums stay in registers

use pulp::{Arch, Simd, WithSimd};

use super::int16::{self, Int16, PairProducts, WithPairProducts};

/// Bytes of a cache line: a vector that lies on two is read twice.
const LINE_BYTES: usize = 64;

/// Rows that share the weights in registers, where there are 32 of them.
const ROWS: usize = 6;

/// How what is stored is multiplied and added up.
pub(super) trait Arithmetic<S: Simd>: Copy {
    /// A sum that nothing was added to, of what it starts from.
    fn first(self, simd: S, start: S::f32s) -> S::f32s;
    /// The sum with one more product.
    fn multiply_add(self, simd: S, value: S::f32s, weight: S::f32s, sum: S::f32s) -> S::f32s;
    /// The sum's numbers.
    fn last(self, simd: S, sum: S::f32s, start: S::f32s) -> S::f32s;
}

/// Numbers are stored as they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Floats;

impl<S: Simd> Arithmetic<S> for Floats {
    #[inline(always)]
    fn first(self, _: S, start: S::f32s) -> S::f32s {
        start
    }

    #[inline(always)]
    fn multiply_add(self, simd: S, value: S::f32s, weight: S::f32s, sum: S::f32s) -> S::f32s {
        simd.mul_add_e_f32s(value, weight, sum)
    }

    #[inline(always)]
    fn last(self, _: S, sum: S::f32s, _: S::f32s) -> S::f32s {
        sum
    }
}

/// A matrix and biases; see the module's head.
#[derive(Debug)]
pub(super) struct Panels {
    n_inputs: usize,
    n_outputs: usize,
    /// Vectors of a panel: 3 or 4.
    n_vectors: usize,
    /// `[n_panels, n_vectors]` vectors; 0 beyond `n_outputs`.
    biases: Vec<f32>,
    /// `[n_panels, n_inputs, n_vectors]` vectors from `first` on.
    weights: Vec<f32>,
    /// The first value on a cache line.
    first: usize,
}

impl Panels {
    /// Of weights `[n_inputs, biases.len()]`.
    pub fn new(weights: &[f32], biases: &[f32]) -> Self {
        let n_lanes = n_lanes();
        let n_outputs = biases.len();
        let n_inputs = weights.len() / n_outputs;
        let n_needed = n_outputs.div_ceil(n_lanes);
        let n_vectors = match n_needed.next_multiple_of(3) < n_needed.next_multiple_of(4) {
            true => 3,
            false => 4,
        };
        let width = n_vectors * n_lanes;
        let n_panels = n_outputs.div_ceil(width);

        let n_weights = n_panels * n_inputs * width;
        let mut packed = vec![0.0; n_weights + LINE_BYTES / size_of::<f32>()];
        let first = packed.as_ptr().align_offset(LINE_BYTES);
        let mut rows = packed[first..first + n_weights].chunks_exact_mut(width);
        for outputs in (0..n_outputs).step_by(width) {
            let outputs = outputs..n_outputs.min(outputs + width);
            for weights in weights.chunks_exact(n_outputs) {
                let row = rows.next().expect("a row per panel and input");
                row[..outputs.len()].copy_from_slice(&weights[outputs.clone()]);
            }
        }
        let mut biases = biases.to_vec();
        biases.resize(n_panels * width, 0.0);
        Self {
            n_inputs,
            n_outputs,
            n_vectors,
            biases,
            weights: packed,
            first,
        }
    }

    /// Values per row that goes in.
    pub fn n_inputs(&self) -> usize {
        self.n_inputs
    }

    /// Values per row that comes out.
    pub fn n_outputs(&self) -> usize {
        self.n_outputs
    }

    /// Product with rows that lie one after another.
    pub fn multiply_rows(&self, rows: &[f32]) -> Vec<f32> {
        let mut output = self.place_for(rows);
        self.multiply(rows, self.n_inputs, &mut output);
        output
    }

    /// The same, where weights and rows are [`Int16`].
    pub fn multiply_int16(&self, rows: &[f32], scale: Int16) -> Vec<f32> {
        let mut output = self.place_for(rows);
        int16::dispatch(Multiply {
            panels: self,
            arithmetic: scale,
            rows,
            stride: self.n_inputs,
            output: &mut output,
        });
        output
    }

    fn place_for(&self, rows: &[f32]) -> Vec<f32> {
        vec![0.0; rows.len() / self.n_inputs * self.n_outputs]
    }

    /// Product with as many rows as `output` has place for, `stride` values apart.
    pub fn multiply(&self, rows: &[f32], stride: usize, output: &mut [f32]) {
        Arch::new().dispatch(Multiply {
            panels: self,
            arithmetic: Floats,
            rows,
            stride,
            output,
        });
    }

    /// Weights of a panel, `[n_inputs, n_vectors]`.
    #[inline(always)]
    pub fn weights<S: Simd>(&self, panel: usize) -> &[S::f32s] {
        let n_values = self.n_inputs * self.n_vectors * S::F32_LANES;
        S::as_simd_f32s(&self.weights[self.first + panel * n_values..][..n_values]).0
    }
}

/// Values per vector of this processor.
pub(super) fn n_lanes() -> usize {
    struct Lanes;
    impl WithSimd for Lanes {
        type Output = usize;

        fn with_simd<S: Simd>(self, _: S) -> usize {
            S::F32_LANES
        }
    }
    Arch::new().dispatch(Lanes)
}

struct Multiply<'a, A> {
    panels: &'a Panels,
    arithmetic: A,
    rows: &'a [f32],
    stride: usize,
    output: &'a mut [f32],
}

impl WithSimd for Multiply<'_, Floats> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.run(simd);
    }
}

impl WithPairProducts for Multiply<'_, Int16> {
    #[inline(always)]
    fn with<S: PairProducts>(self, simd: S) {
        self.run(simd);
    }
}

impl<A> Multiply<'_, A> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S)
    where
        A: Arithmetic<S>,
    {
        match self.panels.n_vectors {
            3 => self.by_panels::<S, 3>(simd),
            _ => self.by_panels::<S, 4>(simd),
        }
    }

    #[inline(always)]
    fn by_panels<S: Simd, const VECTORS: usize>(mut self, simd: S)
    where
        A: Arithmetic<S>,
    {
        let n_rows = self.output.len() / self.panels.n_outputs;
        let n_panels = self.panels.n_outputs.div_ceil(VECTORS * S::F32_LANES);
        for panel in 0..n_panels {
            let mut row = 0;
            if S::REGISTER_COUNT >= 32 {
                while row + ROWS <= n_rows {
                    self.tile::<S, ROWS, VECTORS>(simd, panel, row);
                    row += ROWS;
                }
            }
            while row + 2 <= n_rows {
                self.tile::<S, 2, VECTORS>(simd, panel, row);
                row += 2;
            }
            if row < n_rows {
                self.tile::<S, 1, VECTORS>(simd, panel, row);
            }
        }
    }

    /// Outputs of one panel for `ROWS` rows.
    #[inline(always)]
    fn tile<S: Simd, const ROWS: usize, const VECTORS: usize>(
        &mut self,
        simd: S,
        panel: usize,
        first_row: usize,
    ) where
        A: Arithmetic<S>,
    {
        let Panels {
            n_inputs,
            n_outputs,
            ..
        } = *self.panels;
        let width = VECTORS * S::F32_LANES;
        let biases = S::as_simd_f32s(&self.panels.biases[panel * width..][..width]).0;
        let arithmetic = self.arithmetic;
        let mut sums = [[simd.splat_f32s(0.0); VECTORS]; ROWS];
        let mut rows: [&[f32]; ROWS] = [&[]; ROWS];
        for row in 0..ROWS {
            for (sum, bias) in sums[row].iter_mut().zip(biases) {
                *sum = arithmetic.first(simd, *bias);
            }
            rows[row] = &self.rows[(first_row + row) * self.stride..][..n_inputs];
        }
        multiply_add(
            simd,
            arithmetic,
            rows,
            self.panels.weights::<S>(panel),
            &mut sums,
        );
        for (row, sums) in sums.into_iter().enumerate() {
            let output = &mut self.output[(first_row + row) * n_outputs..][..n_outputs];
            for (vector, (sum, bias)) in sums.into_iter().zip(biases).enumerate() {
                let sum = arithmetic.last(simd, sum, *bias);
                let first = n_outputs.min(panel * width + vector * S::F32_LANES);
                let end = n_outputs.min(first + S::F32_LANES);
                simd.partial_store_f32s(&mut output[first..end], sum);
            }
        }
    }
}

/// Adds the products of `ROWS` rows with a panel to `sums`.
#[inline(always)]
pub(super) fn multiply_add<S: Simd, const ROWS: usize, const VECTORS: usize>(
    simd: S,
    arithmetic: impl Arithmetic<S>,
    rows: [&[f32]; ROWS],
    weights: &[S::f32s],
    sums: &mut [[S::f32s; VECTORS]; ROWS],
) {
    let weights = weights.as_chunks::<VECTORS>().0;
    let n_inputs = weights.len();
    let mut equally_long = rows;
    for row in &mut equally_long {
        *row = &row[..n_inputs];
    }
    let mut kept = *sums;
    for input in 0..n_inputs {
        let weights = weights[input];
        for row in 0..ROWS {
            let value = simd.splat_f32s(equally_long[row][input]);
            for vector in 0..VECTORS {
                let sum = &mut kept[row][vector];
                *sum = arithmetic.multiply_add(simd, value, weights[vector], *sum);
            }
        }
    }
    *sums = kept;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_overlapping_rows_are_exact() {
        // Small whole numbers: every sum is exact in f32. Parts of a vector, of a panel, of a tile.
        for (n_inputs, n_outputs, stride, n_rows) in
            [(3, 5, 3, 1), (7, 64, 2, 8), (10, 48, 4, 15), (4, 130, 4, 9)]
        {
            let number = |n: usize| (n * 37 % 19) as f32 - 9.0;
            let weights: Vec<f32> = (0..n_inputs * n_outputs).map(number).collect();
            let biases: Vec<f32> = (0..n_outputs).map(number).collect();
            let rows: Vec<f32> = (0..n_rows * stride + n_inputs).map(number).collect();
            let mut found = vec![f32::NAN; n_rows * n_outputs];
            Panels::new(&weights, &biases).multiply(&rows, stride, &mut found);
            for row in 0..n_rows {
                for output in 0..n_outputs {
                    let products = (0..n_inputs)
                        .map(|at| rows[row * stride + at] * weights[at * n_outputs + output]);
                    let expected = biases[output] + products.sum::<f32>();
                    assert_eq!(found[row * n_outputs + output], expected);
                }
            }
        }
    }
}
