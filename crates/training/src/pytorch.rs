//! Tensors from files that PyTorch wrote, under the names that the layers themselves have.
//!
//! Input   a `.pth` or `.safetensors` with a `state_dict`, also below a key of a checkpoint, also of a network that was
//!         wrapped to train (`DataParallel`, `torch.compile`)
//! Output  the network's tensors under its own names and nothing else; finite f32
//! Errors  no such network or several in the file, a tensor of another type or not finite, what would unpack to more
//!         than the file holds

#[cfg(test)]
mod hostile;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, BufReader, Read},
    path::Path,
};

use anyhow::{Context, ensure};
use inference::{EncoderShape, Weights};
use pytorch_reader::PytorchReader;
use safetensors::SafeTensors;
use zip::{CompressionMethod, ZipArchive};

/// Where Resemblyzer's file keeps the tensors.
const ENCODER_KEY: &str = "model_state";

/// Every network that is read has it, and no other tensor ends like it.
const LANDMARK: &str = "lstm.weight_hh_l0";

/// What `DataParallel` and `torch.compile` put into names.
const WRAPPERS: [&str; 2] = ["module", "_orig_mod"];

/// Counts batches while training; of no use afterwards.
const COUNTER: &str = "num_batches_tracked";

/// A tensor of any type, in its file.
struct Stored {
    dtype: String,
    shape: Vec<usize>,
    n_bytes: usize,
    read: Box<dyn FnOnce() -> io::Result<Vec<u8>>>,
}

/// By name.
type Tensors = BTreeMap<String, Stored>;

/// The layers of a speaker encoder that are read, from the file of Resemblyzer's weights, named as a checkpoint names
/// them, with one bias for each gate.
pub fn speaker_encoder(file: &Path, shape: EncoderShape) -> anyhow::Result<Weights> {
    let tensors = pickled(file, Some(ENCODER_KEY)).context("no file of a speaker encoder")?;
    let of_lstm = tensors
        .into_iter()
        .filter(|(name, _)| name.starts_with("lstm."));
    let stored = weights(of_lstm, n_bytes(file)?)?;
    let mut weights = Weights::default();
    let expected = shape.tensors("speaker_encoder");
    for name in expected.keys() {
        let name_there = name.replacen("speaker_encoder", "lstm", 1);
        let tensor = stored
            .find(&name_there)
            .with_context(|| format!("no {name_there}"))?;
        let mut values = tensor.values.clone();
        if let Some(of_state) = stored
            .find(&name_there.replace("bias_ih", "bias_hh"))
            .filter(|_| name.contains("bias"))
        {
            values
                .iter_mut()
                .zip(&of_state.values)
                .for_each(|(sum, value)| *sum += value);
        }
        weights.insert(name.as_str(), &tensor.shape, values);
    }
    weights
        .verify(&expected)
        .context("the tensors are no such encoder")?;
    Ok(weights)
}

/// `weight` and `bias` of the dense layer behind a speaker encoder's layers, from the file of Resemblyzer's weights.
pub fn speaker_projection(file: &Path) -> anyhow::Result<Weights> {
    let tensors = pickled(file, Some(ENCODER_KEY)).context("no file of a speaker encoder")?;
    let linear = tensors.into_iter().filter_map(|(name, stored)| {
        let name = name.strip_prefix("linear.")?.to_owned();
        Some((name, stored))
    });
    weights(linear, n_bytes(file)?)
}

/// The tensors of the one network in a file.
pub fn network(file: &Path) -> anyhow::Result<Weights> {
    let tensors = match file.extension().and_then(|extension| extension.to_str()) {
        Some("safetensors") => safe(&fs::read(file).context("cannot be read")?)?,
        _ => pickled(file, None)?,
    };
    weights(of_one_network(tensors)?, n_bytes(file)?)
}

fn n_bytes(file: &Path) -> io::Result<usize> {
    Ok(usize::try_from(fs::metadata(file)?.len()).unwrap_or(usize::MAX))
}

fn pickled(file: &Path, key: Option<&str>) -> anyhow::Result<Tensors> {
    ensure_packs_nothing(file)?;
    let reader = match key {
        Some(key) => PytorchReader::with_top_level_key(file, key),
        None => PytorchReader::new(file),
    };
    let reader = reader.with_context(|| format!("{} is no PyTorch file", file.display()))?;
    let tensors = reader.into_tensors().into_iter();
    let stored = tensors.map(|(name, tensor)| {
        let stored = Stored {
            dtype: format!("{:?}", tensor.dtype()),
            shape: tensor.shape().to_vec(),
            n_bytes: tensor.byte_len(),
            read: Box::new(move || tensor.read()),
        };
        (name, stored)
    });
    Ok(stored.collect())
}

/// Refuses archives that may unpack to any size: torch never compressed one, and wrote TAR, whose files may have holes,
/// until 2017.
fn ensure_packs_nothing(file: &Path) -> anyhow::Result<()> {
    const ADVICE: &str = "save it anew, by torch.save(model.state_dict(), FILE)";
    let mut head = Vec::new();
    File::open(file)?.take(512).read_to_end(&mut head)?;
    ensure!(
        head.get(257..262) != Some(b"ustar"),
        "a TAR archive; {ADVICE}"
    );
    let Ok(mut archive) = ZipArchive::new(BufReader::new(File::open(file)?)) else {
        return Ok(());
    };
    for idx in 0..archive.len() {
        let is_stored = archive.by_index_raw(idx)?.compression() == CompressionMethod::Stored;
        ensure!(is_stored, "a compressed archive; {ADVICE}");
    }
    Ok(())
}

