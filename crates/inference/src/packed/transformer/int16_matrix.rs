//! A dense layer's weights of 8 bits as its product with rows reads them, where processors multiply whole numbers of
//! 16 bits two by two.
//!
//! Input   rows, f32, which may overlap, as whole numbers of 8 bits (`rows.rs`), each in 16 here
//! Output  f32 `[n_rows, n_outputs]`
//! Layout  panels of a few vectors of outputs, as in `packed/panels.rs`; a place of 32 bits holds the numbers of
//!         two inputs, of which the second comes half a row after the first, in weights and rows
//! Error   the weights are exact, and so are sums
//! Invariant: no sum overflows: rows of more than [`MAX_INPUTS`] values are refused

use super::super::{
    int16::{self, PairProducts, WithPairProducts},
    panels::n_lanes,
};
use super::{
    finish::Finish,
    rows::{MAX_INPUTS, Numbers, Place, Rows},
    weights::LayerWeights,
};

/// Bytes of a cache line: a vector that lies on two is read twice.
const LINE_BYTES: usize = 64;

/// Vectors of a panel: six rows of them, the weights and one product fill the registers.
const VECTORS_OF_16: usize = 2;
const VECTORS_OF_32: usize = 4;

/// Rows that share the weights in registers.
const ROWS: usize = 6;

/// The lower half holds a number of a row's first half, the upper half that of its second at the same place, so that a
/// row is taken over a vector at a time.
#[derive(Clone, Copy, Default)]
struct Pair(f32);

impl Place for Pair {
    fn n_of(row_size: usize) -> usize {
        row_size / 2
    }

    #[inline(always)]
    fn take_over(row: &[f32], numbers: Numbers, places: &mut [Self]) {
        let (first, second) = row.split_at(places.len());
        for ((place, first), second) in places.iter_mut().zip(first).zip(second) {
            let [first, second] = [*first, *second].map(|value| numbers.of(value) as i16);
            *place = Self(place_of(first, second));
        }
    }
}

/// Weights and biases; see the module's head.
#[derive(Debug)]
pub(super) struct Int16Matrix {
    n_inputs: usize,
    n_outputs: usize,
    /// `[n_panels, n_inputs / 2, width of a panel]` from `first` on.
    weights: Vec<f32>,
    /// The first place on a cache line.
    first: usize,
    /// `[n_panels, width of a panel]`, 0 beyond `n_outputs`; so are the biases.
    scales: Vec<f32>,
    biases: Vec<f32>,
}

impl Int16Matrix {
    /// Whether there is such a layout on this processor for rows of `n_inputs` values.
    pub fn is_possible(n_inputs: usize) -> bool {
        n_inputs.is_multiple_of(2) && n_inputs <= MAX_INPUTS && int16::are_supported()
    }

    /// Lays out a layer with an even number of inputs.
    pub fn new(layer: &LayerWeights) -> Self {
        let (n_inputs, n_outputs) = (layer.n_inputs(), layer.n_outputs());
        let width = width();
        let n_panels = n_outputs.div_ceil(width);
        let padded = |values: &[f32]| {
            let mut padded = values.to_vec();
            padded.resize(n_panels * width, 0.0);
            padded
        };
        let n_weights = n_panels * n_inputs / 2 * width;
        let mut weights = vec![0.0; n_weights + LINE_BYTES / size_of::<f32>()];
        let first = weights.as_ptr().align_offset(LINE_BYTES);
        for (output, row) in layer.weights.chunks_exact(n_inputs).enumerate() {
            let places = first + output / width * n_inputs / 2 * width + output % width;
            let places = weights[places..].iter_mut().step_by(width);
            for (place, [first, second]) in places.zip(pairs(row)) {
                *place = place_of(first.into(), second.into());
            }
        }
        Self {
            n_inputs,
            n_outputs,
            weights,
            first,
            scales: padded(&layer.scales),
            biases: padded(&layer.biases),
        }
    }

    /// Product with rows that begin `stride` values apart in `values`, given to `finish`; as many as `output` has
    /// place for.
    pub fn multiply(&self, values: &[f32], stride: usize, finish: impl Finish, output: &mut [f32]) {
        let shape = [output.len() / self.n_outputs, self.n_inputs];
        let inputs = Rows::new(values, stride, shape, ROWS);
        int16::dispatch(Multiply {
            matrix: self,
            inputs: &inputs,
            finish,
            output,
        });
    }
}

/// Values of a panel on this processor.
fn width() -> usize {
    n_lanes() * n_vectors(n_lanes())
}

/// Processors with vectors of sixteen values have 32 registers.
const fn n_vectors(n_lanes: usize) -> usize {
    if n_lanes >= 16 {
        VECTORS_OF_32
    } else {
        VECTORS_OF_16
    }
}

/// Numbers half a row apart.
fn pairs(row: &[i8]) -> impl Iterator<Item = [i8; 2]> {
    let (first, second) = row.split_at(row.len() / 2);
    let pairs = first.iter().zip(second);
    pairs.map(|(first, second)| [*first, *second])
}

#[inline(always)]
fn place_of(first: i16, second: i16) -> f32 {
    f32::from_bits(u32::from(first.cast_unsigned()) | u32::from(second.cast_unsigned()) << 16)
}

