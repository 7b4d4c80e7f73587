//! A dense layer's weights of 8 bits as they are, where processors add the products of four pairs of them at once
//! (ARM's dot product).
//!
//! Input   rows, f32, which may overlap, as whole numbers of 8 bits (`rows.rs`), less 128
//! Output  f32 `[n_rows, n_outputs]`
//! Layout  the file's, `[n_outputs, n_inputs]`
//! Error   the weights are exact, and so are sums
//! Invariant: no sum overflows: rows of more than [`MAX_INPUTS`] values are refused

use pulp::NullaryFnOnce;

use super::{
    rows::{MAX_INPUTS, Numbers, Place, Rows},
    weights::LayerWeights,
};

/// Rows and outputs whose sums stay in registers: with what they are made of, 24 of 32.
const ROWS: usize = 4;
const OUTPUTS: usize = 4;

/// What numbers are above those that are multiplied: these have a sign.
const MIDDLE: i32 = 128;

/// Weights and biases; see the module's head.
#[derive(Debug)]
pub(super) struct Int8Matrix {
    n_inputs: usize,
    n_outputs: usize,
    /// `[n_outputs, n_inputs]`, then outputs of 0 up to a multiple of [`OUTPUTS`].
    weights: Vec<i8>,
    /// Sums of each output's weights.
    sums: Vec<i32>,
    scales: Vec<f32>,
    biases: Vec<f32>,
}

impl Int8Matrix {
    /// Whether rows of `n_inputs` values are multiplied so on this processor.
    pub fn is_possible(n_inputs: usize) -> bool {
        n_inputs <= MAX_INPUTS && has_dot_products()
    }

    pub fn new(layer: &LayerWeights) -> Self {
        let n_inputs = layer.n_inputs();
        let n_outputs = layer.n_outputs();
        let mut weights = layer.weights.clone();
        weights.resize(n_outputs.next_multiple_of(OUTPUTS) * n_inputs, 0);
        Self {
            n_inputs,
            n_outputs,
            weights,
            sums: layer.sums(),
            scales: layer.scales.clone(),
            biases: layer.biases.clone(),
        }
    }

    /// Product with rows that begin `stride` values apart, as many as `output` has place for.
    pub fn multiply(&self, values: &[f32], stride: usize, output: &mut [f32]) {
        let shape = [output.len() / self.n_outputs, self.n_inputs];
        let rows = Rows::new(values, stride, shape, ROWS);
        dispatch(Multiply {
            matrix: self,
            rows: &rows,
            output,
        });
    }
}

impl Place for i8 {
    fn n_of(row_size: usize) -> usize {
        row_size
    }

    #[inline(always)]
    fn take_over(row: &[f32], numbers: Numbers, places: &mut [Self]) {
        for (place, value) in places.iter_mut().zip(row) {
            *place = (numbers.above_least(*value).cast_signed() - MIDDLE) as Self;
        }
    }
}

struct Multiply<'a> {
    matrix: &'a Int8Matrix,
    rows: &'a Rows<i8>,
    output: &'a mut [f32],
}

impl NullaryFnOnce for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let matrix = self.matrix;
        let of_outputs = matrix.weights.chunks_exact(OUTPUTS * matrix.n_inputs);
        for (weights, first_output) in of_outputs.zip((0..).step_by(OUTPUTS)) {
            let of_output = |output: usize| &weights[output * matrix.n_inputs..][..matrix.n_inputs];
            let weights = std::array::from_fn(of_output);
            let outputs = first_output..matrix.n_outputs.min(first_output + OUTPUTS);
            let rows = self.output.chunks_mut(ROWS * matrix.n_outputs);
            let of_rows = self.rows.places.chunks_exact(ROWS * matrix.n_inputs);
            let of_rows = of_rows
                .zip(self.rows.scales.chunks(ROWS))
                .zip(self.rows.least.chunks(ROWS));
            for (rows, ((places, scales), least)) in rows.zip(of_rows) {
                let of_row = |row: usize| &places[row * matrix.n_inputs..][..matrix.n_inputs];
                let sums = sums(std::array::from_fn(of_row), weights);
                let rows = rows.chunks_mut(matrix.n_outputs);
                for (((row, scale), least), sums) in rows.zip(scales).zip(least).zip(sums) {
                    for (output, sum) in outputs.clone().zip(sums) {
                        let sum = sum + (least + MIDDLE) * matrix.sums[output];
                        row[output] =
                            sum as f32 * (scale * matrix.scales[output]) + matrix.biases[output];
                    }
                }
            }
        }
    }
}

/// Products of rows with the weights of outputs, written so that the compiler takes the loop sixteen places at a time.
#[inline(always)]
fn sums([a, b, c, d]: [&[i8]; ROWS], [e, f, g, h]: [&[i8]; OUTPUTS]) -> [[i32; OUTPUTS]; ROWS] {
    let mut sums = [[0; OUTPUTS]; ROWS];
    let inputs = a.iter().zip(b).zip(c).zip(d);
    let weights = e.iter().zip(f).zip(g).zip(h);
    for ((((a, b), c), d), (((e, f), g), h)) in inputs.zip(weights) {
        let inputs = [*a, *b, *c, *d].map(i32::from);
        let weights = [*e, *f, *g, *h].map(i32::from);
        for (sums, input) in sums.iter_mut().zip(inputs) {
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += input * weight;
            }
        }
    }
    sums
}

#[cfg(target_arch = "aarch64")]
pulp::simd_type! {
    /// Where one instruction adds four products of 8 bits to a sum; the compiler makes it of [`sums`].
    struct DotProducts {
        neon: "neon",
        dotprod: "dotprod",
    }
}

/// Whether this processor has them.
fn has_dot_products() -> bool {
    #[cfg(target_arch = "aarch64")]
    return DotProducts::is_available();
    #[cfg(not(target_arch = "aarch64"))]
    false
}

/// Runs `op` with them where there are some.
fn dispatch(op: Multiply<'_>) {
    #[cfg(target_arch = "aarch64")]
    if let Some(simd) = DotProducts::try_new() {
        return simd.vectorize(op);
    }
    op.call();
}

#[cfg(test)]
mod tests {
    use super::super::weights::tried::{assert_no_overflow, assert_products};
    use super::*;

    fn multiply(layer: &LayerWeights, values: &[f32], stride: usize, output: &mut [f32]) {
        Int8Matrix::new(layer).multiply(values, stride, output);
    }

    #[test]
    fn products_are_those_of_the_values() {
        // Parts of sixteen places, of a tile; rows beside each other, rows that overlap.
        let shapes = [
            [1, 1, 1, 1],
            [10, 10, 37, 7],
            [18, 6, 16, 13],
            [40, 16, 70, 6],
        ];
        assert_products(&shapes, multiply);
    }

    #[test]
    fn no_sum_overflows() {
        assert_no_overflow(multiply);
    }
}
