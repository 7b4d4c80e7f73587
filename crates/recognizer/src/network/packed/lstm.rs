//! An LSTM layer in one direction or both.
//!
//! Input   [`Frames`]
//! Output  [`Frames`] of `n_directions * hidden_size`: forward then reverse
//! Layout  the gates i, f, g, o of a vector of units lie side by side, already in octaves, so that a
//!         unit's new state is computed where its gates' sums are

use burn::tensor::{Tensor, s};

use super::{
    activation::{SIGMOID_OCTAVES, TANH_OCTAVES},
    frames::Frames,
    halves,
    panels::{Panels, n_lanes},
    recurrence::{self, Columns, Projected, State, Weights},
    values,
    words::WordPanels,
};
use crate::network::LstmLayer;

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
    Words(WordPanels),
}

impl Lstm {
    pub fn new(layer: &LstmLayer) -> Self {
        let whole = |weights: &[f32], bias: &[f32]| InputWeights::Whole(Panels::new(weights, bias));
        Self::with(layer, whole, |weights, no_bias| {
            Weights::Whole(Panels::new(weights, no_bias))
        })
    }

    /// With recurrent weights of 16 bits that are multiplied as f32.
    pub fn halved(layer: &LstmLayer) -> Self {
        let whole = |weights: &[f32], bias: &[f32]| InputWeights::Whole(Panels::new(weights, bias));
        Self::with(layer, whole, |weights, no_bias| {
            let pairs = halves::pairs(weights, n_lanes());
            Weights::Halved(Panels::new(&pairs, &no_bias[..no_bias.len() / 2]))
        })
    }

    /// With recurrent weights that are words, and input weights too where the input is `bounded`, in [-1, 1]; for
    /// processors that have [their products](super::words::are_at_hand).
    pub fn of_words(layer: &LstmLayer, bounded: bool) -> Self {
        let input = |weights: &[f32], bias: &[f32]| match bounded {
            true => InputWeights::Words(WordPanels::new(weights, bias)),
            false => InputWeights::Whole(Panels::new(weights, bias)),
        };
        Self::with(layer, input, |weights, no_bias| {
            Weights::Words(WordPanels::new(weights, no_bias))
        })
    }

    fn with(
        layer: &LstmLayer,
        input: impl Fn(&[f32], &[f32]) -> InputWeights,
        hidden: impl Fn(&[f32], &[f32]) -> Weights,
    ) -> Self {
        let [n_directions, hidden_size, _] = layer.weight_hh.dims();
        let bias = layer.bias_ih.val() + layer.bias_hh.val();
        let of_direction = |stacked: Tensor<3>, idx| {
            let matrix = stacked.slice(s![idx]).squeeze_dim::<2>(0);
            side_by_side(&values(matrix), hidden_size)
        };
        let directions = (0..n_directions).map(|idx| {
            let bias = of_direction(bias.clone().unsqueeze_dim(1), idx);
            let no_bias = vec![0.0; bias.len()];
            Direction {
                input: input(&of_direction(layer.weight_ih.val(), idx), &bias),
                hidden: hidden(&of_direction(layer.weight_hh.val(), idx), &no_bias),
            }
        });
        Self {
            hidden_size,
            directions: directions.collect(),
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
            InputWeights::Words(words) => words.multiply_rows(&input.values, input.size),
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
