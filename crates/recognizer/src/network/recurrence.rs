//! The recurrent half of an LSTM layer, one direction, without gradients: the gates of a few units
//! stay in vector registers from the matrix product to the new state, and no frame allocates.
//!
//! Input   the input products of all frames, with both biases
//! Output  the hidden state of every frame; 0 in padding
//! Source  Hochreiter & Schmidhuber 1997 with forget gates, gates i, f, g, o as in torch.nn.LSTM;
//!         the exponential is 2 to a whole part, by the exponent's bits, times 2 to a fraction, by its
//!         Taylor series, relative error below 2e-7
//! Why     burn's operations take about a microsecond each and there are twenty to a frame; figures
//!         in docs/performance.md

use pulp::{Arch, Simd, WithSimd};

/// Gates of a unit: input, forget, candidate, output.
const N_GATES: usize = 4;

/// What one direction of a layer reads.
pub(super) struct Direction<'a> {
    /// `[hidden_size, 4 * hidden_size]`.
    pub weight_hh: &'a [f32],
    /// `[batch, n_frames, 4 * hidden_size]`.
    pub projected: &'a [f32],
    /// Frames of each window, `[batch]`; the others are padding.
    pub lengths: &'a [usize],
    /// From a window's last frame to its first.
    pub reverse: bool,
}

/// Where its hidden states go: columns `first_column..first_column + hidden_size` of
/// `[batch, n_frames, n_columns]`, zero before.
pub(super) struct Columns<'a> {
    pub values: &'a mut [f32],
    pub n_columns: usize,
    pub first_column: usize,
}

/// Runs the direction over all frames, with the widest vectors that the processor has.
pub(super) fn run(direction: &Direction, output: Columns) {
    Arch::new().dispatch(Run { direction, output });
}

struct Run<'a> {
    direction: &'a Direction<'a>,
    output: Columns<'a>,
}

impl WithSimd for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let mut sweep = Sweep::new(simd, self.direction, self.output);
        let n_windows = self.direction.lengths.len();
        let n_steps = self.direction.lengths.iter().copied().max().unwrap_or(0);
        for step in 0..n_steps {
            let mut window = 0;
            // As many accumulators as there are registers, without those of the weights.
            if S::REGISTER_COUNT >= 32 {
                while window + 4 <= n_windows {
                    sweep.step::<4, 1>(step, window);
                    window += 4;
                }
            }
            while window + 2 <= n_windows {
                sweep.step::<2, 1>(step, window);
                window += 2;
            }
            if window < n_windows {
                sweep.step::<1, 2>(step, window);
            }
            std::mem::swap(&mut sweep.hidden, &mut sweep.new_hidden);
        }
    }
}

/// State of a direction between two frames.
struct Sweep<'a, S: Simd> {
    simd: S,
    direction: &'a Direction<'a>,
    output: Columns<'a>,
    hidden_size: usize,
    /// Vectors of units, an even number; units beyond `hidden_size` have weights of 0.
    n_blocks: usize,
    /// `weight_hh` as it is read: `[n_blocks, hidden_size, 4]` vectors.
    weights: Vec<[S::f32s; N_GATES]>,
    /// `[batch, n_blocks]`.
    cell: Vec<S::f32s>,
    /// `[batch, n_blocks * lanes]`.
    hidden: Vec<f32>,
    new_hidden: Vec<f32>,
}

