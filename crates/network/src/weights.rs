//! Weights of a network of burn's tensors, to and from those that are stored.
//!
//! torch stores a matrix as `[outputs, inputs]` and burn as `[inputs, outputs]`, so every matrix
//! is transposed; the rows i, f, g, o of an LSTM keep their order. Of a speaker encoder, which nobody
//! trains, `bias_ih` is the sum of both biases, and there is no `bias_hh`.

use burn::{
    module::{Param, RunningState},
    nn::Linear,
    tensor::{Device, Tensor, TensorData, s},
};
use inference::{Architecture, CheckpointError, DIRECTIONS, EncoderShape, Weights};

use crate::{BiLstm, LstmLayer, SpeakerEncoder};

const LSTM: &str = "lstm";
const ENCODER: &str = "speaker_encoder";
const HIDDEN: &str = "fc.0";
const OUTPUT: &str = "fc.3";

impl BiLstm {
    /// A network with these weights and as many outputs as there are labels.
    ///
    /// # Errors
    /// [`CheckpointError`] when the weights are not those of such a network.
    pub fn load(
        weights: &Weights,
        architecture: &Architecture,
        n_labels: usize,
        device: &Device,
    ) -> Result<Self, CheckpointError> {
        architecture.verify(weights, n_labels)?;
        let stored = Stored { weights, device };
        let mut network = Self::new(architecture.clone(), n_labels, device);
        for (layer_idx, layer) in network.front.iter_mut().enumerate() {
            stored.linear(&mut layer.linear, &format!("front.{layer_idx}.linear"));
            let name = format!("front.{layer_idx}.norm");
            layer.norm.gamma = Param::from_tensor(stored.tensor(&format!("{name}.weight")));
            layer.norm.beta = Some(Param::from_tensor(stored.tensor(&format!("{name}.bias"))));
        }
        if let Some(attention) = &mut network.attention {
            stored.linear(&mut attention.hidden, "attention.hidden");
            stored.linear(&mut attention.score, "attention.score");
        }
        stored.lstm(LSTM, &mut network.layers);
        if let Some(encoder) = &mut network.speaker_encoder {
            stored.lstm(ENCODER, &mut encoder.layers);
        }
        network.norm.gamma = Param::from_tensor(stored.tensor("bn.weight"));
        network.norm.beta = Param::from_tensor(stored.tensor("bn.bias"));
        network.norm.running_mean = RunningState::new(stored.tensor("bn.running_mean"));
        network.norm.running_var = RunningState::new(stored.tensor("bn.running_var"));
        stored.linear(&mut network.hidden, HIDDEN);
        stored.linear(&mut network.output, OUTPUT);
        Ok(network)
    }

    /// The network's weights as they are stored; the inverse of [`load`](Self::load).
    pub fn weights(&self) -> Weights {
        let mut weights = Weights::default();
        for (name, layer_idx, layer) in lstm_layers(self) {
            push_lstm(&mut weights, name, layer_idx, layer);
        }
        let mut push = |name: &str, vector: Tensor<1>| {
            weights.insert(name, &vector.dims(), values(vector.into_data()));
        };
        for (layer_idx, layer) in self.front.iter().enumerate() {
            let beta = layer.norm.beta.as_ref().expect("the layer has a bias");
            push(
                &format!("front.{layer_idx}.norm.weight"),
                layer.norm.gamma.val(),
            );
            push(&format!("front.{layer_idx}.norm.bias"), beta.val());
        }
        push("bn.weight", self.norm.gamma.val());
        push("bn.bias", self.norm.beta.val());
        push("bn.running_mean", self.norm.running_mean.value_sync());
        push("bn.running_var", self.norm.running_var.value_sync());
        for (name, linear) in linear_layers(self) {
            let weight = linear.weight.val().transpose();
            weights.insert(
                format!("{name}.weight"),
                &weight.dims(),
                values(weight.into_data()),
            );
            let bias = linear.bias.as_ref().expect("every layer has biases").val();
            weights.insert(
                format!("{name}.bias"),
                &bias.dims(),
                values(bias.into_data()),
            );
        }
        weights
    }
}

impl SpeakerEncoder {
    /// An encoder with these weights, whose names begin with `speaker_encoder.`.
    ///
    /// # Errors
    /// [`CheckpointError`] when a tensor is missing, unexpected or of another shape.
    pub fn load(
        weights: &Weights,
        shape: EncoderShape,
        device: &Device,
    ) -> Result<Self, CheckpointError> {
        weights.verify(&shape.tensors(ENCODER))?;
        let mut encoder = Self::new(shape, device);
        Stored { weights, device }.lstm(ENCODER, &mut encoder.layers);
        Ok(encoder)
    }
}

