//! Checkpoints for the tests: small networks with random weights.

use recognizer::{
    Checkpoint, backend,
    checkpoint::{Config, Metrics},
    network::{Architecture, BiLstm},
};
use vocabulary::LabelSet;

/// A checkpoint that tells `labels` apart, without measured quality.
pub fn random(labels: LabelSet) -> Checkpoint {
    let architecture = Architecture {
        hidden_size: 8,
        head_size: 4,
        ..Architecture::paper()
    };
    Checkpoint {
        members: vec![BiLstm::new(
            architecture.clone(),
            labels.n_labels(),
            &backend::device(),
        )],
        metrics: Metrics {
            labels: labels.clone(),
            ..Metrics::default()
        },
        config: Config::new("random".to_owned(), labels, architecture),
    }
}