impl<'a, S: Simd> Sweep<'a, S> {
    #[inline(always)]
    fn new(simd: S, direction: &'a Direction<'a>, output: Columns<'a>) -> Self {
        let n_windows = direction.lengths.len();
        // hidden_size * 4 * hidden_size weights.
        let hidden_size = (direction.weight_hh.len() / N_GATES).isqrt();
        let n_blocks = hidden_size.div_ceil(S::F32_LANES).next_multiple_of(2);
        let mut weights = Vec::with_capacity(n_blocks * hidden_size);
        for block in 0..n_blocks {
            for row in direction.weight_hh.chunks_exact(N_GATES * hidden_size) {
                weights.push(gates_of(simd, row, block));
            }
        }
        let padded_size = n_blocks * S::F32_LANES;
        Self {
            simd,
            direction,
            output,
            hidden_size,
            n_blocks,
            weights,
            cell: vec![simd.splat_f32s(0.0); n_windows * n_blocks],
            hidden: vec![0.0; n_windows * padded_size],
            new_hidden: vec![0.0; n_windows * padded_size],
        }
    }

    /// One step of `WINDOWS` windows, `BLOCKS` vectors of units at a time.
    #[inline(always)]
    fn step<const WINDOWS: usize, const BLOCKS: usize>(&mut self, step: usize, first: usize) {
        let padded_size = self.n_blocks * S::F32_LANES;
        let hidden_size = self.hidden_size;
        let n_frames =
            self.direction.projected.len() / (self.direction.lengths.len() * N_GATES * hidden_size);
        // Rows of the projections and the output; none once a window is over.
        let rows: [Option<usize>; WINDOWS] = std::array::from_fn(|idx| {
            let length = self.direction.lengths[first + idx];
            let frame = if self.direction.reverse {
                length.checked_sub(step + 1)
            } else {
                (step < length).then_some(step)
            };
            frame.map(|frame| (first + idx) * n_frames + frame)
        });
        if rows.iter().all(Option::is_none) {
            return;
        }
        let simd = self.simd;
        let hidden: [&[f32]; WINDOWS] =
            std::array::from_fn(|idx| &self.hidden[(first + idx) * padded_size..][..hidden_size]);
        for first_block in (0..self.n_blocks).step_by(BLOCKS) {
            let mut gates: [[[S::f32s; N_GATES]; BLOCKS]; WINDOWS] = std::array::from_fn(|idx| {
                std::array::from_fn(|block| match rows[idx] {
                    Some(row) => {
                        let width = N_GATES * hidden_size;
                        let row = &self.direction.projected[row * width..][..width];
                        gates_of(simd, row, first_block + block)
                    }
                    None => [simd.splat_f32s(0.0); N_GATES],
                })
            });
            let weights: [&[[S::f32s; N_GATES]]; BLOCKS] = std::array::from_fn(|block| {
                &self.weights[(first_block + block) * hidden_size..][..hidden_size]
            });
            for unit in 0..hidden_size {
                for window in 0..WINDOWS {
                    let value = simd.splat_f32s(hidden[window][unit]);
                    for block in 0..BLOCKS {
                        for gate in 0..N_GATES {
                            let sum = &mut gates[window][block][gate];
                            *sum = simd.mul_add_e_f32s(value, weights[block][unit][gate], *sum);
                        }
                    }
                }
            }
            for window in 0..WINDOWS {
                let Some(row) = rows[window] else { continue };
                for (block, [input, forget, candidate, output]) in
                    gates[window].into_iter().enumerate()
                {
                    let first_unit = (first_block + block) * S::F32_LANES;
                    let cell =
                        &mut self.cell[(first + window) * self.n_blocks + first_block + block];
                    let kept = simd.mul_f32s(sigmoid(simd, forget), *cell);
                    let added = simd.mul_f32s(sigmoid(simd, input), tanh(simd, candidate));
                    *cell = simd.add_f32s(kept, added);
                    let new = simd.mul_f32s(sigmoid(simd, output), tanh(simd, *cell));
                    let state = &mut self.new_hidden[(first + window) * padded_size + first_unit..];
                    simd.partial_store_f32s(&mut state[..S::F32_LANES], new);
                    let here = row * self.output.n_columns + self.output.first_column;
                    let units =
                        first_unit.min(hidden_size)..hidden_size.min(first_unit + S::F32_LANES);
                    let values = &mut self.output.values[here..][units];
                    simd.partial_store_f32s(values, new);
                }
            }
        }
    }
}

