//! Weights of a transformer encoder, from their file.
//!
//! | tensor | content |
//! |---|---|
//! | `stem.0.*`, `stem.1.*` | convolutions over three frames: `weight` I8 `[width, 3, n_inputs]` |
//! | `positions.*` | `weight` I16 `[n_positions, width]`, `scale` F32 `[n_positions]`: the last ones that were trained |
//! | `blocks.N.query.*`, `key`, `value`, `output`, `expand`, `contract` | `weight` I8 `[n_outputs, n_inputs]` |
//! | `blocks.N.attention_norm.*`, `blocks.N.feed_forward_norm.*` | `weight` and `bias`, F32 `[width]` |
//!
//! Each I8 weight has a `scale` F32 `[n_outputs]`, by which its whole numbers are multiplied, and a `bias` F32
//! `[n_outputs]`. The file's metadata tell `n_heads`.

use std::collections::HashMap;

use safetensors::{Dtype, SafeTensors};

use super::error::TransformerError;

/// Frames that a convolution of the stem sees.
pub const STEM_CONTEXT: usize = 3;

/// Number of a file's metadata that says how many heads an attention has.
const N_HEADS: &str = "n_heads";

/// A dense layer in whole numbers.
#[derive(Clone, Debug)]
pub struct LayerWeights {
    /// `[n_outputs, n_inputs]`.
    pub weights: Vec<i8>,
    /// Value of a weight of 1, `[n_outputs]`.
    pub scales: Vec<f32>,
    /// `[n_outputs]`.
    pub biases: Vec<f32>,
}

impl LayerWeights {
    /// Values that come out.
    pub fn n_outputs(&self) -> usize {
        self.biases.len()
    }

    /// Values that go in.
    pub fn n_inputs(&self) -> usize {
        self.weights.len() / self.biases.len()
    }

    /// The weights' values, `[n_inputs, n_outputs]`.
    pub fn values(&self) -> Vec<f32> {
        let n_inputs = self.n_inputs();
        let at = |input| {
            let outputs = self.weights.iter().skip(input).step_by(n_inputs);
            outputs.zip(&self.scales)
        };
        let columns = (0..n_inputs).flat_map(at);
        columns
            .map(|(weight, scale)| f32::from(*weight) * scale)
            .collect()
    }

    /// Sum of each output's weights, `[n_outputs]`.
    pub(super) fn sums(&self) -> Vec<i32> {
        let of_outputs = self.weights.chunks_exact(self.n_inputs());
        let sum = |weights: &[i8]| weights.iter().copied().map(i32::from).sum();
        of_outputs.map(sum).collect()
    }

    /// Its outputs times `factor`.
    #[must_use]
    pub(super) fn scaled(mut self, factor: f32) -> Self {
        let values = self.scales.iter_mut().chain(&mut self.biases);
        values.for_each(|value| *value *= factor);
        self
    }

    /// The outputs of all layers, which read the same, side by side.
    pub(super) fn beside(layers: &[&Self]) -> Self {
        Self {
            weights: layers
                .iter()
                .flat_map(|layer| layer.weights.clone())
                .collect(),
            scales: layers
                .iter()
                .flat_map(|layer| layer.scales.clone())
                .collect(),
            biases: layers
                .iter()
                .flat_map(|layer| layer.biases.clone())
                .collect(),
        }
    }
}

/// What a normalised frame is multiplied by and moved by, `[width]` each.
#[derive(Clone, Debug)]
pub struct NormWeights {
    /// Multiplies.
    pub factors: Vec<f32>,
    /// Is added.
    pub offsets: Vec<f32>,
}

impl NormWeights {
    /// Leaves a normalised frame as it is.
    pub(super) fn none(width: usize) -> Self {
        Self {
            factors: vec![1.0; width],
            offsets: vec![0.0; width],
        }
    }
}

/// Weights of one block: attention and two dense layers, each behind a normalisation and added to what it read.
#[expect(missing_docs, reason = "the fields have the names of what they are")]
#[derive(Clone, Debug)]
pub struct BlockWeights {
    pub attention_norm: NormWeights,
    pub query: LayerWeights,
    pub key: LayerWeights,
    pub value: LayerWeights,
    pub output: LayerWeights,
    pub feed_forward_norm: NormWeights,
    pub expand: LayerWeights,
    pub contract: LayerWeights,
}

/// Weights of an encoder; see the module's head.
#[derive(Clone, Debug)]
pub struct TransformerWeights {
    /// Heads of an attention.
    pub n_heads: usize,
    /// Values of a frame.
    pub width: usize,
    /// The convolutions, with their inputs frame by frame: `[width, 3 * n_inputs]`.
    pub stem: [LayerWeights; 2],
    /// Added to the stem's frames, the last to the last, `[n_positions, width]`.
    pub positions: Vec<f32>,
    /// First to last.
    pub blocks: Vec<BlockWeights>,
}