fn safe(file: &[u8]) -> anyhow::Result<Tensors> {
    let tensors = SafeTensors::deserialize(file).context("no safetensors file")?;
    let stored = tensors.iter().map(|(name, view)| {
        let bytes = view.data().to_vec();
        let stored = Stored {
            dtype: format!("{:?}", view.dtype()),
            shape: view.shape().to_vec(),
            n_bytes: bytes.len(),
            read: Box::new(|| Ok(bytes)),
        };
        (name.to_owned(), stored)
    });
    Ok(stored.collect())
}

/// What lies beside the network's [`LANDMARK`], without what stands before that in the names, and without counters.
fn of_one_network(tensors: Tensors) -> anyhow::Result<Tensors> {
    let unwrapped: Tensors = tensors
        .into_iter()
        .map(|(name, stored)| (without_wrappers(&name), stored))
        .collect();
    let prefixes: BTreeSet<&str> = unwrapped
        .keys()
        .filter_map(|name| name.strip_suffix(LANDMARK))
        .filter(|prefix| prefix.is_empty() || prefix.ends_with('.'))
        .collect();
    let found: Vec<&str> = prefixes.into_iter().collect();
    let &[prefix] = found.as_slice() else {
        anyhow::bail!(
            "{} networks with an {LANDMARK} in it {found:?}; save one, by torch.save(model.state_dict(), FILE)",
            found.len()
        );
    };
    let prefix = prefix.to_owned();
    let named = unwrapped.into_iter().filter_map(|(name, stored)| {
        let name = name.strip_prefix(&prefix)?.to_owned();
        (!name.ends_with(COUNTER)).then_some((name, stored))
    });
    Ok(named.collect())
}

fn without_wrappers(name: &str) -> String {
    let layers = name.split('.').filter(|layer| !WRAPPERS.contains(layer));
    layers.collect::<Vec<_>>().join(".")
}

/// The values of tensors in a file of `n_file_bytes`. Views that repeat a value claim more than their file has.
fn weights(
    tensors: impl IntoIterator<Item = (String, Stored)>,
    n_file_bytes: usize,
) -> anyhow::Result<Weights> {
    let mut weights = Weights::default();
    let mut n_left = n_file_bytes;
    for (name, stored) in tensors {
        ensure!(
            stored.dtype == "F32",
            "{name} is {}, not F32; save model.float().state_dict()",
            stored.dtype
        );
        n_left = n_left.checked_sub(stored.n_bytes).with_context(|| {
            format!("{name} and what comes before it claim more bytes than the file has")
        })?;
        let bytes = (stored.read)()?;
        let numbers = bytes.as_chunks::<4>().0.iter();
        let values: Vec<f32> = numbers.map(|bytes| f32::from_le_bytes(*bytes)).collect();
        ensure!(
            values.iter().all(|value| value.is_finite()),
            "{name} holds what is no number; its training has failed"
        );
        weights.insert(name, &stored.shape, values);
    }
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(dtype: &str, bytes: [u8; 4]) -> Stored {
        Stored {
            dtype: dtype.to_owned(),
            shape: vec![1],
            n_bytes: 4,
            read: Box::new(move || Ok(bytes.to_vec())),
        }
    }

    fn file(names: &[&str]) -> Tensors {
        let tensors = names
            .iter()
            .map(|name| ((*name).to_owned(), stored("F32", [0; 4])));
        tensors.collect()
    }

    fn names(tensors: &Tensors) -> Vec<&str> {
        tensors.keys().map(String::as_str).collect()
    }

    #[test]
    fn a_network_is_found_wherever_it_was_put() {
        for prefix in [
            "",
            "module.",
            "_orig_mod.",
            "module._orig_mod.",
            "model_state_dict.",
            "state_dict.module.",
            "model.net.",
            "epoch_40.best._orig_mod.module.",
        ] {
            let within = ["lstm.weight_hh_l0", "bn.weight", "bn.num_batches_tracked"]
                .map(|name| format!("{prefix}{name}"));
            let found = of_one_network(file(&within.each_ref().map(String::as_str)));
            let expected = ["bn.weight", "lstm.weight_hh_l0"];
            assert_eq!(names(&found.expect("a network")), expected, "{prefix}");
        }
        let with_optimizer = file(&["net.lstm.weight_hh_l0", "optimizer.state.0.exp_avg"]);
        let found = of_one_network(with_optimizer).expect("a network");
        assert_eq!(names(&found), ["lstm.weight_hh_l0"]);
        let wrapped_within = file(&["lstm._orig_mod.weight_hh_l0", "fc.module.0.weight"]);
        let found = of_one_network(wrapped_within).expect("a network");
        assert_eq!(names(&found), ["fc.0.weight", "lstm.weight_hh_l0"]);
    }

    #[test]
    fn none_or_several_networks_are_refused_with_advice() {
        for names in [
            &["conv.weight"][..],
            &["a.lstm.weight_hh_l0", "b.lstm.weight_hh_l0"],
            &["mylstm.weight_hh_l0"],
        ] {
            let error = of_one_network(file(names)).err().expect("not one network");
            assert!(error.to_string().contains("model.state_dict()"), "{error}");
        }
    }

    #[test]
    fn what_is_not_finite_is_refused() {
        let bytes = f32::NAN.to_le_bytes();
        let tensors = [("fc.0.bias".to_owned(), stored("F32", bytes))];
        let error = weights(tensors, 4).expect_err("a failed training");
        assert!(error.to_string().contains("fc.0.bias"), "{error}");
    }

    #[test]
    fn another_type_is_refused_with_advice() {
        let tensors = Tensors::from([("fc.0.bias".to_owned(), stored("F16", [0; 4]))]);
        let error = weights(tensors, 4).expect_err("half as many bits");
        assert!(error.to_string().contains("model.float()"), "{error}");
    }
}
