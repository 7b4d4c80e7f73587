//! One time-delay layer: a convolution over time with normalisation and ReLU.
//!
//! Input   `[batch, n_frames, input_size]`, zero where padding is
//! Output  `[batch, ceil(n_frames / stride), size]`
//! Source  Waibel et al. 1989; layer normalisation, Ba et al. 2016, so that a window's output does
//!         not depend on its batch
//! The frames in sight lie side by side, so that the layer is one matrix product.

use burn::{
    module::Module,
    nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig},
    tensor::{Device, Tensor, activation::relu, s},
};

use inference::TimeDelay;

/// Weights of the layer.
#[derive(Module, Debug)]
pub struct TimeDelayLayer {
    /// From `context * input_size` to `size`.
    pub linear: Linear,
    /// Over the units of a frame.
    pub norm: LayerNorm,
    #[module(skip)]
    shape: TimeDelay,
}

impl TimeDelayLayer {
    /// A layer with random weights.
    pub fn new(shape: TimeDelay, input_size: usize, device: &Device) -> Self {
        Self {
            linear: LinearConfig::new(shape.context * input_size, shape.size).init(device),
            norm: LayerNormConfig::new(shape.size).init(device),
            shape,
        }
    }

    /// Frames from one output to the next.
    pub fn stride(&self) -> usize {
        self.shape.stride
    }

    /// Output of every `stride`th frame; see the module's head for shapes.
    pub fn forward(&self, frames: Tensor<3>) -> Tensor<3> {
        let [batch, n_frames, input_size] = frames.dims();
        let margin = self.shape.context / 2;
        let silence = Tensor::zeros([batch, margin, input_size], &frames.device());
        let padded = Tensor::cat(vec![silence.clone(), frames, silence], 1);
        let in_sight = (0..self.shape.context)
            .map(|offset| padded.clone().narrow(1, offset, n_frames))
            .collect();
        let mut in_sight = Tensor::cat(in_sight, 2);
        if self.shape.stride > 1 {
            in_sight = in_sight.slice(s![.., 0..;self.shape.stride as isize, ..]);
        }
        relu(self.norm.forward(self.linear.forward(in_sight)))
    }
}
