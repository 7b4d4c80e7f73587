//! A dense layer's weights of 8 bits as its product with rows reads them, where processors of Intel and AMD add the
//! products of four pairs of them at once (VNNI, with AVX-512).
//!
//! Input   rows, f32, which may overlap, as whole numbers of 8 bits without a sign (`rows.rs`)
//! Output  f32 `[n_rows, n_outputs]`
//! Layout  panels of a few vectors of outputs, as in `packed/panels.rs`; a place of 32 bits holds the numbers of four
//!         inputs, a quarter of a row apart, in weights and rows
//! Error   the weights are exact, and so are sums
//! Invariant: no sum overflows: rows of more than [`MAX_INPUTS`] values are refused

use std::arch::x86_64::{
    _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_fmadd_ps, _mm512_mul_ps, _mm512_mullo_epi32,
    _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_si512,
};

use fearless_simd::{Avx512, Level, SimdBase, SimdInto, f32x16, i8x64, i32x16};

use super::{
    finish::{Columns, Finish},
    rows::{MAX_INPUTS, Numbers, Place, Rows},
    weights::LayerWeights,
};

/// Inputs of a place.
const INPUTS: usize = 4;

/// Outputs of a vector: places of its weights.
const LANES: usize = 16;

/// Vectors of a panel, and rows that share them: with a row's place, 29 of 32 registers.
const VECTORS: usize = 4;
const ROWS: usize = 6;

/// Outputs of a panel.
const WIDTH: usize = VECTORS * LANES;

/// What the outputs of a vector read of four inputs, on one cache line.
#[derive(Clone, Debug)]
#[repr(align(64))]
struct Line([i8; INPUTS * LANES]);

/// Weights and biases; see the module's head.
#[derive(Debug)]
pub(super) struct VnniMatrix {
    processor: Avx512,
    n_inputs: usize,
    n_outputs: usize,
    panels: Vec<Panel>,
}

#[derive(Debug)]
struct Panel {
    /// `[n_inputs / 4]`.
    weights: Vec<[Line; VECTORS]>,
    /// Sums of each output's weights; 0 beyond the layer's outputs, and so are scales and biases.
    sums: [i32; WIDTH],
    scales: [f32; WIDTH],
    biases: [f32; WIDTH],
}

impl VnniMatrix {
    /// Lays out a layer with a multiple of four inputs; `None` where the processor has no such products.
    pub fn new(layer: &LayerWeights) -> Option<Self> {
        let (n_inputs, n_outputs) = (layer.n_inputs(), layer.n_outputs());
        let is_possible = n_inputs.is_multiple_of(INPUTS) && n_inputs <= MAX_INPUTS;
        let processor = Level::new().as_avx512().filter(|_| is_possible)?;
        let sums = layer.sums();
        let panel = |first| Panel {
            weights: lines(layer, first),
            sums: padded(&sums[first..]),
            scales: padded(&layer.scales[first..]),
            biases: padded(&layer.biases[first..]),
        };
        Some(Self {
            processor,
            n_inputs,
            n_outputs,
            panels: (0..n_outputs).step_by(WIDTH).map(panel).collect(),
        })
    }

    /// Product with rows that begin `stride` values apart in `values`, given to `finish`; as many as `output` has
    /// place for.
    pub fn multiply(&self, values: &[f32], stride: usize, finish: impl Finish, output: &mut [f32]) {
        let n_rows = output.len() / self.n_outputs;
        let rows = Rows::new(values, stride, [n_rows, self.n_inputs], ROWS);
        let mut of_panel = vec![0.0; rows.scales.len() * WIDTH];
        for (panel, first) in self.panels.iter().zip((0..).step_by(WIDTH)) {
            multiply_panel(self.processor, &rows, panel, &mut of_panel);
            let columns = Columns {
                n_columns: self.n_outputs,
                first,
                width: WIDTH,
            };
            columns.finish(finish, &of_panel, output);
        }
    }
}

/// The weights of the outputs from `first` on.
fn lines(layer: &LayerWeights, first: usize) -> Vec<[Line; VECTORS]> {
    let n_inputs = layer.n_inputs();
    let n_places = n_inputs / INPUTS;
    let mut lines = vec![[const { Line([0; INPUTS * LANES]) }; VECTORS]; n_places];
    let of_outputs = layer.weights.chunks_exact(n_inputs).skip(first);
    for (output, weights) in of_outputs.take(WIDTH).enumerate() {
        for (input, weight) in weights.iter().enumerate() {
            let Line(line) = &mut lines[input % n_places][output / LANES];
            line[output % LANES * INPUTS + input / n_places] = *weight;
        }
    }
    lines
}

/// As many values as a panel has outputs, those beyond the last one 0.
fn padded<T: Copy + Default>(values: &[T]) -> [T; WIDTH] {
    std::array::from_fn(|output| values.get(output).copied().unwrap_or_default())
}

/// The numbers of four inputs, the first in the lowest bits.
#[derive(Clone, Copy, Default)]
struct Four(i32);

impl Place for Four {
    fn n_of(row_size: usize) -> usize {
        row_size / INPUTS
    }

