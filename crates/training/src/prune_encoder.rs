//! Leaves units out of an encoder's feed-forward layers: those that put out least.
//!
//! Input   an encoder's file (`inference::TransformerWeights`); speech, of anybody
//! Output  the same with fewer units in each block; what the others can say of those that are gone, they do
//! Source  a unit's part of a layer's output by its variance times its weights' squares; the weights of those that stay
//!         by least squares (Hassibi & Stork 1992, layer by layer); block by block, each behind the one that was pruned

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use audio::{N_WHISPER_BANDS, SAMPLE_RATE_HZ, WhisperBands};
use burn::tensor::{Tensor, TensorData};
use inference::{LayerWeights, TransformerWeights};
use ndarray::{Array1, Array2, Axis};
use network::{Transformer, backend};
use safetensors::{Dtype, SafeTensors};
use smartcore::linalg::{basic::matrix::DenseMatrix, traits::cholesky::CholeskyDecomposable};

use crate::{
    import_encoder::{NamedTensor, file_of, floats},
    spoken,
};

/// Of the units' mean variance, so that units that say the same can be told apart.
const RIDGE: f64 = 1e-4;

/// Of what each block reads, speech from its middle, s.
const MIDDLE_S: usize = 2;

/// Writes the encoder of `file` with `n_units` units in each block to `out`; `speech` are folders of clips.
pub fn prune_encoder(
    file: &Path,
    speech: &[PathBuf],
    n_units: usize,
    out: &Path,
) -> anyhow::Result<()> {
    let in_file = || file.display().to_string();
    let mut encoder = Encoder::read(&fs::read(file).with_context(in_file)?)?;
    let clips = clips(speech)?;
    ensure!(!clips.is_empty(), "no clip in which somebody speaks");
    for block_idx in 0..encoder.n_blocks() {
        let weights =
            TransformerWeights::read(&encoder.file()?, N_WHISPER_BANDS, encoder.n_blocks())?;
        let contract = &weights.blocks[block_idx].contract;
        ensure!(
            (1..=contract.n_inputs()).contains(&n_units),
            "block {} has {} units",
            block_idx + 1,
            contract.n_inputs()
        );
        let moments = Moments::of(&weights, block_idx, &clips);
        let pruned = Pruned::of(&moments, contract, n_units)?;
        println!(
            "block {}: {n_units} of {} units, {:.4} of the output's variance lost over {} frames",
            block_idx + 1,
            contract.n_inputs(),
            pruned.lost,
            moments.n_frames
        );
        encoder.prune(block_idx, &pruned)?;
    }
    fs::write(out, encoder.file()?).with_context(|| out.display().to_string())
}

/// Bands of the middle of what is said in all clips below the folders.
fn clips(folders: &[PathBuf]) -> anyhow::Result<Vec<Vec<f32>>> {
    let mut bands = WhisperBands::new();
    let mut clips = Vec::new();
    for clip in folders.iter().map(|folder| spoken::clips(folder)) {
        let clip = clip?.into_iter();
        let bands = clip.map(|said| bands.middle(&said, MIDDLE_S * SAMPLE_RATE_HZ as usize));
        clips.extend(bands.filter(|bands| !bands.is_empty()));
    }
    Ok(clips)
}

/// Of what a block's second dense layer reads.
struct Moments {
    n_frames: usize,
    /// `[n_units]`.
    mean: Array1<f64>,
    /// `[n_units, n_units]`.
    covariance: Array2<f64>,
}

impl Moments {
    fn of(weights: &TransformerWeights, block_idx: usize, clips: &[Vec<f32>]) -> Self {
        let device = backend::device();
        let transformer = Transformer::new(weights, &device);
        let expanded = clips.iter().map(|bands| {
            let shape = [bands.len() / N_WHISPER_BANDS, N_WHISPER_BANDS];
            let bands = Tensor::from_data(TensorData::new(bands.clone(), shape), &device);
            let expanded = transformer.expanded(bands, block_idx);
            let shape = expanded.dims();
            let values = expanded.into_data().iter::<f32>().collect();
            Array2::from_shape_vec(shape, values).expect("of this shape")
        });
        Self::of_rows(expanded)
    }

