//! Weights of a network to and from safetensors, under torch's names and in torch's layout.
//!
//! torch stores a matrix as `[outputs, inputs]` and burn as `[inputs, outputs]`, so every matrix
//! is transposed; the rows i, f, g, o of an LSTM keep their order. `bn.num_batches_tracked`, a
//! counter that inference does not need, is skipped.

use std::collections::BTreeSet;

use burn::{
    module::{Param, RunningState},
    nn::Linear,
    tensor::{Device, Tensor, TensorData, s},
};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use super::CheckpointError;
use crate::network::{Architecture, BiLstm};

const SKIPPED: &str = "bn.num_batches_tracked";
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
    architecture: Architecture,
    n_labels: usize,
    device: &Device,
) -> Result<BiLstm, CheckpointError> {
    let file = SafeTensors::deserialize(bytes)?;
    let output = file.tensor(&format!("{OUTPUT}.bias")).ok();
    let n_outputs = output.and_then(|bias| bias.shape().first().copied());
    if let Some(n_outputs) = n_outputs.filter(|&n_outputs| n_outputs != n_labels) {
        return Err(CheckpointError::Outputs {
            n_outputs,
            n_labels,
        });
    }
    let mut state = State {
        unread: file.names().into_iter().map(str::to_owned).collect(),
        file,
        device,
    };
    state.unread.remove(SKIPPED);

    let mut network = BiLstm::new(architecture, n_labels, device);
    for (layer_idx, layer) in network.layers.iter_mut().enumerate() {
        state.both_matrices(
            &mut layer.weight_ih,
            &format!("lstm.weight_ih_l{layer_idx}"),
        )?;
        state.both_matrices(
            &mut layer.weight_hh,
            &format!("lstm.weight_hh_l{layer_idx}"),
        )?;
        state.both_vectors(&mut layer.bias_ih, &format!("lstm.bias_ih_l{layer_idx}"))?;
        state.both_vectors(&mut layer.bias_hh, &format!("lstm.bias_hh_l{layer_idx}"))?;
    }
    let pooled_size = network.norm.gamma.dims();
    network.norm.gamma = Param::from_tensor(state.tensor("bn.weight", pooled_size)?);
    network.norm.beta = Param::from_tensor(state.tensor("bn.bias", pooled_size)?);
    network.norm.running_mean = RunningState::new(state.tensor("bn.running_mean", pooled_size)?);
    network.norm.running_var = RunningState::new(state.tensor("bn.running_var", pooled_size)?);
    state.linear(&mut network.hidden, HIDDEN)?;
    state.linear(&mut network.output, OUTPUT)?;

    match state.unread.pop_first() {
        Some(name) => Err(CheckpointError::Unexpected { name }),
        None => Ok(network),
    }
}

/// The network's weights in safetensors format; the inverse of [`load_weights`].
pub fn save_weights(network: &BiLstm) -> Vec<u8> {
    let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
    let mut push = |name: String, shape: Vec<usize>, data: TensorData| {
        let values = data.iter::<f32>().flat_map(f32::to_le_bytes).collect();
        tensors.push((name, shape, values));
    };
    for (layer_idx, layer) in network.layers.iter().enumerate() {
        for (direction_idx, suffix) in DIRECTIONS.into_iter().enumerate() {
            for (kind, matrix) in [("ih", &layer.weight_ih), ("hh", &layer.weight_hh)] {
                let matrix = of_direction(matrix.val(), direction_idx).transpose();
                let name = format!("lstm.weight_{kind}_l{layer_idx}{suffix}");
                push(name, matrix.dims().into(), matrix.into_data());
            }
            for (kind, vector) in [("ih", &layer.bias_ih), ("hh", &layer.bias_hh)] {
                let vector = vector.val().slice(s![direction_idx]).squeeze_dim::<1>(0);
                let name = format!("lstm.bias_{kind}_l{layer_idx}{suffix}");
                push(name, vector.dims().into(), vector.into_data());
            }
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
    for (name, linear) in [(HIDDEN, &network.hidden), (OUTPUT, &network.output)] {
        let weight = linear.weight.val().transpose();
        push(
            format!("{name}.weight"),
            weight.dims().into(),
            weight.into_data(),
        );
        let bias = linear.bias.as_ref().expect("the head has biases").val();
        push(format!("{name}.bias"), bias.dims().into(), bias.into_data());
    }

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
    device: &'data Device,
}

impl State<'_> {
    fn tensor<const D: usize>(
        &mut self,
        name: &str,
        shape: [usize; D],
    ) -> Result<Tensor<D>, CheckpointError> {
        let name = name.to_owned();
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

    fn both_matrices(
        &mut self,
        param: &mut Param<Tensor<3>>,
        name: &str,
    ) -> Result<(), CheckpointError> {
        let [_, inputs, outputs] = param.dims();
        let mut both = Vec::with_capacity(DIRECTIONS.len());
        for suffix in DIRECTIONS {
            both.push(
                self.tensor(&format!("{name}{suffix}"), [outputs, inputs])?
                    .transpose(),
            );
        }
        *param = Param::from_tensor(Tensor::stack(both, 0));
        Ok(())
    }

    fn both_vectors(
        &mut self,
        param: &mut Param<Tensor<2>>,
        name: &str,
    ) -> Result<(), CheckpointError> {
        let [_, size] = param.dims();
        let mut both = Vec::with_capacity(DIRECTIONS.len());
        for suffix in DIRECTIONS {
            both.push(self.tensor::<1>(&format!("{name}{suffix}"), [size])?);
        }
        *param = Param::from_tensor(Tensor::stack(both, 0));
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
