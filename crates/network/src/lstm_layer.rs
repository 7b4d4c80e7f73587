//! One LSTM layer, in one direction or both.
//!
//! Input   `[batch, n_frames, input_size]`
//! Output  `[batch, n_frames, n_directions * hidden_size]`: forward then reverse, as torch
//!         concatenates them
//! Source  Hochreiter & Schmidhuber 1997 with forget gates; torch.nn.LSTM, gates in the order
//!         i, f, g, o and two biases per gate, so that its weights fit one to one
//! Padding leaves the state at 0: a window's output is that of the window alone, as with torch's
//! packed sequences. The input products of all frames are one matrix product; burn's operations step
//! both directions together, so that gradients can be recorded. Without gradients
//! [`inference::Packed`] computes the same five to ten times as fast.

use burn::{
    module::{Initializer, Module, Param},
    tensor::{Device, Tensor, activation::sigmoid, s},
};

use crate::batch::mask;

/// Weights of all directions, stacked: index 0 reads forward, 1, if there is one, in reverse.
#[derive(Module, Debug)]
pub struct LstmLayer {
    /// `[n_directions, input_size, 4 * hidden_size]`.
    pub weight_ih: Param<Tensor<3>>,
    /// `[n_directions, hidden_size, 4 * hidden_size]`.
    pub weight_hh: Param<Tensor<3>>,
    /// `[n_directions, 4 * hidden_size]`.
    pub bias_ih: Param<Tensor<2>>,
    /// `[n_directions, 4 * hidden_size]`.
    pub bias_hh: Param<Tensor<2>>,
}

impl LstmLayer {
    /// A layer with torch's initial values, `U(-k, k)` with `k = 1 / sqrt(hidden_size)`.
    pub fn new(
        input_size: usize,
        hidden_size: usize,
        n_directions: usize,
        device: &Device,
    ) -> Self {
        let bound = 1.0 / (hidden_size as f64).sqrt();
        let uniform = Initializer::Uniform {
            min: -bound,
            max: bound,
        };
        let gates = 4 * hidden_size;
        Self {
            weight_ih: uniform.init([n_directions, input_size, gates], device),
            weight_hh: uniform.init([n_directions, hidden_size, gates], device),
            bias_ih: uniform.init([n_directions, gates], device),
            bias_hh: uniform.init([n_directions, gates], device),
        }
    }

    /// Output of every frame; see the module's head for shapes. `lengths` are the frames of each
    /// window, `[batch]`; the others are padding.
    pub fn forward(&self, input: Tensor<3>, lengths: &[usize]) -> Tensor<3> {
        let [batch, n_frames, input_size] = input.dims();
        let [n_directions, hidden_size, gates] = self.weight_hh.dims();
        let device = input.device();

        // Every direction in the order in which it reads, frame by frame.
        let as_read = |by_frame: Tensor<3>| {
            let mut directions = vec![by_frame.clone()];
            if n_directions == 2 {
                directions.push(by_frame.flip([0]));
            }
            Tensor::stack::<4>(directions, 0)
        };
        let mask = mask(lengths, n_frames, &device);
        let input = as_read(input.swap_dims(0, 1));
        let mask = as_read(mask.swap_dims(0, 1)).swap_dims(0, 1);
        let projected = self
            .project(input.reshape([n_directions, n_frames * batch, input_size]))
            .reshape([n_directions, n_frames, batch, gates])
            .swap_dims(0, 1);

        let weight_hh = self.weight_hh.val();
        let mut hidden = Tensor::<3>::zeros([n_directions, batch, hidden_size], &device);
        let mut cell = hidden.clone();
        let mut outputs = Vec::with_capacity(n_frames);
        for (frame, mask) in projected.iter_dim(0).zip(mask.iter_dim(0)) {
            let gate_inputs = frame.squeeze_dim::<3>(0) + hidden.matmul(weight_hh.clone());
            let gate = |idx: usize| {
                gate_inputs
                    .clone()
                    .narrow(2, idx * hidden_size, hidden_size)
            };
            let (input_gate, forget_gate) = (sigmoid(gate(0)), sigmoid(gate(1)));
            let (candidate, output_gate) = (gate(2).tanh(), sigmoid(gate(3)));
            cell = (forget_gate * cell + input_gate * candidate) * mask.squeeze_dim::<3>(0);
            hidden = output_gate * cell.clone().tanh();
            outputs.push(hidden.clone());
        }

        let outputs = Tensor::stack::<4>(outputs, 2);
        let mut directions = vec![outputs.clone().slice(s![0]).squeeze_dim::<3>(0)];
        if n_directions == 2 {
            directions.push(outputs.slice(s![1]).squeeze_dim::<3>(0).flip([1]));
        }
        Tensor::cat(directions, 2)
    }

    /// Input products and biases, `[n_directions, n_rows, 4 * hidden_size]`, of `[n_directions, n_rows,
    /// input_size]`.
    fn project(&self, input: Tensor<3>) -> Tensor<3> {
        let bias = (self.bias_ih.val() + self.bias_hh.val()).unsqueeze_dim::<3>(1);
        input.matmul(self.weight_ih.val()) + bias
    }
}
