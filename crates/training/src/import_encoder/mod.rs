//! Takes over the first blocks of Whisper's encoder from a package that was made for something else.
//!
//! Input   smart-turn-v3.2-cpu.onnx, or the wheel of pipecat-ai 1.14.0 in which it lies; no other file, because half of
//!         its tensors have no names but numbers
//! Output  an encoder's file (`inference::TransformerWeights`) in safetensors format: whole numbers and scales
//!         unchanged; biases in f32; the positions in 16 bits

mod onnx;
#[cfg(test)]
mod tests;

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
};

use anyhow::{Context, bail, ensure};
use safetensors::{Dtype, tensor::TensorView};
use sha2::{Digest, Sha256};

use self::onnx::Tensors;

/// Where the graph lies in the wheel.
const FILE: &str = "pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx";

/// Of the graph.
const SHA256: &str = "2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f";

/// Named in the encoder's file: nothing else there tells it.
const N_HEADS: &str = "6";

const STEM: [&str; 2] = ["inner.encoder.conv1", "inner.encoder.conv2"];
const POSITIONS: &str = "inner.encoder.embed_positions.weight";

/// Of a block: our name, theirs.
const NORMS: [(&str, &str); 2] = [
    ("attention_norm", "self_attn_layer_norm"),
    ("feed_forward_norm", "final_layer_norm"),
];

/// Of a block: our name, the weights' number in each block, whose bias it is.
const LAYERS: [(&str, [usize; 2], Option<&str>); 6] = [
    ("query", [17, 92], Some("self_attn.q_proj")),
    ("key", [25, 100], None),
    ("value", [32, 107], Some("self_attn.v_proj")),
    ("output", [75, 148], Some("self_attn.out_proj")),
    ("expand", [79, 152], Some("fc1")),
    ("contract", [88, 161], Some("fc2")),
];

/// Positions of a second: a frame every 20 ms.
const POSITIONS_PER_S: usize = 50;

