//! Weights of a network to and from safetensors, under torch's names and in torch's layout.
//!
//! torch stores a matrix as `[outputs, inputs]` and burn as `[inputs, outputs]`, so every matrix
//! is transposed; the rows i, f, g, o of an LSTM keep their order. `bn.num_batches_tracked`, a
//! counter that inference does not need, is skipped. Of a speaker encoder, which nobody trains, `bias_ih`
//! is the sum of both biases, and there is no `bias_hh`.

use std::collections::BTreeSet;

use burn::{
    module::{Param, RunningState},
    nn::Linear,
    tensor::{Device, Tensor, TensorData, s},
};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use super::CheckpointError;
use crate::network::{Architecture, BiLstm, EncoderShape, LstmLayer, SpeakerEncoder};

const SKIPPED: &str = "bn.num_batches_tracked";
const LSTM: &str = "lstm";
const ENCODER: &str = "speaker_encoder";
const HIDDEN: &str = "fc.0";
const OUTPUT: &str = "fc.3";
const DIRECTIONS: [&str; 2] = ["", "_reverse"];

/// Loads f32 weights in safetensors format, named as `torch.nn` names them, into a new network with
/// as many outputs as there are labels.
///
/// # Errors
/// [`CheckpointError`] when the file is no safetensors, has another number of outputs, or a tensor
/// is missing, unexpected or of another shape.
pub fn load_weights(
    bytes: &[u8],
    architecture: &Architecture,
    n_labels: usize,
    device: &Device,
) -> Result<BiLstm, CheckpointError> {
    let mut state = State::read(bytes, device)?;
    let network = state.network(architecture, n_labels)?;
    state.expect_all_read().map(|()| network)
}

/// The network's weights in safetensors format; the inverse of [`load_weights`].
pub fn save_weights(network: &BiLstm) -> Vec<u8> {
    serialize(tensors(network, ""))
}

/// Loads the LSTM layers of a speaker encoder: `lstm.weight_ih_l0` and so on, f32, in safetensors format;
/// what else is in the file is not read.
///
/// # Errors
/// [`CheckpointError`] when a tensor is missing or of another shape.
pub fn load_speaker_encoder(
    bytes: &[u8],
    shape: EncoderShape,
    device: &Device,
) -> Result<SpeakerEncoder, CheckpointError> {
    let mut encoder = SpeakerEncoder::new(shape, device);
    State::read(bytes, device)?.lstm(LSTM, &mut encoder.layers)?;
    Ok(encoder)
}

/// Loads the members of a committee; the names begin with a member's number and a dot.
///
/// # Errors
/// As [`load_weights`].
pub(super) fn load_members(
    bytes: &[u8],
    architecture: &Architecture,
    n_members: usize,
    n_labels: usize,
    device: &Device,
) -> Result<Vec<BiLstm>, CheckpointError> {
    let mut state = State::read(bytes, device)?;
    let members = (0..n_members)
        .map(|member_idx| {
            state.prefix = prefix(member_idx);
            state.network(architecture, n_labels)
        })
        .collect::<Result<_, _>>()?;
    state.expect_all_read().map(|()| members)
}

/// The inverse of [`load_members`].
pub(super) fn save_members(members: &[BiLstm]) -> Vec<u8> {
    let members = members.iter().enumerate();
    let tensors = members.flat_map(|(member_idx, member)| tensors(member, &prefix(member_idx)));
    serialize(tensors.collect())
}

fn prefix(member_idx: usize) -> String {
    format!("{member_idx}.")
}

/// Name, shape and little-endian values.
type NamedTensor = (String, Vec<usize>, Vec<u8>);

