//! Forward and backward pass of an [`LstmLayer`], by hand.
//!
//! burn's autodiff records about twenty operations per frame and direction; this kernel keeps one
//! tape per direction, multiplies all frames at once where time allows it, and runs the two
//! directions on two cores. A test holds its gradients against burn's.
//!
//! Input   `[n_frames * batch, input_size]`, frame by frame (time-major)
//! Output  `[n_frames * batch, n_directions * hidden_size]`, forward then reverse; 0 in padding
//! Source  backpropagation through time, Werbos 1990; gates i, f, g, o as in torch.nn.LSTM

use burn::{
    module::Module,
    optim::GradientsParams,
    tensor::{Device, Tensor, TensorData},
};
use ndarray::{Array1, Array2, ArrayView2, Axis, Slice, concatenate, linalg::general_mat_mul};
use network::LstmLayer;
use rayon::prelude::*;

/// What the backward pass needs to know of a forward pass.
pub struct Tape {
    input: Array2<f32>,
    lengths: Vec<usize>,
    directions: Vec<DirectionTape>,
}

struct Direction {
    reverse: bool,
    weight_ih: Array2<f32>,
    weight_hh: Array2<f32>,
    bias: Array1<f32>,
}

struct DirectionTape {
    weights: Direction,
    /// Activated gates i, f, g, o: `[n_frames * batch, 4 * hidden_size]`.
    gates: Array2<f32>,
    /// `[n_frames * batch, hidden_size]`.
    cell: Array2<f32>,
    hidden: Array2<f32>,
}

struct DirectionGradient {
    weight_ih: Array2<f32>,
    weight_hh: Array2<f32>,
    bias: Array1<f32>,
    input: Array2<f32>,
}

/// Output of the layer and the tape for [`backward`]; `lengths` are the frames of each window.
pub fn forward(layer: &LstmLayer, input: Array2<f32>, lengths: &[usize]) -> (Array2<f32>, Tape) {
    let directions: Vec<DirectionTape> = directions(layer)
        .into_par_iter()
        .map(|direction| direction.run(input.view(), lengths))
        .collect();
    let hidden: Vec<_> = directions.iter().map(|one| one.hidden.view()).collect();
    let output = concatenate(Axis(1), &hidden).expect("directions have the same rows");
    let tape = Tape {
        input,
        lengths: lengths.to_vec(),
        directions,
    };
    (output, tape)
}

/// Registers the gradients of the layer's parameters and returns that of its input.
pub fn backward(
    layer: &LstmLayer,
    tape: Tape,
    output_gradient: &Array2<f32>,
    gradients: &mut GradientsParams,
    device: &Device,
) -> Array2<f32> {
    let hidden_size = output_gradient.ncols() / tape.directions.len();
    let of_directions: Vec<DirectionGradient> = tape
        .directions
        .par_iter()
        .enumerate()
        .map(|(direction_idx, direction)| {
            let columns =
                Slice::from(direction_idx * hidden_size..(direction_idx + 1) * hidden_size);
            let of_output = output_gradient.slice_axis(Axis(1), columns);
            direction.gradient(tape.input.view(), of_output, &tape.lengths)
        })
        .collect();
    let matrices = |of_direction: fn(&DirectionGradient) -> &Array2<f32>, shape: [usize; 3]| {
        let values = of_directions.iter().flat_map(of_direction).copied();
        Tensor::<3>::from_data(TensorData::new(values.collect::<Vec<_>>(), shape), device)
    };
    let of_input_weights = matrices(|one| &one.weight_ih, layer.weight_ih.dims());
    gradients.register::<3>(layer.weight_ih.id, of_input_weights);
    let of_hidden_weights = matrices(|one| &one.weight_hh, layer.weight_hh.dims());
    gradients.register::<3>(layer.weight_hh.id, of_hidden_weights);
    let biases: Vec<f32> = of_directions
        .iter()
        .flat_map(|one| one.bias.to_vec())
        .collect();
    let biases = TensorData::new(biases, layer.bias_ih.dims());
    for param in [&layer.bias_ih, &layer.bias_hh] {
        gradients.register::<2>(param.id, Tensor::from_data(biases.clone(), device));
    }
    let of_inputs = of_directions.into_iter().map(|one| one.input);
    of_inputs
        .reduce(|left, right| left + right)
        .expect("a layer has a direction")
}

/// The weights of every direction, as arrays; both biases become one.
fn directions(layer: &LstmLayer) -> Vec<Direction> {
    let layer = layer.valid();
    let [n_directions, input_size, gates] = layer.weight_ih.dims();
    let [_, hidden_size, _] = layer.weight_hh.dims();
    let values = |data: TensorData| data.iter::<f32>().collect::<Vec<_>>();
    let weight_ih = values(layer.weight_ih.val().into_data());
    let weight_hh = values(layer.weight_hh.val().into_data());
    let bias = values((layer.bias_ih.val() + layer.bias_hh.val()).into_data());
    let matrix = |values: &[f32], rows: usize, direction_idx: usize| {
        let values = values[direction_idx * rows * gates..][..rows * gates].to_vec();
        Array2::from_shape_vec((rows, gates), values).expect("rows times gates values")
    };
    (0..n_directions)
        .map(|direction_idx| Direction {
            reverse: direction_idx == 1,
            weight_ih: matrix(&weight_ih, input_size, direction_idx),
            weight_hh: matrix(&weight_hh, hidden_size, direction_idx),
            bias: bias[direction_idx * gates..][..gates].to_vec().into(),
        })
        .collect()
}