impl TransformerWeights {
    /// Reads the first `n_blocks` blocks of a file of an encoder that reads frames of `n_bands` values.
    ///
    /// # Errors
    /// [`TransformerError`] when the file is no safetensors, or a tensor is missing or not as expected.
    pub fn read(bytes: &[u8], n_bands: usize, n_blocks: usize) -> Result<Self, TransformerError> {
        let file = File(SafeTensors::deserialize(bytes)?);
        let (_, metadata) = SafeTensors::read_metadata(bytes)?;
        let [n_positions, width] = file.matrix_shape("positions.weight")?;
        let n_heads = n_heads(metadata.metadata().as_ref(), width)?;
        let blocks =
            (0..n_blocks).map(|block_idx| file.block(&format!("blocks.{block_idx}"), width));
        Ok(Self {
            n_heads,
            width,
            stem: [
                file.convolution("stem.0", n_bands, width)?,
                file.convolution("stem.1", width, width)?,
            ],
            positions: file.positions(n_positions, width)?,
            blocks: blocks.collect::<Result<_, _>>()?,
        })
    }
}

fn n_heads(
    metadata: Option<&HashMap<String, String>>,
    width: usize,
) -> Result<usize, TransformerError> {
    let found = metadata.and_then(|metadata| metadata.get(N_HEADS));
    let n_heads = found.and_then(|found| found.parse().ok());
    n_heads
        .filter(|n_heads| *n_heads > 0 && width.is_multiple_of(*n_heads))
        .ok_or_else(|| TransformerError::Heads {
            found: found.cloned(),
            width,
        })
}

struct File<'a>(SafeTensors<'a>);

impl File<'_> {
    fn block(&self, name: &str, width: usize) -> Result<BlockWeights, TransformerError> {
        let layer = |layer: &str| self.layer(&format!("{name}.{layer}"), &[width], width);
        let [expanded, _] = self.matrix_shape(&format!("{name}.expand.weight"))?;
        let [expand, contract] = ["expand", "contract"].map(|layer| format!("{name}.{layer}"));
        Ok(BlockWeights {
            attention_norm: self.norm(&format!("{name}.attention_norm"), width)?,
            query: layer("query")?,
            key: layer("key")?,
            value: layer("value")?,
            output: layer("output")?,
            feed_forward_norm: self.norm(&format!("{name}.feed_forward_norm"), width)?,
            expand: self.layer(&expand, &[width], expanded)?,
            contract: self.layer(&contract, &[expanded], width)?,
        })
    }

    fn convolution(
        &self,
        name: &str,
        n_inputs: usize,
        n_outputs: usize,
    ) -> Result<LayerWeights, TransformerError> {
        self.layer(name, &[STEM_CONTEXT, n_inputs], n_outputs)
    }

    fn layer(
        &self,
        name: &str,
        inputs: &[usize],
        n_outputs: usize,
    ) -> Result<LayerWeights, TransformerError> {
        let shape = [&[n_outputs], inputs].concat();
        let weights = self.bytes(&format!("{name}.weight"), Dtype::I8, &shape)?;
        Ok(LayerWeights {
            weights: weights.iter().map(|byte| byte.cast_signed()).collect(),
            scales: self.floats(&format!("{name}.scale"), n_outputs)?,
            biases: self.floats(&format!("{name}.bias"), n_outputs)?,
        })
    }

    fn norm(&self, name: &str, width: usize) -> Result<NormWeights, TransformerError> {
        Ok(NormWeights {
            factors: self.floats(&format!("{name}.weight"), width)?,
            offsets: self.floats(&format!("{name}.bias"), width)?,
        })
    }

    fn positions(&self, n_positions: usize, width: usize) -> Result<Vec<f32>, TransformerError> {
        let words = self.bytes("positions.weight", Dtype::I16, &[n_positions, width])?;
        let scales = self.floats("positions.scale", n_positions)?;
        let words = words
            .as_chunks()
            .0
            .iter()
            .map(|word| f32::from(i16::from_le_bytes(*word)));
        let words: Vec<f32> = words.collect();
        let rows = words.chunks_exact(width).zip(scales);
        Ok(rows
            .flat_map(|(row, scale)| row.iter().map(move |word| word * scale))
            .collect())
    }

    fn floats(&self, name: &str, n_values: usize) -> Result<Vec<f32>, TransformerError> {
        let bytes = self.bytes(name, Dtype::F32, &[n_values])?;
        let values = bytes
            .as_chunks()
            .0
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes));
        let values: Vec<f32> = values.collect();
        match values.iter().all(|value| value.is_finite()) {
            true => Ok(values),
            false => Err(TransformerError::NotFinite {
                name: name.to_owned(),
            }),
        }
    }

    fn bytes(&self, name: &str, dtype: Dtype, shape: &[usize]) -> Result<&[u8], TransformerError> {
        let tensor = self.tensor(name)?;
        match tensor.dtype() == dtype && tensor.shape() == shape {
            true => Ok(tensor.data()),
            false => Err(TransformerError::Shape {
                name: name.to_owned(),
                found: format!("{:?} {:?}", tensor.dtype(), tensor.shape()),
                expected: format!("{dtype:?} {shape:?}"),
            }),
        }
    }

    fn matrix_shape(&self, name: &str) -> Result<[usize; 2], TransformerError> {
        let tensor = self.tensor(name)?;
        let is_matrix = |shape: &[usize; 2]| shape.iter().all(|size| *size > 0);
        let shape = tensor.shape().try_into().ok().filter(is_matrix);
        shape.ok_or_else(|| TransformerError::Shape {
            name: name.to_owned(),
            found: format!("{:?} {:?}", tensor.dtype(), tensor.shape()),
            expected: "a matrix".to_owned(),
        })
    }

    fn tensor(&self, name: &str) -> Result<safetensors::tensor::TensorView<'_>, TransformerError> {
        let missing = |_| TransformerError::Missing {
            name: name.to_owned(),
        };
        self.0.tensor(name).map_err(missing)
    }
}