struct Multiply<'a, F> {
    matrix: &'a Int16Matrix,
    inputs: &'a Rows<Pair>,
    finish: F,
    output: &'a mut [f32],
}

impl<F: Finish> WithPairProducts for Multiply<'_, F> {
    #[inline(always)]
    fn with<S: PairProducts>(self, simd: S) {
        match n_vectors(S::F32_LANES) {
            VECTORS_OF_32 => self.by_panels::<S, VECTORS_OF_32>(simd),
            _ => self.by_panels::<S, VECTORS_OF_16>(simd),
        }
    }
}

impl<F: Finish> Multiply<'_, F> {
    #[inline(always)]
    fn by_panels<S: PairProducts, const VECTORS: usize>(mut self, simd: S) {
        for panel in 0..self.matrix.n_outputs.div_ceil(VECTORS * S::F32_LANES) {
            for first_row in (0..self.inputs.scales.len()).step_by(ROWS) {
                self.tile::<S, VECTORS>(simd, panel, first_row);
            }
        }
    }

    /// Outputs of one panel for a few rows.
    #[inline(always)]
    fn tile<S: PairProducts, const VECTORS: usize>(
        &mut self,
        simd: S,
        panel: usize,
        first_row: usize,
    ) {
        let matrix = self.matrix;
        let n_places = matrix.n_inputs / 2;
        let width = VECTORS * S::F32_LANES;
        let weights = &matrix.weights[matrix.first + panel * n_places * width..];
        let weights = S::as_simd_f32s(&weights[..n_places * width]).0;
        let row = |row| &self.inputs.places[(first_row + row) * n_places..][..n_places];
        let sums = sums::<S, VECTORS>(simd, std::array::from_fn(row), weights.as_chunks().0);
        let scales = S::as_simd_f32s(&matrix.scales[panel * width..][..width]).0;
        let biases = S::as_simd_f32s(&matrix.biases[panel * width..][..width]).0;
        let rows = self
            .output
            .chunks_exact_mut(matrix.n_outputs)
            .skip(first_row);
        for ((row, output), sums) in rows.enumerate().zip(sums) {
            let of_row = simd.splat_f32s(self.inputs.scales[first_row + row]);
            let outputs = output[panel * width..].chunks_mut(S::F32_LANES);
            for (vector, output) in outputs.take(VECTORS).enumerate() {
                let sum = simd.number(simd.transmute_i32s_u32s(sums[vector]));
                let scale = simd.mul_f32s(of_row, scales[vector]);
                let value = simd.mul_add_e_f32s(sum, scale, biases[vector]);
                self.finish.store(simd, value, output);
            }
        }
    }
}

/// Products of rows with a panel.
#[inline(always)]
fn sums<S: PairProducts, const VECTORS: usize>(
    simd: S,
    [a, b, c, d, e, f]: [&[Pair]; ROWS],
    weights: &[[S::f32s; VECTORS]],
) -> [[S::u32s; VECTORS]; ROWS] {
    let mut sums = [[simd.splat_u32s(0); VECTORS]; ROWS];
    // Side by side: looking at where each row ends takes longer than its product.
    let places = a.iter().zip(b).zip(c).zip(d).zip(e).zip(f);
    for ((((((a, b), c), d), e), f), weights) in places.zip(weights) {
        let inputs = [*a, *b, *c, *d, *e, *f];
        for row in 0..ROWS {
            let input = simd.splat_f32s(inputs[row].0);
            for vector in 0..VECTORS {
                let products = simd.add_products(input, weights[vector]);
                let sum = &mut sums[row][vector];
                *sum = simd.add_u32s(*sum, simd.transmute_u32s_i32s(products));
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::super::finish::{Add, Store};
    use super::super::weights::tried::{assert_no_overflow, assert_products};
    use super::*;

    fn is_skipped() -> bool {
        let is_skipped = !Int16Matrix::is_possible(2);
        if is_skipped {
            // Past the test harness, which keeps what eprintln! says of a test that passes.
            let line = b"SKIPPED this processor has no products of int16 in pairs\n";
            let _ = std::io::Write::write_all(&mut std::io::stderr(), line);
        }
        is_skipped
    }

    #[test]
    fn products_are_those_of_the_values() {
        if is_skipped() {
            return;
        }
        // Parts of a vector, of a panel, of a tile; rows beside each other, rows that overlap.
        let shapes = [
            [2, 2, 1, 1],
            [10, 10, 37, 7],
            [18, 6, 16, 13],
            [24, 16, 70, 6],
        ];
        assert_products(&shapes, |layer, values, stride, output| {
            let matrix = Int16Matrix::new(layer);
            matrix.multiply(values, stride, Store, output);
            let mut added = output.to_vec();
            matrix.multiply(values, stride, Add, &mut added);
            for (added, found) in added.iter().zip(output) {
                assert!((added - 2.0 * *found).abs() < 1e-3);
            }
        });
    }

    #[test]
    fn no_sum_overflows() {
        if is_skipped() {
            return;
        }
        assert_no_overflow(|layer, values, stride, output| {
            Int16Matrix::new(layer).multiply(values, stride, Store, output);
        });
    }
}