fn tensors(network: &BiLstm, prefix: &str) -> Vec<NamedTensor> {
    let mut tensors: Vec<NamedTensor> = Vec::new();
    let mut push = |name: String, shape: Vec<usize>, data: TensorData| {
        let values = data.iter::<f32>().flat_map(f32::to_le_bytes).collect();
        tensors.push((format!("{prefix}{name}"), shape, values));
    };
    for (name, layer_idx, layer) in lstm_layers(network) {
        let [n_directions, ..] = layer.weight_hh.dims();
        for (direction_idx, suffix) in DIRECTIONS[..n_directions].iter().enumerate() {
            for (kind, matrix) in [("ih", &layer.weight_ih), ("hh", &layer.weight_hh)] {
                let matrix = of_direction(matrix.val(), direction_idx).transpose();
                let name = format!("{name}.weight_{kind}_l{layer_idx}{suffix}");
                push(name, matrix.dims().into(), matrix.into_data());
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
                push(name, vector.dims().into(), vector.into_data());
            }
        }
    }
    for (layer_idx, layer) in network.front.iter().enumerate() {
        let beta = layer.norm.beta.as_ref().expect("the layer has a bias");
        for (name, vector) in [("weight", &layer.norm.gamma), ("bias", beta)] {
            let name = format!("front.{layer_idx}.norm.{name}");
            push(name, vector.dims().into(), vector.val().into_data());
        }
    }
    for (name, vector) in [
        ("bn.weight", network.norm.gamma.val()),
        ("bn.bias", network.norm.beta.val()),
        ("bn.running_mean", network.norm.running_mean.value_sync()),
        ("bn.running_var", network.norm.running_var.value_sync()),
    ] {
        push(name.to_owned(), vector.dims().into(), vector.into_data());
    }
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
    for (name, linear) in front.chain(attention).chain(head) {
        let weight = linear.weight.val().transpose();
        push(
            format!("{name}.weight"),
            weight.dims().into(),
            weight.into_data(),
        );
        let bias = linear.bias.as_ref().expect("every layer has biases").val();
        push(format!("{name}.bias"), bias.dims().into(), bias.into_data());
    }
    tensors
}

/// The network's own LSTM layers and those of its speaker encoder, with the first part of their names.
fn lstm_layers(network: &BiLstm) -> impl Iterator<Item = (&'static str, usize, &LstmLayer)> {
    let encoder = network.speaker_encoder.iter();
    let of_encoder = encoder.flat_map(|encoder| encoder.layers.iter().enumerate());
    let own = network.layers.iter().enumerate();
    own.map(|(layer_idx, layer)| (LSTM, layer_idx, layer))
        .chain(of_encoder.map(|(layer_idx, layer)| (ENCODER, layer_idx, layer)))
}

fn serialize(tensors: Vec<NamedTensor>) -> Vec<u8> {
    let views = tensors.iter().map(|(name, shape, values)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), values)
            .expect("four bytes per element of the shape");
        (name, view)
    });
    safetensors::serialize(views, None).expect("plain tensors serialise")
}

fn of_direction(stacked: Tensor<3>, direction_idx: usize) -> Tensor<2> {
    stacked.slice(s![direction_idx]).squeeze_dim(0)
}

struct State<'data> {
    file: SafeTensors<'data>,
    unread: BTreeSet<String>,
    /// Before every name.
    prefix: String,
    device: &'data Device,
}

impl<'data> State<'data> {
    fn read(bytes: &'data [u8], device: &'data Device) -> Result<Self, CheckpointError> {
        let file = SafeTensors::deserialize(bytes)?;
        let names = file.names().into_iter();
        let counted = |name: &&str| !name.ends_with(SKIPPED);
        Ok(Self {
            unread: names.filter(counted).map(str::to_owned).collect(),
            file,
            prefix: String::new(),
            device,
        })
    }

    fn expect_all_read(mut self) -> Result<(), CheckpointError> {
        match self.unread.pop_first() {
            Some(name) => Err(CheckpointError::Unexpected { name }),
            None => Ok(()),
        }
    }

    fn network(
        &mut self,
        architecture: &Architecture,
        n_labels: usize,
    ) -> Result<BiLstm, CheckpointError> {
        let output = self.file.tensor(&format!("{}{OUTPUT}.bias", self.prefix));
        let n_outputs = output.ok().and_then(|bias| bias.shape().first().copied());
        if let Some(n_outputs) = n_outputs.filter(|&n_outputs| n_outputs != n_labels) {
            return Err(CheckpointError::Outputs {
                n_outputs,
                n_labels,
            });
        }
        let mut network = BiLstm::new(architecture.clone(), n_labels, self.device);
        for (layer_idx, layer) in network.front.iter_mut().enumerate() {
            self.linear(&mut layer.linear, &format!("front.{layer_idx}.linear"))?;
            let name = format!("front.{layer_idx}.norm");
            let size = layer.norm.gamma.dims();
            layer.norm.gamma = Param::from_tensor(self.tensor(&format!("{name}.weight"), size)?);
            let bias = self.tensor(&format!("{name}.bias"), size)?;
            layer.norm.beta = Some(Param::from_tensor(bias));
        }
        if let Some(attention) = &mut network.attention {
            self.linear(&mut attention.hidden, "attention.hidden")?;
            self.linear(&mut attention.score, "attention.score")?;
        }
        self.lstm(LSTM, &mut network.layers)?;
        if let Some(encoder) = &mut network.speaker_encoder {
            self.lstm(ENCODER, &mut encoder.layers)?;
        }
        let pooled_size = network.norm.gamma.dims();
        network.norm.gamma = Param::from_tensor(self.tensor("bn.weight", pooled_size)?);
        network.norm.beta = Param::from_tensor(self.tensor("bn.bias", pooled_size)?);
        network.norm.running_mean = RunningState::new(self.tensor("bn.running_mean", pooled_size)?);
        network.norm.running_var = RunningState::new(self.tensor("bn.running_var", pooled_size)?);
        self.linear(&mut network.hidden, HIDDEN)?;
        self.linear(&mut network.output, OUTPUT)?;
        Ok(network)
    }