    fn of_rows(chunks: impl Iterator<Item = Array2<f32>>) -> Self {
        let mut n_frames = 0;
        let mut sum = Array1::<f64>::zeros(0);
        let mut squares = Array2::<f64>::zeros((0, 0));
        for rows in chunks {
            if n_frames == 0 {
                sum = Array1::zeros(rows.ncols());
                squares = Array2::zeros((rows.ncols(), rows.ncols()));
            }
            n_frames += rows.nrows();
            sum += &rows.sum_axis(Axis(0)).mapv(f64::from);
            squares += &rows.t().dot(&rows).mapv(f64::from);
        }
        let count = n_frames.max(1) as f64;
        let mean = sum / count;
        let column = mean.view().insert_axis(Axis(1));
        let covariance = squares / count - column.dot(&column.t());
        Self {
            n_frames,
            mean,
            covariance,
        }
    }
}

/// A layer that reads fewer units.
struct Pruned {
    /// Those that stay, ascending.
    kept: Vec<usize>,
    /// `[n_outputs, n_kept]`.
    weights: Array2<f64>,
    /// `[n_outputs]`.
    biases: Array1<f64>,
    /// Share of the output's variance that is gone.
    lost: f64,
}

impl Pruned {
    fn of(moments: &Moments, layer: &LayerWeights, n_units: usize) -> anyhow::Result<Self> {
        let shape = (layer.n_inputs(), layer.n_outputs());
        let values = layer.values().into_iter().map(f64::from).collect();
        let weights = Array2::from_shape_vec(shape, values)?;
        let biases: Array1<f64> = layer.biases.iter().copied().map(f64::from).collect();
        let covariance = &moments.covariance;
        let variances = covariance.diag();
        let energy = |unit: usize| {
            let row = weights.row(unit);
            variances[unit] * row.dot(&row)
        };
        let mut kept: Vec<usize> = (0..shape.0).collect();
        kept.sort_by(|one, other| energy(*other).total_cmp(&energy(*one)));
        kept.truncate(n_units);
        kept.sort_unstable();

        let with_all = covariance.select(Axis(0), &kept);
        let mut among = with_all.select(Axis(1), &kept);
        let ridge = RIDGE * variances.sum() / shape.0 as f64;
        among.diag_mut().mapv_inplace(|variance| variance + ridge);
        let fitted = solved(&among, &with_all.dot(&weights))?;

        // What is left of each output where the new one is taken from it.
        let mut left = weights.clone();
        for (place, &unit) in kept.iter().enumerate() {
            let row = &left.row(unit) - &fitted.row(place);
            left.row_mut(unit).assign(&row);
        }
        let variance = |of: &Array2<f64>| (&covariance.dot(of) * of).sum();
        Ok(Self {
            biases: biases + left.t().dot(&moments.mean),
            lost: variance(&left) / variance(&weights),
            weights: fitted.t().to_owned(),
            kept,
        })
    }
}

/// `x` of `matrix x = right`, for a symmetric, positive definite matrix.
fn solved(matrix: &Array2<f64>, right: &Array2<f64>) -> anyhow::Result<Array2<f64>> {
    let dense = |of: &Array2<f64>| {
        let values = of.iter().copied().collect();
        DenseMatrix::new(of.nrows(), of.ncols(), values, false)
    };
    let solved = dense(matrix)?.cholesky_solve_mut(dense(right)?)?;
    let value = |place| *smartcore::linalg::basic::arrays::Array::get(&solved, place);
    Ok(Array2::from_shape_fn(right.dim(), value))
}

/// An encoder's file, tensor by tensor.
struct Encoder {
    tensors: Vec<NamedTensor>,
    facts: HashMap<String, String>,
}

impl Encoder {
    fn read(bytes: &[u8]) -> anyhow::Result<Self> {
        let (_, metadata) = SafeTensors::read_metadata(bytes)?;
        let tensors = SafeTensors::deserialize(bytes)?;
        let tensors = tensors.iter().map(|(name, view)| {
            let (shape, data) = (view.shape().to_vec(), view.data().to_vec());
            (name.to_owned(), view.dtype(), shape, data)
        });
        Ok(Self {
            tensors: tensors.collect(),
            facts: metadata.metadata().clone().unwrap_or_default(),
        })
    }