/// Writes the stem, `n_blocks` blocks and the positions of the last `seconds` to `out`.
pub fn import_encoder(
    file: &Path,
    n_blocks: usize,
    seconds: usize,
    out: &Path,
) -> anyhow::Result<()> {
    let bytes = graph_file(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let found = Sha256::digest(&bytes);
    let found: String = found.iter().map(|byte| format!("{byte:02x}")).collect();
    ensure!(
        found == SHA256,
        "{} is not {FILE}: its SHA-256 is {found}, not {SHA256}",
        file.display()
    );
    fs::write(
        out,
        encoder_file(&bytes, n_blocks, seconds * POSITIONS_PER_S)?,
    )
    .with_context(|| format!("{} cannot be written", out.display()))
}

/// The graph itself, out of a wheel if it is one.
fn graph_file(file: &Path) -> anyhow::Result<Vec<u8>> {
    if file.extension().is_none_or(|extension| extension != "whl") {
        return Ok(fs::read(file)?);
    }
    let mut wheel = zip::ZipArchive::new(File::open(file)?)?;
    let mut bytes = Vec::new();
    wheel.by_name(FILE)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn encoder_file(onnx: &[u8], n_blocks: usize, n_positions: usize) -> anyhow::Result<Vec<u8>> {
    let theirs = Theirs(Tensors::read(onnx)?);
    let mut ours = Vec::new();
    for (layer_idx, name) in STEM.iter().enumerate() {
        ours.extend(theirs.convolution(&format!("stem.{layer_idx}"), name)?);
    }
    ours.extend(theirs.positions(n_positions)?);
    for block_idx in 0..n_blocks {
        ours.extend(theirs.block(block_idx)?);
    }
    let views = ours.iter().map(|(name, dtype, shape, bytes)| {
        let view = TensorView::new(*dtype, shape.clone(), bytes);
        view.map(|view| (name, view))
    });
    let facts = [
        ("n_heads", N_HEADS),
        ("source", FILE),
        ("source_sha256", SHA256),
    ];
    let facts = facts.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let views = views.collect::<Result<Vec<_>, _>>()?;
    Ok(safetensors::serialize(views, Some(facts.into()))?)
}

/// Name, type, shape and little-endian values.
type NamedTensor = (String, Dtype, Vec<usize>, Vec<u8>);

/// The graph's tensors.
struct Theirs(Tensors);

impl Theirs {
    fn block(&self, block_idx: usize) -> anyhow::Result<Vec<NamedTensor>> {
        let (ours, theirs) = (
            format!("blocks.{block_idx}"),
            format!("inner.encoder.layers.{block_idx}"),
        );
        let mut tensors = Vec::new();
        for (name, norm) in NORMS {
            for part in ["weight", "bias"] {
                let values = self.0.floats(&format!("{theirs}.{norm}.{part}"))?;
                tensors.push(floats(format!("{ours}.{name}.{part}"), &values));
            }
        }
        for (name, numbers, bias) in LAYERS {
            let number = numbers.get(block_idx).context("there are two blocks")?;
            let matrix = format!("val_{number}");
            let (shape, inputs) = self.0.bytes(&format!("{matrix}_quantized"))?;
            let &[n_inputs, n_outputs] = &shape[..] else {
                bail!("{matrix} is no matrix: {shape:?}");
            };
            let column = |output: usize| inputs.iter().skip(output).step_by(n_outputs).copied();
            let weights = (0..n_outputs).flat_map(column).collect();
            let biases = match bias {
                Some(bias) => self.0.floats(&format!("{theirs}.{bias}.bias"))?,
                None => vec![0.0; n_outputs],
            };
            let name = format!("{ours}.{name}");
            tensors.extend(self.layer(
                name,
                &matrix,
                vec![n_outputs, n_inputs],
                weights,
                &biases,
            )?);
        }
        Ok(tensors)
    }

    /// A convolution with its inputs frame by frame.
    fn convolution(&self, ours: &str, theirs: &str) -> anyhow::Result<Vec<NamedTensor>> {
        let weight = format!("{theirs}.weight");
        let (shape, weights) = self.0.bytes(&format!("{weight}_quantized"))?;
        let &[n_outputs, n_inputs, n_frames] = &shape[..] else {
            bail!("{weight} is no convolution: {shape:?}");
        };
        let by_frame = weights
            .chunks_exact(n_inputs * n_frames)
            .flat_map(|of_output| {
                let frame =
                    move |frame_idx| of_output.iter().skip(frame_idx).step_by(n_frames).copied();
                (0..n_frames).flat_map(frame)
            });
        let bias = format!("{theirs}.bias_quantized");
        let biases = self
            .0
            .integers(&bias)?
            .into_iter()
            .zip(self.0.floats(&format!("{bias}_scale"))?);
        let biases: Vec<f32> = biases.map(|(bias, scale)| bias as f32 * scale).collect();
        let shape = vec![n_outputs, n_frames, n_inputs];
        self.layer(ours.to_owned(), &weight, shape, by_frame.collect(), &biases)
    }

    fn layer(
        &self,
        ours: String,
        theirs: &str,
        shape: Vec<usize>,
        weights: Vec<u8>,
        biases: &[f32],
    ) -> anyhow::Result<Vec<NamedTensor>> {
        let (_, zero_points) = self.0.bytes(&format!("{theirs}_zero_point"))?;
        ensure!(
            zero_points.iter().all(|zero| *zero == 0),
            "{theirs} has zeros that are not 0"
        );
        Ok(vec![
            floats(
                format!("{ours}.scale"),
                &self.0.floats(&format!("{theirs}_scale"))?,
            ),
            floats(format!("{ours}.bias"), biases),
            (format!("{ours}.weight"), Dtype::I8, shape, weights),
        ])
    }

    /// The last positions, each in whole numbers of 16 bits with a scale.
    fn positions(&self, n_positions: usize) -> anyhow::Result<Vec<NamedTensor>> {
        let shape = self.0.shape(POSITIONS)?;
        let values = self.0.floats(POSITIONS)?;
        let width = usize::try_from(*shape.last().context("positions without a shape")?)?;
        let n_left = (n_positions * width).min(values.len());
        let (mut scales, mut words) = (Vec::new(), Vec::new());
        for position in values[values.len() - n_left..].chunks_exact(width) {
            let peak = position
                .iter()
                .fold(f32::MIN_POSITIVE, |peak, value| value.abs().max(peak));
            let scale = peak / f32::from(i16::MAX);
            scales.push(scale);
            words.extend(
                position
                    .iter()
                    .flat_map(|value| ((value / scale).round() as i16).to_le_bytes()),
            );
        }
        let shape = vec![scales.len(), width];
        Ok(vec![
            floats("positions.scale".to_owned(), &scales),
            ("positions.weight".to_owned(), Dtype::I16, shape, words),
        ])
    }
}

fn floats(name: String, values: &[f32]) -> NamedTensor {
    let bytes = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    (name, Dtype::F32, vec![values.len()], bytes)
}
