//! An LSTM layer in one direction or both.
//!
//! Input   [`Frames`]
//! Output  [`Frames`] of `n_directions * hidden_size`: forward then reverse
//! Layout  the gates i, f, g, o of a vector of units lie side by side, already in octaves, so that a
//!         unit's new state is computed where its gates' sums are

use super::{
    activation::{SIGMOID_OCTAVES, TANH_OCTAVES},
    bf16,
    frames::Frames,
    int16::Int16Panels,
    panels::{Panels, n_lanes},
    recurrence::{self, Columns, Projected, State, Weights},
};
use crate::{DIRECTIONS, Weights as Tensors};

/// Gates of a unit: input, forget, candidate, output.
pub(super) const N_GATES: usize = 4;

/// What each gate's argument is multiplied by to be one in octaves.
const OCTAVES: [f32; N_GATES] = [
    SIGMOID_OCTAVES,
    SIGMOID_OCTAVES,
    TANH_OCTAVES,
    SIGMOID_OCTAVES,
];

#[derive(Debug)]
pub(super) struct Lstm {
    /// Units per direction.
    pub hidden_size: usize,
    directions: Vec<Direction>,
}

/// Weights that one direction applies to its input and to its own last state.
#[derive(Debug)]
struct Direction {
    input: InputWeights,
    hidden: Weights,
}

#[derive(Debug)]
enum InputWeights {
    Whole(Panels),
    Int16(Int16Panels),
}

/// An LSTM layer as it is stored.
pub(super) struct LstmWeights {
    hidden_size: usize,
    directions: Vec<DirectionWeights>,
}

/// Rows of the gates i, f, g, o.
struct DirectionWeights {
    /// `[n_inputs, 4 * hidden_size]`.
    input: Vec<f32>,
    /// `[hidden_size, 4 * hidden_size]`.
    hidden: Vec<f32>,
    /// The sum of both biases, where there are two.
    bias: Vec<f32>,
}

impl LstmWeights {
    /// Layer `idx` of the stack whose tensors' names begin with `name`.
    pub fn of(tensors: &Tensors, name: &str, idx: usize, n_directions: usize) -> Self {
        let direction = |suffix: &&str| {
            let of = |kind: &str| format!("{name}.{kind}_l{idx}{suffix}");
            let mut bias = tensors.values(&of("bias_ih")).to_vec();
            if let Some(of_state) = tensors.find(&of("bias_hh")) {
                let sums = bias.iter_mut().zip(&of_state.values);
                sums.for_each(|(sum, value)| *sum += value);
            }
            DirectionWeights {
                input: tensors.transposed(&of("weight_ih")),
                hidden: tensors.transposed(&of("weight_hh")),
                bias,
            }
        };
        let directions: Vec<_> = DIRECTIONS[..n_directions].iter().map(direction).collect();
        Self {
            hidden_size: directions[0].bias.len() / N_GATES,
            directions,
        }
    }
}

impl Lstm {
    pub fn new(layer: &LstmWeights) -> Self {
        let whole = |weights: &[f32], bias: &[f32]| InputWeights::Whole(Panels::new(weights, bias));
        Self::with(layer, whole, |weights, no_bias| {
            Weights::Whole(Panels::new(weights, no_bias))
        })
    }

    /// With recurrent weights of 16 bits that are multiplied as f32.
    pub fn bf16(layer: &LstmWeights) -> Self {
        let whole = |weights: &[f32], bias: &[f32]| InputWeights::Whole(Panels::new(weights, bias));
        Self::with(layer, whole, |weights, no_bias| {
            let pairs = bf16::pairs(weights, n_lanes());
            Weights::Bf16(Panels::new(&pairs, &no_bias[..no_bias.len() / 2]))
        })
    }

    /// With recurrent weights of 16 bits, and input weights too where the input is `bounded`, in [-1, 1]; for
    /// processors that have [their products](super::int16::are_supported).
    pub fn int16(layer: &LstmWeights, bounded: bool) -> Self {
        let input = |weights: &[f32], bias: &[f32]| match bounded {
            true => InputWeights::Int16(Int16Panels::new(weights, bias)),
            false => InputWeights::Whole(Panels::new(weights, bias)),
        };
        Self::with(layer, input, |weights, no_bias| {
            Weights::Int16(Int16Panels::new(weights, no_bias))
        })
    }

