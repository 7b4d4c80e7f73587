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
    bf16::second_of,
    int16::{self, Int16, Int16Panels, PairProducts, WithPairProducts},
    lstm::N_GATES,
    panels::{Arithmetic, Floats, Panels},
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

/// What a direction remembers between two runs over the same windows; nothing before the first.
#[derive(Default)]
pub(super) struct State {
    /// `[n_windows, n_blocks * lanes]`.
    cell: Vec<f32>,
    /// `[n_windows, n_blocks * lanes]`, as they are multiplied.
    hidden: Vec<f32>,
}

/// Recurrent weights: of a frame all are read, so that their bytes are the time.
#[derive(Debug)]
pub(super) enum Weights {
    /// `[n_inputs, n_blocks, 4]` vectors.
    Whole(Panels),
    /// `[n_inputs, n_blocks, 2]` vectors of pairs, i with f and g with o; see [`bf16`](super::bf16).
    Bf16(Panels),
    /// `[n_inputs / 2, n_blocks, 4]` vectors of pairs of inputs; see [`int16`].
    Int16(Int16Panels),
}

/// Runs the direction with these recurrent weights over all frames, with the widest vectors that the
/// processor has, and goes on from `state`.
pub(super) fn run(weights: &Weights, projected: &Projected, output: Columns, state: &mut State) {
    match weights {
        Weights::Whole(weights) => Arch::new().dispatch(Run {
            weights,
            kind: Floats,
            projected,
            output,
            state,
        }),
        Weights::Bf16(weights) => Arch::new().dispatch(Run {
            weights,
            kind: Bf16,
            projected,
            output,
            state,
        }),
        Weights::Int16(Int16Panels { panels, scale }) => int16::dispatch(Run {
            weights: panels,
            kind: *scale,
            projected,
            output,
            state,
        }),
    }
}

/// How recurrent weights and the states that they are multiplied with are stored.
trait Kind<S: Simd>: Copy {
    /// Vectors of a block and an input.
    const VECTORS: usize = N_GATES;
    fn arithmetic(self) -> impl Arithmetic<S>;
    /// The weights of an input for each gate, of the four vectors that hold two blocks' or one's.
    #[inline(always)]
    fn of_gates(self, _: S, stored: [S::f32s; 4], _is_second: bool) -> [S::f32s; N_GATES] {
        stored
    }
    /// Makes new states, which are f32, those to be read.
    #[inline(always)]
    fn take_over(self, read: &mut Vec<f32>, new: &mut Vec<f32>, _padded_size: usize) {
        std::mem::swap(read, new);
    }
}

impl<S: Simd> Kind<S> for Floats {
    #[inline(always)]
    fn arithmetic(self) -> impl Arithmetic<S> {
        self
    }
}

/// Two gates' weights in the place of one.
#[derive(Clone, Copy)]
struct Bf16;

impl<S: Simd> Kind<S> for Bf16 {
    const VECTORS: usize = N_GATES / 2;

    #[inline(always)]
    fn arithmetic(self) -> impl Arithmetic<S> {
        Floats
    }

    #[inline(always)]
    fn of_gates(self, simd: S, stored: [S::f32s; 4], is_second: bool) -> [S::f32s; N_GATES] {
        let [low, high] = if is_second {
            [stored[2], stored[3]]
        } else {
            [stored[0], stored[1]]
        };
        [low, second_of(simd, low), high, second_of(simd, high)]
    }
}

impl<S: PairProducts> Kind<S> for Int16 {
    #[inline(always)]
    fn arithmetic(self) -> impl Arithmetic<S> {
        self
    }

    #[inline(always)]
    fn take_over(self, read: &mut Vec<f32>, new: &mut Vec<f32>, padded_size: usize) {
        let rows = read.chunks_exact_mut(padded_size);
        for (pairs, states) in rows.zip(new.chunks_exact(padded_size)) {
            int16::take_over(pairs, states);
        }
    }
}

struct Run<'a, K> {
    weights: &'a Panels,
    kind: K,
    projected: &'a Projected<'a>,
    output: Columns<'a>,
    state: &'a mut State,
}

impl WithSimd for Run<'_, Floats> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.sweep(simd);
    }
}

impl WithSimd for Run<'_, Bf16> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.sweep(simd);
    }
}

impl WithPairProducts for Run<'_, Int16> {
    #[inline(always)]
    fn with<S: PairProducts>(self, simd: S) {
        self.sweep(simd);
    }
}

impl<K> Run<'_, K> {
    #[inline(always)]
    fn sweep<S: Simd>(self, simd: S)
    where
        K: Kind<S>,
    {
        let mut sweep = Sweep::begin(simd, self);
        let n_windows = sweep.projected.lengths.len();
        let n_steps = sweep.projected.lengths.iter().copied().max().unwrap_or(0);
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
            let padded_size = sweep.n_blocks * S::F32_LANES;
            sweep
                .kind
                .take_over(&mut sweep.hidden, &mut sweep.new_hidden, padded_size);
        }
        sweep.end();
    }
}