/// A layer for tests of the layouts, and what it makes of a row.
#[cfg(test)]
pub(super) mod tried {
    use super::super::rows::MAX_INPUTS;
    use super::LayerWeights;

    /// Product of a layer with rows that begin so many values apart.
    pub trait Product: Fn(&LayerWeights, &[f32], usize, &mut [f32]) {}

    impl<F: Fn(&LayerWeights, &[f32], usize, &mut [f32])> Product for F {}

    /// Holds a layout against the values themselves, for layers and rows of `[n_inputs, stride, n_outputs, n_rows]`.
    pub fn assert_products(shapes: &[[usize; 4]], multiply: impl Product) {
        for &[n_inputs, stride, n_outputs, n_rows] in shapes {
            let layer = layer(n_inputs, n_outputs);
            let values = rows(n_rows, stride, n_inputs);
            let mut found = vec![f32::NAN; n_rows * n_outputs];
            multiply(&layer, &values, stride, &mut found);
            for (at, found) in found.into_iter().enumerate() {
                let (row, output) = (at / n_outputs, at % n_outputs);
                let row = &values[row * stride..][..n_inputs];
                let expected = output_of(&layer, output, row);
                let error = (found - expected).abs();
                let most = rounding_of(&layer, output, row);
                assert!(error <= most, "{found}, {expected}");
            }
        }
    }

    /// The same of rows as long as may be, whose sums are as large as can be.
    pub fn assert_no_overflow(multiply: impl Product) {
        let extremes = [(127, 1e6), (-128, 1e6), (-128, -1e6), (1, 1e-6), (0, 1.0)];
        for (weight, value) in extremes {
            let layer = LayerWeights {
                weights: vec![weight; MAX_INPUTS],
                scales: vec![1.0],
                biases: vec![0.0],
            };
            let mut found = [f32::NAN];
            multiply(&layer, &vec![value; MAX_INPUTS], MAX_INPUTS, &mut found);
            let expected = f32::from(weight) * value * MAX_INPUTS as f32;
            let error = (found[0] - expected).abs();
            assert!(error <= 1e-3 * expected.abs(), "{}, {expected}", found[0]);
        }
    }

    pub fn layer(n_inputs: usize, n_outputs: usize) -> LayerWeights {
        let weight = |n: usize| ((n * 7919) % 255) as i32 - 127;
        LayerWeights {
            weights: (0..n_inputs * n_outputs).map(|n| weight(n) as i8).collect(),
            scales: (0..n_outputs).map(|n| 0.01 + n as f32 * 1e-4).collect(),
            biases: (0..n_outputs).map(|n| n as f32).collect(),
        }
    }

    /// One of the outputs for a row that begins with `row`.
    fn output_of(layer: &LayerWeights, output: usize, row: &[f32]) -> f32 {
        let weights = &layer.weights[output * layer.n_inputs()..][..layer.n_inputs()];
        let products = weights.iter().zip(row);
        let sum: f32 = products
            .map(|(weight, value)| f32::from(*weight) * value)
            .sum();
        sum * layer.scales[output] + layer.biases[output]
    }

    /// How far that may be off where the row's values are rounded to 8 bits.
    fn rounding_of(layer: &LayerWeights, output: usize, row: &[f32]) -> f32 {
        let weights = &layer.weights[output * layer.n_inputs()..][..layer.n_inputs()];
        let weights: f32 = weights.iter().map(|weight| f32::from(*weight).abs()).sum();
        let highest = row.iter().copied().fold(0.0, f32::max);
        let lowest = row.iter().copied().fold(0.0, f32::min);
        let step = (highest - lowest) / 254.0;
        0.501 * step * weights * layer.scales[output] + 1e-3
    }

    /// Rows that begin `stride` values apart, each larger than the one before.
    pub fn rows(n_rows: usize, stride: usize, n_inputs: usize) -> Vec<f32> {
        let value = |n: usize| (((n * 31) % 19) as f32 - 9.0) * (n / stride + 1) as f32;
        (0..(n_rows - 1) * stride + n_inputs).map(value).collect()
    }
}
