//! The tensors of an ONNX file, by their names.
//!
//! Source  onnx.proto3, of which the few fields below are read
//! Errors  a tensor that is missing, of another type, or has another number of values than its shape

use std::collections::HashMap;

use anyhow::{Context, ensure};
use prost::Message;

#[derive(Message)]
pub(super) struct Model {
    #[prost(message, optional, tag = "7")]
    pub graph: Option<Graph>,
}

#[derive(Message)]
pub(super) struct Graph {
    #[prost(message, repeated, tag = "5")]
    pub initializer: Vec<Initializer>,
}

#[derive(Message)]
pub(super) struct Initializer {
    #[prost(int64, repeated, tag = "1")]
    pub dims: Vec<i64>,
    #[prost(int32, tag = "2")]
    pub data_type: i32,
    #[prost(float, repeated, tag = "4")]
    pub float_data: Vec<f32>,
    #[prost(int32, repeated, tag = "5")]
    pub int32_data: Vec<i32>,
    #[prost(string, tag = "8")]
    pub name: String,
    #[prost(bytes = "vec", tag = "9")]
    pub raw_data: Vec<u8>,
}

/// ONNX's numbers of the element types that are read.
pub(super) const FLOAT: i32 = 1;
pub(super) const INT8: i32 = 3;
pub(super) const INT32: i32 = 6;

/// The initialisers of a graph.
pub(super) struct Tensors(HashMap<String, Initializer>);

impl Tensors {
    /// Reads a file.
    pub fn read(bytes: &[u8]) -> anyhow::Result<Self> {
        let model = Model::decode(bytes).context("it is no ONNX file")?;
        let graph = model.graph.context("it has no graph")?;
        let tensors = graph.initializer.into_iter();
        Ok(Self(tensors.map(|one| (one.name.clone(), one)).collect()))
    }

    fn one(&self, name: &str, data_type: i32) -> anyhow::Result<&Initializer> {
        let one = self
            .0
            .get(name)
            .with_context(|| format!("no tensor {name}"))?;
        ensure!(
            one.data_type == data_type,
            "{name} is of type {}, not {data_type}",
            one.data_type
        );
        Ok(one)
    }

    /// Values of a tensor of f32.
    pub fn floats(&self, name: &str) -> anyhow::Result<Vec<f32>> {
        let one = self.one(name, FLOAT)?;
        let raw = one
            .raw_data
            .as_chunks()
            .0
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes));
        Ok(if one.float_data.is_empty() {
            raw.collect()
        } else {
            one.float_data.clone()
        })
    }

    /// Values of a tensor of 32 bits.
    pub fn integers(&self, name: &str) -> anyhow::Result<Vec<i32>> {
        let one = self.one(name, INT32)?;
        let raw = one
            .raw_data
            .as_chunks()
            .0
            .iter()
            .map(|bytes| i32::from_le_bytes(*bytes));
        Ok(if one.int32_data.is_empty() {
            raw.collect()
        } else {
            one.int32_data.clone()
        })
    }

    /// Shape and values of a tensor of 8 bits.
    pub fn bytes(&self, name: &str) -> anyhow::Result<(Vec<usize>, Vec<u8>)> {
        let one = self.one(name, INT8)?;
        let shape = one
            .dims
            .iter()
            .map(|size| usize::try_from(*size))
            .collect::<Result<Vec<_>, _>>()?;
        let words = one.int32_data.iter().map(|word| *word as u8);
        let bytes = if words.len() == 0 {
            one.raw_data.clone()
        } else {
            words.collect()
        };
        let n_values = shape
            .iter()
            .try_fold(1_usize, |product, size| product.checked_mul(*size));
        ensure!(
            n_values == Some(bytes.len()),
            "{name} has {} values for {shape:?}",
            bytes.len()
        );
        Ok((shape, bytes))
    }

    /// Sizes of a tensor of f32.
    pub fn shape(&self, name: &str) -> anyhow::Result<&[i64]> {
        Ok(&self.one(name, FLOAT)?.dims)
    }
}
