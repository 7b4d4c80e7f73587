//! Takes over checkpoints that PyTorch wrote.
//!
//! Input   a file that `pytorch` reads, with the paper's layers under torch's names: `lstm.*` (one direction or both),
//!         `bn.*`, `fc.0.*`, `fc.3.*`; f32
//! Output  a checkpoint with the paper's input and pooling, and the sizes that the shapes tell
//! Errors  a tensor that is missing, unexpected, of another type or of another shape

use std::path::Path;

use anyhow::{Context, ensure};
use inference::{Architecture, Checkpoint, Config, Metrics, Rankings, Weights};
use vocabulary::LabelSet;

use crate::{pytorch, ship};

/// Says in the place of a protocol that nothing was measured.
const NOT_EVALUATED: &str = "imported; not evaluated on unseen speakers by this project";

/// Reads `file`, whose logits are in the order of `labels`, and writes the checkpoint `id` to `out`.
pub fn import(file: &Path, labels: LabelSet, id: String, out: &Path) -> anyhow::Result<()> {
    ship::write(&read(file, labels, id)?, out)
}

/// Reads a PyTorch file as a checkpoint.
fn read(file: &Path, labels: LabelSet, id: String) -> anyhow::Result<Checkpoint> {
    let weights = pytorch::network(file)?;
    let architecture = architecture(&weights)?;
    ensure!(architecture.is_sound(), "sizes that no network has");
    architecture
        .verify(&weights, labels.n_labels())
        .context("the tensors are no such network")?;
    Ok(Checkpoint {
        config: Config::new(id, labels.clone(), architecture),
        metrics: Metrics {
            protocol: NOT_EVALUATED.to_owned(),
            labels,
            ..Metrics::default()
        },
        voice_prior: None,
        rankings: Rankings::default(),
        presence: None,
        transformer: None,
        members: vec![weights],
    })
}

/// The paper's choices with the sizes of these tensors.
fn architecture(weights: &Weights) -> anyhow::Result<Architecture> {
    let shape = |name: &str| -> anyhow::Result<[usize; 2]> {
        let tensor = weights.find(name).with_context(|| format!("no {name}"))?;
        let shape = tensor.shape.as_slice().try_into();
        shape.with_context(|| format!("{name} is no matrix"))
    };
    let has = |name: &str| weights.find(name).is_some();
    let [_, hidden_size] = shape("lstm.weight_hh_l0")?;
    let [head_size, _] = shape("fc.0.weight")?;
    let n_layers = (0..)
        .take_while(|layer_idx| has(&format!("lstm.weight_hh_l{layer_idx}")))
        .count();
    Ok(Architecture {
        bidirectional: has("lstm.weight_hh_l0_reverse"),
        hidden_size,
        n_layers,
        head_size,
        ..Architecture::paper()
    })
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use audio::N_MELS;
    use burn::tensor::Tensor as BurnTensor;
    use network::{Batch, BiLstm, Forward, backend};

    use super::*;

    /// Sums of f32 in another order than torch's.
    const TOLERANCE: f32 = 1e-4;

    /// The reference application's checkpoint, or `None` with a line on standard error.
    fn reference(test: &str) -> Option<std::path::PathBuf> {
        let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
        let shared = env::var_os("BANGLASER_SHARED").map_or_else(beside, Into::into);
        let reference = shared.join("reference");
        if !reference.is_dir() {
            let line = format!("SKIPPED {test}: no {}\n", reference.display());
            let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
            return None;
        }
        Some(reference)
    }

    /// A named tensor of `layers_ref_speechlike`.
    fn expected(reference: &Path, name: &str) -> Vec<f32> {
        let index = fs::read(reference.join("layers_ref_speechlike.json")).expect("beside");
        let index: serde_json::Value = serde_json::from_slice(&index).expect("JSON");
        let values = fs::read(reference.join("layers_ref_speechlike.bin")).expect("beside");
        let tensors = index["tensors"].as_array().expect("a list");
        let tensor = tensors.iter().find(|tensor| tensor["name"] == name);
        let [offset, len] = ["offset", "len"]
            .map(|key| tensor.expect(name)[key].as_u64().expect("a number") as usize);
        let values = values.as_chunks::<4>().0[offset..offset + len].iter();
        values.map(|bytes| f32::from_le_bytes(*bytes)).collect()
    }

    fn assert_layers(reference: &Path, file: &str) {
        let checkpoint = read(
            &reference.join(file),
            LabelSet::five(),
            "reference".to_owned(),
        );
        let checkpoint = checkpoint.expect("a one-directional network");
        let (weights, architecture) = (&checkpoint.members[0], &checkpoint.config.architecture);
        let network =
            BiLstm::load(weights, architecture, 5, &backend::device()).expect("it was verified");
        let assert_close = |name: &str, found: BurnTensor<1>| {
            let found: Vec<f32> = found.into_data().iter::<f32>().collect();
            let expected = expected(reference, name);
            assert_eq!(found.len(), expected.len(), "{name}");
            for (found, expected) in found.iter().zip(expected) {
                let error = (found - expected).abs();
                assert!(error <= TOLERANCE, "{file}, {name}: {found}, {expected}");
            }
        };

        let batch = Batch::new(
            &[expected(reference, "in_126x40")],
            N_MELS,
            &backend::device(),
        );
        let mut frames = network.front(&batch);
        for layer in &network.layers {
            frames = layer.forward(frames, &batch.lengths);
        }
        assert_close("lstm_out_l1_126x128", frames.clone().reshape([-1]));
        let pooled = network
            .norm
            .forward::<2>(frames.narrow(1, 125, 1).squeeze_dim(1));
        assert_close("bn", pooled.clone().reshape([-1]));
        assert_close("fc0", network.hidden.forward(pooled).reshape([-1]));
        assert_close("logits", network.forward(&batch).reshape([-1]));
    }

    #[test]
    fn the_reference_applications_layers_are_torchs() {
        let Some(reference) = reference("the_reference_applications_layers_are_torchs") else {
            return;
        };
        assert_layers(&reference, "bangla_ser_best.pth");
        assert_layers(&reference, "reference_weights.safetensors");
    }

    #[test]
    fn sizes_that_no_network_has_are_refused() {
        let mut weights = Weights::default();
        weights.insert("lstm.weight_hh_l0", &[0, 1 << 62], Vec::new());
        weights.insert("fc.0.weight", &[1 << 62, 0], Vec::new());
        let name = format!("banglaser-{}-sizes.safetensors", std::process::id());
        let path = env::temp_dir().join(name);
        fs::write(&path, weights.to_safetensors()).expect("writable");
        let error = read(&path, LabelSet::five(), "x".to_owned()).expect_err("too large");
        assert!(error.to_string().contains("sizes"), "{error:#}");
        fs::remove_file(path).expect("our own file");
    }

    #[test]
    fn what_is_no_network_is_refused() {
        let path = env::temp_dir().join(format!("banglaser-{}-import.pth", std::process::id()));
        fs::write(&path, b"no pickle").expect("writable");
        let error = read(&path, LabelSet::five(), "x".to_owned()).expect_err("no PyTorch file");
        assert!(error.to_string().contains("no PyTorch file"), "{error:#}");
        fs::remove_file(path).expect("our own file");
    }
}