    #[inline(always)]
    fn take_over(row: &[f32], numbers: Numbers, places: &mut [Self]) {
        let (first, rest) = row.split_at(places.len());
        let (second, rest) = rest.split_at(places.len());
        let (third, fourth) = rest.split_at(places.len());
        let inputs = first.iter().zip(second).zip(third).zip(fourth);
        for (place, (((first, second), third), fourth)) in places.iter_mut().zip(inputs) {
            let [first, second, third, fourth] =
                [*first, *second, *third, *fourth].map(|value| numbers.above_least(value));
            let four = first | second << 8 | third << 16 | fourth << 24;
            *place = Self(four.cast_signed());
        }
    }
}

fearless_simd::kernel!(
    /// Outputs of one panel for all rows, `[n_rows, WIDTH]`.
    fn multiply_panel(avx512: Avx512, rows: &Rows<Four>, panel: &Panel, output: &mut [f32]) {
        let n_places = panel.weights.len();
        let mut sums_of_weights = [_mm512_setzero_si512(); VECTORS];
        for (vector, sums) in sums_of_weights
            .iter_mut()
            .zip(panel.sums.as_chunks::<LANES>().0)
        {
            *vector = i32x16::from_slice(avx512, sums).into();
        }
        let tiles = rows.places.chunks_exact(ROWS * n_places);
        let tiles = tiles.zip(rows.least.as_chunks::<ROWS>().0);
        let outputs = output.chunks_exact_mut(ROWS * WIDTH);
        let scales = rows.scales.as_chunks::<ROWS>().0;
        for (((places, least), scales), output) in tiles.zip(scales).zip(outputs) {
            let mut sums = [[_mm512_setzero_si512(); VECTORS]; ROWS];
            for row in 0..ROWS {
                let least = _mm512_set1_epi32(least[row]);
                for vector in 0..VECTORS {
                    sums[row][vector] = _mm512_mullo_epi32(least, sums_of_weights[vector]);
                }
            }
            let row = |row: usize| &places[row * n_places..][..n_places];
            let [a, b, c, d, e, f] = [row(0), row(1), row(2), row(3), row(4), row(5)];
            // Side by side: looking at where each row ends takes longer than its product.
            let places = a.iter().zip(b).zip(c).zip(d).zip(e).zip(f);
            for ((((((a, b), c), d), e), f), lines) in places.zip(&panel.weights) {
                let mut weights = [_mm512_setzero_si512(); VECTORS];
                for (vector, Line(line)) in weights.iter_mut().zip(lines) {
                    *vector = i8x64::from_slice(avx512, line).into();
                }
                let inputs = [a, b, c, d, e, f];
                for row in 0..ROWS {
                    let input = _mm512_set1_epi32(inputs[row].0);
                    for vector in 0..VECTORS {
                        let sum = &mut sums[row][vector];
                        *sum = _mm512_dpbusd_epi32(*sum, input, weights[vector]);
                    }
                }
            }
            let panel_scales = panel.scales.as_chunks::<LANES>().0;
            let panel_biases = panel.biases.as_chunks::<LANES>().0;
            for row in 0..ROWS {
                let of_row = _mm512_set1_ps(scales[row]);
                for vector in 0..VECTORS {
                    let scale = f32x16::from_slice(avx512, &panel_scales[vector]).into();
                    let bias = f32x16::from_slice(avx512, &panel_biases[vector]).into();
                    let sum = _mm512_cvtepi32_ps(sums[row][vector]);
                    let value = _mm512_fmadd_ps(sum, _mm512_mul_ps(of_row, scale), bias);
                    let value: f32x16<_> = value.simd_into(avx512);
                    value.store_slice(&mut output[row * WIDTH + vector * LANES..][..LANES]);
                }
            }
        }
    }
);

#[cfg(test)]
mod tests {
    use super::super::finish::{Add, Store};
    use super::super::weights::tried::{assert_no_overflow, assert_products, layer};
    use super::*;

    fn is_skipped() -> bool {
        let is_skipped = VnniMatrix::new(&layer(INPUTS, 1)).is_none();
        if is_skipped {
            // Past the test harness, which keeps what eprintln! says of a test that passes.
            let line = b"SKIPPED this processor has no products of int8 in fours\n";
            let _ = std::io::Write::write_all(&mut std::io::stderr(), line);
        }
        is_skipped
    }

    fn open(layer: &LayerWeights) -> VnniMatrix {
        VnniMatrix::new(layer).expect("a multiple of four inputs")
    }

    #[test]
    fn products_are_those_of_the_values() {
        if is_skipped() {
            return;
        }
        // Parts of a panel, of a tile; rows beside each other, rows that overlap.
        let shapes = [
            [4, 4, 1, 1],
            [12, 12, 37, 7],
            [20, 8, 64, 13],
            [24, 16, 70, 6],
        ];
        assert_products(&shapes, |layer, values, stride, output| {
            open(layer).multiply(values, stride, Store, output);
            let mut added = output.to_vec();
            open(layer).multiply(values, stride, Add, &mut added);
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
            open(layer).multiply(values, stride, Store, output);
        });
    }
}