/// The four gates of a vector of units, from a row of `4 * hidden_size`; 0 beyond `hidden_size`.
#[inline(always)]
fn gates_of<S: Simd>(simd: S, row: &[f32], block: usize) -> [S::f32s; N_GATES] {
    let hidden_size = row.len() / N_GATES;
    let first = hidden_size.min(block * S::F32_LANES);
    let end = hidden_size.min(first + S::F32_LANES);
    std::array::from_fn(|gate| simd.partial_load_f32s(&row[gate * hidden_size..][first..end]))
}

#[inline(always)]
fn sigmoid<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let one = simd.splat_f32s(1.0);
    simd.div_f32s(one, simd.add_f32s(one, exp(simd, simd.neg_f32s(x))))
}

#[inline(always)]
fn tanh<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let two = simd.splat_f32s(2.0);
    let doubled = sigmoid(simd, simd.mul_f32s(two, x));
    simd.mul_add_e_f32s(two, doubled, simd.splat_f32s(-1.0))
}

#[inline(always)]
fn exp<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    // ln(2)^k / k!
    const TAYLOR: [f32; 7] = [
        1.0,
        std::f32::consts::LN_2,
        0.240_226_5,
        0.055_504_11,
        0.009_618_129,
        0.001_333_355_8,
        0.000_154_035_3,
    ];
    // Added to a number below 2^22, leaves its nearest whole number in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    const MANTISSA_BITS: u32 = 23;

    let octaves = simd.mul_f32s(x, simd.splat_f32s(std::f32::consts::LOG2_E));
    let octaves = simd.max_f32s(octaves, simd.splat_f32s(-126.0));
    let octaves = simd.min_f32s(octaves, simd.splat_f32s(126.0));
    let round = simd.splat_f32s(ROUND);
    let rounded = simd.add_f32s(octaves, round);
    let fraction = simd.sub_f32s(octaves, simd.sub_f32s(rounded, round));
    let mut power = simd.splat_f32s(TAYLOR[6]);
    for coefficient in TAYLOR[..6].iter().rev() {
        power = simd.mul_add_e_f32s(power, fraction, simd.splat_f32s(*coefficient));
    }
    let whole = simd.wrapping_dyn_shl_u32s(
        simd.transmute_u32s_f32s(rounded),
        simd.splat_u32s(MANTISSA_BITS),
    );
    simd.transmute_f32s_u32s(simd.add_u32s(simd.transmute_u32s_f32s(power), whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Exponentials<'a>(&'a mut [f32]);

    impl WithSimd for Exponentials<'_> {
        type Output = ();

        fn with_simd<S: Simd>(self, simd: S) {
            for value in self.0.chunks_mut(S::F32_LANES) {
                let vector = simd.partial_load_f32s(value);
                simd.partial_store_f32s(value, exp(simd, vector));
            }
        }
    }

    #[test]
    fn the_exponential_is_exact_to_a_few_units_in_the_last_place() {
        let arguments: Vec<f32> = (-86_000..86_000).map(|n| n as f32 / 1_000.0).collect();
        let mut found = arguments.clone();
        Arch::new().dispatch(Exponentials(&mut found));
        for (x, found) in arguments.into_iter().zip(found) {
            let error = f64::from(found) / f64::from(x).exp() - 1.0;
            // Rounding the argument, in octaves, costs up to 2^-24 of it.
            let bound = 3e-7 + 1e-7 * f64::from(x).abs();
            assert!(error.abs() < bound, "exp({x}) is off by {error:e}");
        }
        let mut extremes = [f32::MAX, f32::MIN, f32::INFINITY, f32::NEG_INFINITY];
        Arch::new().dispatch(Exponentials(&mut extremes));
        assert!(extremes.iter().all(|value| value.is_finite()));
    }
}
