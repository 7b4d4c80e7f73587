//! Weights of a network: tensors by name, in torch's layout, from and to safetensors.
//!
//! torch stores a matrix as `[outputs, inputs]`; the rows of an LSTM's matrices are its gates i, f, g, o.
//! `bn.num_batches_tracked`, a counter that inference does not need, is skipped.
//! Invariant: every value is finite

use std::collections::BTreeMap;

use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use crate::CheckpointError;

const SKIPPED: &str = "bn.num_batches_tracked";

/// A tensor of f32.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Sizes, outermost first.
    pub shape: Vec<usize>,
    /// Row-major.
    pub values: Vec<f32>,
}

/// Tensors by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weights(BTreeMap<String, Tensor>);

impl Weights {
    /// Reads a file in safetensors format.
    ///
    /// # Errors
    /// [`CheckpointError`] when it is none, or holds anything but finite f32 or bf16.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let file = SafeTensors::deserialize(bytes)?;
        let counted = file.iter().filter(|(name, _)| !name.ends_with(SKIPPED));
        let named = counted.map(|(name, view)| Ok((name.to_owned(), tensor(name, &view)?)));
        named.collect::<Result<_, _>>().map(Self)
    }

    /// The inverse of [`from_safetensors`](Self::from_safetensors).
    pub fn to_safetensors(&self) -> Vec<u8> {
        let bytes = |tensor: &Tensor| -> Vec<u8> {
            let values = tensor.values.iter();
            values.copied().flat_map(f32::to_le_bytes).collect()
        };
        self.serialised(Dtype::F32, bytes)
    }

    /// The same in half the bytes: values rounded to eight bits behind the point.
    pub fn to_safetensors_bf16(&self) -> Vec<u8> {
        let half = |value: f32| {
            let rounded = value.to_bits() + 0x7fff + (value.to_bits() >> 16 & 1);
            ((rounded >> 16) as u16).to_le_bytes()
        };
        let bytes =
            |tensor: &Tensor| -> Vec<u8> { tensor.values.iter().copied().flat_map(half).collect() };
        self.serialised(Dtype::BF16, bytes)
    }

    fn serialised(&self, dtype: Dtype, bytes: impl Fn(&Tensor) -> Vec<u8>) -> Vec<u8> {
        let stored: Vec<_> = self
            .0
            .iter()
            .map(|(name, one)| (name, one, bytes(one)))
            .collect();
        let views = stored.iter().map(|(name, tensor, bytes)| {
            let view = TensorView::new(dtype, tensor.shape.clone(), bytes);
            (name, view.expect("the shape's bytes"))
        });
        safetensors::serialize(views, None).expect("plain tensors serialise")
    }

    /// Adds a tensor.
    ///
    /// # Panics
    /// When the shape does not fit the number of values.
    pub fn insert(&mut self, name: impl Into<String>, shape: &[usize], values: Vec<f32>) {
        assert_eq!(shape.iter().product::<usize>(), values.len());
        let shape = shape.to_vec();
        self.0.insert(name.into(), Tensor { shape, values });
    }

    /// A tensor, where there is one of this name.
    pub fn find(&self, name: &str) -> Option<&Tensor> {
        self.0.get(name)
    }

    /// The values of a tensor that [`verify`](Self::verify) has seen.
    ///
    /// # Panics
    /// Where there is none.
    pub fn values(&self, name: &str) -> &[f32] {
        let tensor = self.find(name);
        &tensor
            .unwrap_or_else(|| panic!("{name} was not verified"))
            .values
    }

    /// The values of a matrix, transposed: `[inputs, outputs]`.
    ///
    /// # Panics
    /// Where there is none.
    pub fn transposed(&self, name: &str) -> Vec<f32> {
        let Some(Tensor { shape, values }) = self.find(name) else {
            panic!("{name} was not verified")
        };
        let n_inputs = shape[1];
        (0..n_inputs)
            .flat_map(|input| values.iter().skip(input).step_by(n_inputs).copied())
            .collect()
    }

    /// Checks that exactly these tensors are there, in these shapes.
    ///
    /// # Errors
    /// [`CheckpointError`] names the first one that is missing, unexpected or of another shape.
    pub fn verify(&self, expected: &BTreeMap<String, Vec<usize>>) -> Result<(), CheckpointError> {
        for (name, shape) in expected {
            let Some(tensor) = self.find(name) else {
                return Err(CheckpointError::Missing { name: name.clone() });
            };
            if tensor.shape != *shape {
                return Err(CheckpointError::Shape {
                    name: name.clone(),
                    found: format!("f32 {:?}", tensor.shape),
                    expected: shape.clone(),
                });
            }
        }
        match self.0.keys().find(|name| !expected.contains_key(*name)) {
            Some(name) => Err(CheckpointError::Unexpected { name: name.clone() }),
            None => Ok(()),
        }
    }

    /// The tensors whose names begin so, without that beginning.
    #[must_use]
    pub fn below(&self, prefix: &str) -> Self {
        let named = self.0.iter().filter_map(|(name, tensor)| {
            let name = name.strip_prefix(prefix)?;
            Some((name.to_owned(), tensor.clone()))
        });
        Self(named.collect())
    }

    /// Takes over all tensors of `other`, with `prefix` before their names.
    pub fn extend(&mut self, prefix: &str, other: &Self) {
        let named = other.0.iter();
        self.0
            .extend(named.map(|(name, tensor)| (format!("{prefix}{name}"), tensor.clone())));
    }

    /// Names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

fn tensor(name: &str, view: &TensorView) -> Result<Tensor, CheckpointError> {
    let values: Vec<f32> = match view.dtype() {
        Dtype::F32 => {
            let numbers = view.data().as_chunks::<4>().0.iter();
            numbers.map(|bytes| f32::from_le_bytes(*bytes)).collect()
        }
        // The upper half of an f32.
        Dtype::BF16 => {
            let numbers = view.data().as_chunks::<2>().0.iter();
            let value = |bytes: &[u8; 2]| f32::from_le_bytes([0, 0, bytes[0], bytes[1]]);
            numbers.map(value).collect()
        }
        other => {
            return Err(CheckpointError::Shape {
                name: name.to_owned(),
                found: format!("{other:?} {:?}", view.shape()),
                expected: view.shape().into(),
            });
        }
    };
    if values.iter().all(|value| value.is_finite()) {
        let shape = view.shape().into();
        Ok(Tensor { shape, values })
    } else {
        Err(CheckpointError::NotFinite {
            name: name.to_owned(),
        })
    }
}