/// Frames in the order in which a direction reads them, each with the frame read before it.
fn steps(
    n_frames: usize,
    reverse: bool,
) -> impl DoubleEndedIterator<Item = (usize, Option<usize>)> {
    (0..n_frames).map(move |step| {
        if reverse {
            let frame = n_frames - 1 - step;
            (frame, (step > 0).then_some(frame + 1))
        } else {
            (step, step.checked_sub(1))
        }
    })
}

/// The windows that are not over at a frame.
fn spoken(lengths: &[usize], frame: usize) -> impl Iterator<Item = usize> {
    let rows = lengths.iter().enumerate();
    rows.filter(move |(_, length)| frame < **length)
        .map(|(row, _)| row)
}

/// The rows of one frame.
fn rows(frame: usize, batch: usize) -> Slice {
    Slice::from(frame * batch..(frame + 1) * batch)
}

fn sigmoid(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}

/// `f32::tanh` calls a slow library function; the exponential is several times faster.
fn tanh(value: f32) -> f32 {
    2.0 * sigmoid(2.0 * value) - 1.0
}

impl Direction {
    fn run(self, input: ArrayView2<f32>, lengths: &[usize]) -> DirectionTape {
        let (hidden_size, batch) = (self.weight_hh.nrows(), lengths.len());
        let n_rows = input.nrows();
        let mut gates = input.dot(&self.weight_ih) + &self.bias;
        let mut cell = Array2::<f32>::zeros((n_rows, hidden_size));
        let mut hidden = Array2::<f32>::zeros((n_rows, hidden_size));
        for (frame, previous) in steps(n_rows / batch, self.reverse) {
            let mut gates = gates.slice_axis_mut(Axis(0), rows(frame, batch));
            if let Some(previous) = previous {
                let hidden = hidden.slice_axis(Axis(0), rows(previous, batch));
                general_mat_mul(1.0, &hidden, &self.weight_hh, 1.0, &mut gates);
            }
            for row in spoken(lengths, frame) {
                let before = previous.map(|previous| previous * batch + row);
                let here = frame * batch + row;
                let mut gates = gates.row_mut(row);
                let gates = gates.as_slice_mut().expect("rows are contiguous");
                let (input_gate, rest) = gates.split_at_mut(hidden_size);
                let (forget_gate, rest) = rest.split_at_mut(hidden_size);
                let (candidate, output_gate) = rest.split_at_mut(hidden_size);
                for unit in 0..hidden_size {
                    input_gate[unit] = sigmoid(input_gate[unit]);
                    forget_gate[unit] = sigmoid(forget_gate[unit]);
                    candidate[unit] = tanh(candidate[unit]);
                    output_gate[unit] = sigmoid(output_gate[unit]);
                    let kept = before.map_or(0.0, |before| cell[[before, unit]]);
                    let new = forget_gate[unit] * kept + input_gate[unit] * candidate[unit];
                    cell[[here, unit]] = new;
                    hidden[[here, unit]] = output_gate[unit] * tanh(new);
                }
            }
        }
        DirectionTape {
            weights: self,
            gates,
            cell,
            hidden,
        }
    }
}

impl DirectionTape {
    fn gradient(
        &self,
        input: ArrayView2<f32>,
        output_gradient: ArrayView2<f32>,
        lengths: &[usize],
    ) -> DirectionGradient {
        let (hidden_size, batch) = (self.cell.ncols(), lengths.len());
        let n_rows = self.cell.nrows();
        let mut of_gates = Array2::<f32>::zeros(self.gates.raw_dim());
        let mut of_hidden = Array2::<f32>::zeros((batch, hidden_size));
        let mut of_cell = Array2::<f32>::zeros((batch, hidden_size));
        let mut hidden_before = Array2::<f32>::zeros((n_rows, hidden_size));
        for (frame, previous) in steps(n_rows / batch, self.weights.reverse).rev() {
            of_hidden += &output_gradient.slice_axis(Axis(0), rows(frame, batch));
            for row in spoken(lengths, frame) {
                let before = previous.map(|previous| previous * batch + row);
                let here = frame * batch + row;
                for unit in 0..hidden_size {
                    let gate = |idx: usize| self.gates[[here, idx * hidden_size + unit]];
                    let (i, f, g, o) = (gate(0), gate(1), gate(2), gate(3));
                    let squashed = tanh(self.cell[[here, unit]]);
                    let kept = before.map_or(0.0, |before| self.cell[[before, unit]]);
                    let d_hidden = of_hidden[[row, unit]];
                    let d_cell = of_cell[[row, unit]] + d_hidden * o * (1.0 - squashed * squashed);
                    let mut set = |idx: usize, value: f32| {
                        of_gates[[here, idx * hidden_size + unit]] = value;
                    };
                    set(0, d_cell * g * i * (1.0 - i));
                    set(1, d_cell * kept * f * (1.0 - f));
                    set(2, d_cell * i * (1.0 - g * g));
                    set(3, d_hidden * squashed * o * (1.0 - o));
                    of_cell[[row, unit]] = d_cell * f;
                }
            }
            let of_gates = of_gates.slice_axis(Axis(0), rows(frame, batch));
            general_mat_mul(
                1.0,
                &of_gates,
                &self.weights.weight_hh.t(),
                0.0,
                &mut of_hidden,
            );
            if let Some(previous) = previous {
                let before = self.hidden.slice_axis(Axis(0), rows(previous, batch));
                let mut here = hidden_before.slice_axis_mut(Axis(0), rows(frame, batch));
                here.assign(&before);
            }
        }
        DirectionGradient {
            weight_ih: input.t().dot(&of_gates),
            weight_hh: hidden_before.t().dot(&of_gates),
            bias: of_gates.sum_axis(Axis(0)),
            input: of_gates.dot(&self.weights.weight_ih.t()),
        }
    }
}