    fn with(
        layer: &LstmWeights,
        input: impl Fn(&[f32], &[f32]) -> InputWeights,
        hidden: impl Fn(&[f32], &[f32]) -> Weights,
    ) -> Self {
        let hidden_size = layer.hidden_size;
        let direction = |of: &DirectionWeights| {
            let bias = side_by_side(&of.bias, hidden_size);
            let no_bias = vec![0.0; bias.len()];
            Direction {
                input: input(&side_by_side(&of.input, hidden_size), &bias),
                hidden: hidden(&side_by_side(&of.hidden, hidden_size), &no_bias),
            }
        };
        Self {
            hidden_size,
            directions: layer.directions.iter().map(direction).collect(),
        }
    }

    /// Output of every frame.
    pub fn forward(&self, input: &Frames) -> Frames {
        let n_columns = self.directions.len() * self.hidden_size;
        let mut output = Frames::zeros(input.lengths.clone(), n_columns);
        for (idx, direction) in self.directions.iter().enumerate() {
            let columns = idx * self.hidden_size..(idx + 1) * self.hidden_size;
            direction.run(input, idx == 1, &mut output, columns, &mut State::default());
        }
        output
    }

    /// Output of the frames that come after those which `state` has seen; of a layer that reads forward.
    pub fn go_on(&self, input: &Frames, state: &mut State) -> Frames {
        let mut output = Frames::zeros(input.lengths.clone(), self.hidden_size);
        self.directions[0].run(input, false, &mut output, 0..self.hidden_size, state);
        output
    }

    /// Output of the last frame of each window. In reverse that is the first one read: no others are.
    pub fn last(&self, input: &Frames) -> Frames {
        let last = input.last();
        let n_columns = self.directions.len() * self.hidden_size;
        let mut output = Frames::zeros(last.lengths.clone(), n_columns);
        let columns = |idx| idx * self.hidden_size..(idx + 1) * self.hidden_size;
        let states = self.go_on(input, &mut State::default()).last();
        let rows = output.values.chunks_exact_mut(n_columns);
        for (row, state) in rows.zip(states.windows()) {
            row[columns(0)].copy_from_slice(state);
        }
        if let Some(reverse) = self.directions.get(1) {
            reverse.run(&last, true, &mut output, columns(1), &mut State::default());
        }
        output
    }
}

impl Direction {
    fn run(
        &self,
        input: &Frames,
        reverse: bool,
        output: &mut Frames,
        columns: std::ops::Range<usize>,
        state: &mut State,
    ) {
        let gates = match &self.input {
            InputWeights::Whole(panels) => panels.multiply_rows(&input.values),
            InputWeights::Int16(panels) => panels.multiply_rows(&input.values, input.size),
        };
        let projected = Projected {
            gates: &gates,
            lengths: &input.lengths,
            reverse,
        };
        let columns = Columns {
            values: &mut output.values,
            n_columns: output.size,
            columns,
        };
        recurrence::run(&self.hidden, &projected, columns, state);
    }
}

/// Rows of `4 * hidden_size` gates with the gates of each vector of units side by side, in octaves.
/// An even number of vectors; units beyond `hidden_size` have weights of 0, and so their state.
fn side_by_side(rows: &[f32], hidden_size: usize) -> Vec<f32> {
    let n_lanes = n_lanes();
    let n_blocks = hidden_size.div_ceil(n_lanes).next_multiple_of(2);
    let mut values = Vec::with_capacity(rows.len() / hidden_size * n_blocks * n_lanes);
    for row in rows.chunks_exact(N_GATES * hidden_size) {
        for block in 0..n_blocks {
            for (gate, octaves) in row.chunks_exact(hidden_size).zip(OCTAVES) {
                let units = block * n_lanes..(block + 1) * n_lanes;
                let weight = |unit| gate.get(unit).map_or(0.0, |weight: &f32| weight * octaves);
                values.extend(units.map(weight));
            }
        }
    }
    values
}