    fn file(&self) -> anyhow::Result<Vec<u8>> {
        file_of(&self.tensors, self.facts.clone())
    }

    fn n_blocks(&self) -> usize {
        let is_block = |(name, ..): &&NamedTensor| name.ends_with(".contract.weight");
        self.tensors.iter().filter(is_block).count()
    }

    fn prune(&mut self, block_idx: usize, pruned: &Pruned) -> anyhow::Result<()> {
        let name = |layer: &str, part: &str| format!("blocks.{block_idx}.{layer}.{part}");
        for part in ["weight", "scale", "bias"] {
            let (_, _, shape, bytes) = self.tensor(&name("expand", part))?;
            let n_bytes = bytes.len() / shape[0];
            let rows = pruned.kept.iter();
            let kept = rows.flat_map(|unit| bytes[unit * n_bytes..][..n_bytes].to_vec());
            *bytes = kept.collect();
            shape[0] = pruned.kept.len();
        }
        let rows = pruned.weights.rows().into_iter();
        let scales = rows.map(|row| {
            let peak = row
                .iter()
                .fold(0.0_f64, |peak, weight| peak.max(weight.abs()));
            peak.max(f64::from(f32::MIN_POSITIVE)) / f64::from(i8::MAX)
        });
        let scales: Vec<f64> = scales.collect();
        let rows = pruned.weights.rows().into_iter().zip(&scales);
        let rounded = rows.flat_map(|(row, scale)| row.mapv(|weight| (weight / scale).round()));
        let weights = (
            name("contract", "weight"),
            Dtype::I8,
            vec![scales.len(), pruned.kept.len()],
            rounded
                .map(|weight| (weight as i8).cast_unsigned())
                .collect(),
        );
        let vector = |part: &str, values: &mut dyn Iterator<Item = f64>| {
            let values: Vec<f32> = values.map(|value| value as f32).collect();
            floats(name("contract", part), &values)
        };
        let scales = vector("scale", &mut scales.iter().copied());
        let biases = vector("bias", &mut pruned.biases.iter().copied());
        for tensor in [weights, scales, biases] {
            let place = self.tensor(&tensor.0)?;
            *place = tensor;
        }
        Ok(())
    }

    fn tensor(&mut self, name: &str) -> anyhow::Result<&mut NamedTensor> {
        let mut tensors = self.tensors.iter_mut();
        let found = tensors.find(|tensor| tensor.0 == name);
        found.with_context(|| format!("no tensor {name}"))
    }
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng, rngs::StdRng};

    use super::*;

    fn layer(n_inputs: usize, n_outputs: usize, rng: &mut StdRng) -> LayerWeights {
        LayerWeights {
            weights: (0..n_inputs * n_outputs)
                .map(|_| rng.random_range(-127..=127))
                .collect(),
            scales: vec![0.01; n_outputs],
            biases: vec![0.5; n_outputs],
        }
    }

    #[test]
    fn units_that_say_what_others_say_are_not_missed() {
        let mut rng = StdRng::seed_from_u64(1);
        let layer = layer(6, 4, &mut rng);
        // The last three follow from the first three, and say less.
        let rows = Array2::from_shape_fn((500, 3), |_| rng.random_range(0.0..4.0_f32));
        let others = rows.mapv(|value| 0.1 * value + 0.2);
        let rows = ndarray::concatenate![Axis(1), rows, others];
        let moments = Moments::of_rows([rows.clone()].into_iter());
        let pruned = Pruned::of(&moments, &layer, 3).expect("it can be solved");
        assert_eq!(pruned.kept, [0, 1, 2]);
        assert!(pruned.lost < 1e-4, "{}", pruned.lost);
        let weights = Array2::from_shape_vec((6, 4), layer.values()).expect("its shape");
        let before = rows.dot(&weights).mapv(f64::from) + 0.5;
        let rows = rows.select(Axis(1), &pruned.kept).mapv(f64::from);
        let after = rows.dot(&pruned.weights.t()) + &pruned.biases;
        for (before, after) in before.iter().zip(&after) {
            assert!((before - after).abs() < 0.02, "{before}, {after}");
        }
        let two = Pruned::of(&moments, &layer, 2).expect("it can be solved");
        assert!(two.lost > 0.05, "one is missed: {}", two.lost);
    }
}