    fn lstm(&mut self, name: &str, layers: &mut [LstmLayer]) -> Result<(), CheckpointError> {
        for (layer_idx, layer) in layers.iter_mut().enumerate() {
            self.matrices(
                &mut layer.weight_ih,
                &format!("{name}.weight_ih_l{layer_idx}"),
            )?;
            self.matrices(
                &mut layer.weight_hh,
                &format!("{name}.weight_hh_l{layer_idx}"),
            )?;
            self.vectors(&mut layer.bias_ih, &format!("{name}.bias_ih_l{layer_idx}"))?;
            if name == ENCODER {
                let none = layer.bias_hh.val().zeros_like();
                layer.bias_hh = Param::from_tensor(none);
            } else {
                self.vectors(&mut layer.bias_hh, &format!("{name}.bias_hh_l{layer_idx}"))?;
            }
        }
        Ok(())
    }

    fn tensor<const D: usize>(
        &mut self,
        name: &str,
        shape: [usize; D],
    ) -> Result<Tensor<D>, CheckpointError> {
        let name = format!("{}{name}", self.prefix);
        let Ok(view) = self.file.tensor(&name) else {
            return Err(CheckpointError::Missing { name });
        };
        self.unread.remove(&name);
        if view.dtype() != Dtype::F32 || view.shape() != shape {
            return Err(CheckpointError::Shape {
                name,
                found: format!("{:?} {:?}", view.dtype(), view.shape()),
                expected: shape.into(),
            });
        }
        let values: Vec<f32> = view
            .data()
            .as_chunks::<4>()
            .0
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect();
        if values.iter().all(|value| value.is_finite()) {
            Ok(Tensor::from_data(
                TensorData::new(values, shape),
                self.device,
            ))
        } else {
            Err(CheckpointError::NotFinite { name })
        }
    }

    fn matrices(
        &mut self,
        param: &mut Param<Tensor<3>>,
        name: &str,
    ) -> Result<(), CheckpointError> {
        let [n_directions, inputs, outputs] = param.dims();
        let mut directions = Vec::with_capacity(n_directions);
        for suffix in &DIRECTIONS[..n_directions] {
            directions.push(
                self.tensor(&format!("{name}{suffix}"), [outputs, inputs])?
                    .transpose(),
            );
        }
        *param = Param::from_tensor(Tensor::stack(directions, 0));
        Ok(())
    }

    fn vectors(&mut self, param: &mut Param<Tensor<2>>, name: &str) -> Result<(), CheckpointError> {
        let [n_directions, size] = param.dims();
        let mut directions = Vec::with_capacity(n_directions);
        for suffix in &DIRECTIONS[..n_directions] {
            directions.push(self.tensor::<1>(&format!("{name}{suffix}"), [size])?);
        }
        *param = Param::from_tensor(Tensor::stack(directions, 0));
        Ok(())
    }

    fn linear(&mut self, linear: &mut Linear, name: &str) -> Result<(), CheckpointError> {
        let [inputs, outputs] = linear.weight.dims();
        let weight = self.tensor(&format!("{name}.weight"), [outputs, inputs])?;
        linear.weight = Param::from_tensor(weight.transpose());
        let bias = self.tensor(&format!("{name}.bias"), [outputs])?;
        linear.bias = Some(Param::from_tensor(bias));
        Ok(())
    }
}