pub(crate) fn push_lstm(weights: &mut Weights, name: &str, layer_idx: usize, layer: &LstmLayer) {
    let [n_directions, ..] = layer.weight_hh.dims();
    for (direction_idx, suffix) in DIRECTIONS[..n_directions].iter().enumerate() {
        for (kind, matrix) in [("ih", &layer.weight_ih), ("hh", &layer.weight_hh)] {
            let matrix = of_direction(matrix.val(), direction_idx).transpose();
            let name = format!("{name}.weight_{kind}_l{layer_idx}{suffix}");
            weights.insert(name, &matrix.dims(), values(matrix.into_data()));
        }
        let [of_input, of_state] = [layer.bias_ih.val(), layer.bias_hh.val()];
        let biases = if name == ENCODER {
            vec![("ih", of_input + of_state)]
        } else {
            vec![("ih", of_input), ("hh", of_state)]
        };
        for (kind, bias) in biases {
            let vector = bias.slice(s![direction_idx]).squeeze_dim::<1>(0);
            let name = format!("{name}.bias_{kind}_l{layer_idx}{suffix}");
            weights.insert(name, &vector.dims(), values(vector.into_data()));
        }
    }
}

/// The network's own LSTM layers and those of its speaker encoder, with the first part of their names.
fn lstm_layers(network: &BiLstm) -> impl Iterator<Item = (&'static str, usize, &LstmLayer)> {
    let encoder = network.speaker_encoder.iter();
    let of_encoder = encoder.flat_map(|encoder| encoder.layers.iter().enumerate());
    let own = network.layers.iter().enumerate();
    own.map(|(layer_idx, layer)| (LSTM, layer_idx, layer))
        .chain(of_encoder.map(|(layer_idx, layer)| (ENCODER, layer_idx, layer)))
}

fn linear_layers(network: &BiLstm) -> impl Iterator<Item = (String, &Linear)> {
    let front = network.front.iter().enumerate();
    let front =
        front.map(|(layer_idx, layer)| (format!("front.{layer_idx}.linear"), &layer.linear));
    let attention = network.attention.iter().flat_map(|attention| {
        [
            ("attention.hidden".to_owned(), &attention.hidden),
            ("attention.score".to_owned(), &attention.score),
        ]
    });
    let head = [
        (HIDDEN.to_owned(), &network.hidden),
        (OUTPUT.to_owned(), &network.output),
    ];
    front.chain(attention).chain(head)
}

fn values(data: TensorData) -> Vec<f32> {
    data.iter::<f32>().collect()
}

fn of_direction(stacked: Tensor<3>, direction_idx: usize) -> Tensor<2> {
    stacked.slice(s![direction_idx]).squeeze_dim(0)
}

/// Verified weights, on their way to a device.
struct Stored<'a> {
    weights: &'a Weights,
    device: &'a Device,
}

impl Stored<'_> {
    fn tensor<const D: usize>(&self, name: &str) -> Tensor<D> {
        let tensor = self.weights.find(name).expect("the weights were verified");
        let data = TensorData::new(tensor.values.clone(), tensor.shape.clone());
        Tensor::from_data(data, self.device)
    }

    fn lstm(&self, name: &str, layers: &mut [LstmLayer]) {
        for (layer_idx, layer) in layers.iter_mut().enumerate() {
            let [n_directions, ..] = layer.weight_hh.dims();
            let of = |kind: &str| format!("{name}.{kind}_l{layer_idx}");
            layer.weight_ih = self.matrices(&of("weight_ih"), n_directions);
            layer.weight_hh = self.matrices(&of("weight_hh"), n_directions);
            layer.bias_ih = self.vectors(&of("bias_ih"), n_directions);
            layer.bias_hh = match self.weights.find(&of("bias_hh")) {
                Some(_) => self.vectors(&of("bias_hh"), n_directions),
                None => Param::from_tensor(layer.bias_ih.val().zeros_like()),
            };
        }
    }

    fn matrices(&self, name: &str, n_directions: usize) -> Param<Tensor<3>> {
        let directions = DIRECTIONS[..n_directions].iter();
        let directions =
            directions.map(|suffix| self.tensor::<2>(&format!("{name}{suffix}")).transpose());
        Param::from_tensor(Tensor::stack(directions.collect(), 0))
    }

    fn vectors(&self, name: &str, n_directions: usize) -> Param<Tensor<2>> {
        let directions = DIRECTIONS[..n_directions].iter();
        let directions = directions.map(|suffix| self.tensor::<1>(&format!("{name}{suffix}")));
        Param::from_tensor(Tensor::stack(directions.collect(), 0))
    }

    fn linear(&self, linear: &mut Linear, name: &str) {
        let weight = self.tensor::<2>(&format!("{name}.weight")).transpose();
        linear.weight = Param::from_tensor(weight);
        linear.bias = Some(Param::from_tensor(self.tensor(&format!("{name}.bias"))));
    }
}
