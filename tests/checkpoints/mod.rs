//! Checkpoints for the tests: small networks with weights that nobody trained. `eight/` is one of all emotions, which
//! the browser tests choose on the page.

use inference::{Architecture, Checkpoint, Config, Metrics, Weights};
use vocabulary::LabelSet;

/// A checkpoint that tells `labels` apart, without measured quality.
pub fn random(labels: LabelSet) -> Checkpoint {
    let architecture = Architecture {
        hidden_size: 8,
        head_size: 4,
        ..Architecture::paper()
    };
    let mut weights = Weights::default();
    for (name, shape) in architecture.tensors(labels.n_labels()) {
        let value = |n: usize| 0.2 + 0.15 * (n as f32 * 0.7).sin();
        let values = (0..shape.iter().product()).map(value);
        weights.insert(name, &shape, values.collect());
    }
    Checkpoint {
        members: vec![weights],
        voice_prior: None,
        transformer: None,
        metrics: Metrics {
            labels: labels.clone(),
            ..Metrics::default()
        },
        config: Config::new("random".to_owned(), labels, architecture),
    }
}
