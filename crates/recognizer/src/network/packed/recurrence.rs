//! The recurrent half of an LSTM layer, one direction: the gates of a few units stay in vector
//! registers from the matrix product to the new state, and no frame allocates.
//!
//! Input   the input products of all frames, with both biases
//! Output  the hidden state of every frame
//! Source  Hochreiter & Schmidhuber 1997 with forget gates, gates i, f, g, o as in torch.nn.LSTM

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use super::{
    activation::{TANH_OCTAVES, exp2},
    halves::second_of,
    lstm::N_GATES,
    panels::Panels,
};

/// What one direction reads.
pub(super) struct Projected<'a> {
    /// `[n_frames of all windows, n_blocks, 4]` vectors.
    pub gates: &'a [f32],
    /// Frames of each window, `[n_windows]`.
    pub lengths: &'a [usize],
    /// From a window's last frame to its first.
    pub reverse: bool,
}

/// Where its hidden states go: some columns of `[n_frames of all windows, n_columns]`.
pub(super) struct Columns<'a> {
    pub values: &'a mut [f32],
    pub n_columns: usize,
    pub columns: Range<usize>,
}

/// Recurrent weights: of a frame all are read, so that their bytes are the time.
#[derive(Debug)]
pub(super) enum Weights {
    /// `[n_inputs, n_blocks, 4]` vectors.
    Whole(Panels),
    /// `[n_inputs, n_blocks, 2]` vectors of pairs, i with f and g with o; see [`halves`](super::halves).
    Halved(Panels),
}

/// Runs the direction with these recurrent weights over all frames, with the widest vectors that the
/// processor has.
pub(super) fn run(weights: &Weights, projected: &Projected, output: Columns) {
    match weights {
        Weights::Whole(weights) => Arch::new().dispatch(Run::<N_GATES> {
            weights,
            projected,
            output,
        }),
        Weights::Halved(weights) => Arch::new().dispatch(Run::<{ N_GATES / 2 }> {
            weights,
            projected,
            output,
        }),
    }
}

/// `VECTORS` are stored per block.
struct Run<'a, const VECTORS: usize> {
    weights: &'a Panels,
    projected: &'a Projected<'a>,
    output: Columns<'a>,
}

impl<const VECTORS: usize> WithSimd for Run<'_, VECTORS> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let mut sweep = Sweep::<S, VECTORS>::new(simd, self.weights, self.projected, self.output);
        let n_windows = self.projected.lengths.len();
        let n_steps = self.projected.lengths.iter().copied().max().unwrap_or(0);
        for step in 0..n_steps {
            let mut window = 0;
            // As many sums as there are registers, without those of the weights.
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
struct Sweep<'a, S: Simd, const VECTORS: usize> {
    simd: S,
    weights: &'a Panels,
    projected: &'a Projected<'a>,
    output: Columns<'a>,
    /// First frame of each window.
    starts: Vec<usize>,
    hidden_size: usize,
    /// Vectors of units, an even number.
    n_blocks: usize,
    /// `[n_windows, n_blocks]`.
    cell: Vec<S::f32s>,
    /// `[n_windows, n_blocks * lanes]`.
    hidden: Vec<f32>,
    new_hidden: Vec<f32>,
}

impl<'a, S: Simd, const VECTORS: usize> Sweep<'a, S, VECTORS> {
    #[inline(always)]
    fn new(simd: S, weights: &'a Panels, projected: &'a Projected, output: Columns<'a>) -> Self {
        let n_windows = projected.lengths.len();
        let n_blocks = weights.n_outputs() / (VECTORS * S::F32_LANES);
        let padded_size = n_blocks * S::F32_LANES;
        let mut n_before = 0;
        let starts = projected.lengths.iter().map(|length| {
            n_before += length;
            n_before - length
        });
        Self {
            starts: starts.collect(),
            simd,
            weights,
            projected,
            output,
            hidden_size: weights.n_inputs(),
            n_blocks,
            cell: vec![simd.splat_f32s(0.0); n_windows * n_blocks],
            hidden: vec![0.0; n_windows * padded_size],
            new_hidden: vec![0.0; n_windows * padded_size],
        }
    }