/// State of a direction between two frames.
struct Sweep<'a, S: Simd, K> {
    simd: S,
    weights: &'a Panels,
    kind: K,
    projected: &'a Projected<'a>,
    output: Columns<'a>,
    state: &'a mut State,
    /// Whether frames were read before.
    goes_on: bool,
    /// First frame of each window.
    starts: Vec<usize>,
    hidden_size: usize,
    /// Vectors of units, an even number.
    n_blocks: usize,
    /// `[n_windows, n_blocks]`.
    cell: Vec<S::f32s>,
    /// `[n_windows, n_blocks * lanes]`, as they are multiplied.
    hidden: Vec<f32>,
    new_hidden: Vec<f32>,
}

impl<'a, S: Simd, K: Kind<S>> Sweep<'a, S, K> {
    #[inline(always)]
    fn begin(simd: S, run: Run<'a, K>) -> Self {
        let Run {
            weights,
            kind,
            projected,
            output,
            state,
        } = run;
        let n_windows = projected.lengths.len();
        let n_blocks = weights.n_outputs() / (K::VECTORS * S::F32_LANES);
        let padded_size = n_blocks * S::F32_LANES;
        let goes_on = !state.hidden.is_empty();
        if !goes_on {
            state.cell = vec![0.0; n_windows * padded_size];
            state.hidden = state.cell.clone();
        }
        let mut n_before = 0;
        let starts = projected.lengths.iter().map(|length| {
            n_before += length;
            n_before - length
        });
        Self {
            starts: starts.collect(),
            simd,
            weights,
            kind,
            projected,
            hidden_size: output.columns.len(),
            output,
            n_blocks,
            cell: S::as_simd_f32s(&state.cell).0.to_vec(),
            hidden: std::mem::take(&mut state.hidden),
            new_hidden: vec![0.0; n_windows * padded_size],
            state,
            goes_on,
        }
    }

    #[inline(always)]
    fn end(self) {
        let (cell, _) = S::as_mut_simd_f32s(&mut self.state.cell);
        cell.copy_from_slice(&self.cell);
        self.state.hidden = self.hidden;
    }

    /// One step of `WINDOWS` windows, `BLOCKS` vectors of units at a time.
    #[inline(always)]
    fn step<const WINDOWS: usize, const BLOCKS: usize>(&mut self, step: usize, first: usize) {
        let (simd, kind, arithmetic) = (self.simd, self.kind, self.kind.arithmetic());
        let (hidden_size, n_read) = (self.hidden_size, self.weights.n_inputs());
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
            hidden[idx] = &self.hidden[(first + idx) * padded_size..][..n_read];
        }
        if frames.iter().all(Option::is_none) {
            return;
        }
        for first_block in (0..self.n_blocks).step_by(BLOCKS) {
            let mut starts = [[[simd.splat_f32s(0.0); N_GATES]; BLOCKS]; WINDOWS];
            let mut gates = starts;
            for window in 0..WINDOWS {
                let Some(frame) = frames[window] else {
                    continue;
                };
                for (block, starts) in starts[window].iter_mut().enumerate() {
                    let width = N_GATES * S::F32_LANES;
                    let at = (frame * self.n_blocks + first_block + block) * width;
                    let read = S::as_simd_f32s(&self.projected.gates[at..][..width]).0;
                    starts.copy_from_slice(read);
                    gates[window][block] = starts.map(|start| arithmetic.first(simd, start));
                }
            }
            // Before the first frame the state is 0, and so are the products.
            if step > 0 || self.goes_on {
                // A panel has four vectors: one block's, or two blocks' pairs.
                let mut weights: [&[[S::f32s; 4]]; BLOCKS] = [&[]; BLOCKS];
                for (block, weights) in weights.iter_mut().enumerate() {
                    let panel = (first_block + block) * K::VECTORS / 4;
                    let panel = self.weights.weights::<S>(panel);
                    *weights = &panel.as_chunks().0[..n_read];
                }
                for input in 0..n_read {
                    let mut of_gates = [[simd.splat_f32s(0.0); N_GATES]; BLOCKS];
                    for block in 0..BLOCKS {
                        let is_second = (first_block + block) % 2 == 1;
                        of_gates[block] = kind.of_gates(simd, weights[block][input], is_second);
                    }
                    for window in 0..WINDOWS {
                        let value = simd.splat_f32s(hidden[window][input]);
                        for block in 0..BLOCKS {
                            for gate in 0..N_GATES {
                                let sum = &mut gates[window][block][gate];
                                let weight = of_gates[block][gate];
                                *sum = arithmetic.multiply_add(simd, value, weight, *sum);
                            }
                        }
                    }
                }
            }
            for window in 0..WINDOWS {
                for block in 0..BLOCKS {
                    let starts = starts[window][block];
                    for (sum, start) in gates[window][block].iter_mut().zip(starts) {
                        *sum = arithmetic.last(simd, *sum, start);
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
