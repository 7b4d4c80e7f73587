//! Checkpoints for the tests: small networks with weights that nobody trained. `eight/` is one of all emotions, which
//! the browser tests choose on the page.

use std::{fs, path::Path};

use inference::{Architecture, Checkpoint, Config, Metrics, Rankings, Weights};
use vocabulary::LabelSet;

/// A checkpoint that tells `labels` apart, without measured quality.
pub fn random(labels: LabelSet) -> Checkpoint {
    let architecture = Architecture {
        hidden_size: 8,
        head_size: 4,
        ..Architecture::paper()
    };
    Checkpoint {
        members: vec![weights(&architecture, labels.n_labels())],
        voice_prior: None,
        rankings: Rankings::default(),
        presence: None,
        transformer: None,
        metrics: Metrics {
            labels: labels.clone(),
            ..Metrics::default()
        },
        config: Config::new("random".to_owned(), labels, architecture),
    }
}

/// Writes [`random`] into a folder.
pub fn write_random(folder: &Path, labels: LabelSet) {
    fs::create_dir_all(folder).expect("the folder can be made");
    for (file, bytes) in random(labels).files() {
        fs::write(folder.join(file), bytes).expect("a writable folder");
    }
}

/// Weights of a network of this architecture that nobody trained.
pub fn weights(architecture: &Architecture, n_labels: usize) -> Weights {
    let mut weights = Weights::default();
    for (name, shape) in architecture.tensors(n_labels) {
        let value = |n: usize| 0.2 + 0.15 * (n as f32 * 0.7).sin();
        let values = (0..shape.iter().product()).map(value);
        weights.insert(name, &shape, values.collect());
    }
    weights
}