    /// One step of `WINDOWS` windows, `BLOCKS` vectors of units at a time.
    #[inline(always)]
    fn step<const WINDOWS: usize, const BLOCKS: usize>(&mut self, step: usize, first: usize) {
        let simd = self.simd;
        let hidden_size = self.hidden_size;
        let padded_size = self.n_blocks * S::F32_LANES;
        // The frames read; none once a window is over.
        let mut frames = [None; WINDOWS];
        let mut hidden: [&[f32]; WINDOWS] = [&[]; WINDOWS];
        for idx in 0..WINDOWS {
            let length = self.projected.lengths[first + idx];
            let frame = if self.projected.reverse {
                length.checked_sub(step + 1)
            } else {
                (step < length).then_some(step)
            };
            frames[idx] = frame.map(|frame| self.starts[first + idx] + frame);
            hidden[idx] = &self.hidden[(first + idx) * padded_size..][..hidden_size];
        }
        if frames.iter().all(Option::is_none) {
            return;
        }
        for first_block in (0..self.n_blocks).step_by(BLOCKS) {
            let mut gates = [[[simd.splat_f32s(0.0); N_GATES]; BLOCKS]; WINDOWS];
            for window in 0..WINDOWS {
                let Some(frame) = frames[window] else {
                    continue;
                };
                for (block, gates) in gates[window].iter_mut().enumerate() {
                    let width = N_GATES * S::F32_LANES;
                    let at = (frame * self.n_blocks + first_block + block) * width;
                    let read = S::as_simd_f32s(&self.projected.gates[at..][..width]).0;
                    gates.copy_from_slice(read);
                }
            }
            // Before the first step the state is 0, and so are the products.
            if step > 0 {
                // A panel has four vectors: one block's, or two blocks' pairs.
                let mut weights: [&[[S::f32s; 4]]; BLOCKS] = [&[]; BLOCKS];
                for (block, weights) in weights.iter_mut().enumerate() {
                    let panel = (first_block + block) * VECTORS / 4;
                    let panel = self.weights.weights::<S>(panel);
                    *weights = &panel.as_chunks().0[..hidden_size];
                }
                for unit in 0..hidden_size {
                    let mut of_gates = [[simd.splat_f32s(0.0); N_GATES]; BLOCKS];
                    for block in 0..BLOCKS {
                        let stored = weights[block][unit];
                        of_gates[block] = if VECTORS == N_GATES {
                            stored
                        } else {
                            let [low, high] = if (first_block + block) % 2 == 0 {
                                [stored[0], stored[1]]
                            } else {
                                [stored[2], stored[3]]
                            };
                            [low, second_of(simd, low), high, second_of(simd, high)]
                        };
                    }
                    for window in 0..WINDOWS {
                        let value = simd.splat_f32s(hidden[window][unit]);
                        for block in 0..BLOCKS {
                            for gate in 0..N_GATES {
                                let sum = &mut gates[window][block][gate];
                                *sum = simd.mul_add_e_f32s(value, of_gates[block][gate], *sum);
                            }
                        }
                    }
                }
            }
            for window in 0..WINDOWS {
                let Some(frame) = frames[window] else {
                    continue;
                };
                for (block, gates) in gates[window].iter().enumerate() {
                    let first_unit = (first_block + block) * S::F32_LANES;
                    let cells = (first + window) * self.n_blocks;
                    let cell = &mut self.cell[cells + first_block + block];
                    let new = new_state(simd, *gates, cell);
                    let state = (first + window) * padded_size + first_unit;
                    let state = &mut self.new_hidden[state..][..S::F32_LANES];
                    simd.partial_store_f32s(state, new);
                    let row = &mut self.output.values[frame * self.output.n_columns..];
                    let units =
                        first_unit.min(hidden_size)..hidden_size.min(first_unit + S::F32_LANES);
                    let columns = &mut row[self.output.columns.clone()];
                    simd.partial_store_f32s(&mut columns[units], new);
                }
            }
        }
    }
}

/// New hidden state of a vector of units from the sums of its gates, in octaves; renews `cell`.
///
/// With `I = e^-i` and so on, `cell / (1 + F) + (1 - G) / ((1 + I)(1 + G))` over one denominator: a
/// division takes as long as ten products.
#[inline(always)]
fn new_state<S: Simd>(simd: S, gates: [S::f32s; N_GATES], cell: &mut S::f32s) -> S::f32s {
    let one = simd.splat_f32s(1.0);
    let [input, forget, candidate, output] = gates;
    let candidate = exp2(simd, candidate);
    let input = simd.add_f32s(one, exp2(simd, input));
    let forget = simd.add_f32s(one, exp2(simd, forget));
    let added = simd.mul_f32s(input, simd.add_f32s(one, candidate));
    let kept = simd.mul_f32s(*cell, added);
    let sum = simd.mul_add_e_f32s(simd.sub_f32s(one, candidate), forget, kept);
    *cell = simd.div_f32s(sum, simd.mul_f32s(forget, added));

    let squashed = exp2(simd, simd.mul_f32s(*cell, simd.splat_f32s(TANH_OCTAVES)));
    let output = simd.add_f32s(one, exp2(simd, output));
    let denominator = simd.mul_f32s(output, simd.add_f32s(one, squashed));
    simd.div_f32s(simd.sub_f32s(one, squashed), denominator)
}
