//! Other networks and a support vector machine on the folds of the shipped recipe.

use std::{hint::black_box, path::Path, time::Instant};

use clap::ValueEnum;
use inference::{Confusion, Spread};
use network::{BiLstm, backend};
use vocabulary::LabelSet;

use crate::{
    answer,
    baselines::Baseline,
    evaluate::{self, Evaluation},
    examples::Examples,
    folds::Split,
    gradient::Trainable,
    recipe::{Network, Recipe},
    scores, svm,
};

/// All but the paper's, which reads something else.
const COMPARED: [Network; 5] = [
    Network::Speech,
    Network::Lstm,
    Network::Rnn,
    Network::Transformer,
    Network::Cnn,
];

/// Forward passes that are timed.
const N_PASSES: usize = 201;

/// What one network reaches, and what it costs.
struct Row {
    name: String,
    /// One confusion per fold.
    confusions: Vec<Confusion>,
    n_params: usize,
    /// Median of a forward pass over 4 s of speech, all cores, milliseconds.
    forward_ms: f64,
}

/// Evaluates every network with the recipe's training, and the support vector machine, and prints a
/// row for each.
pub fn compare(
    examples: &Examples,
    also: &Examples,
    recipe: &Recipe,
    splits: &[Split],
    only: &[usize],
    out: &Path,
) -> anyhow::Result<()> {
    let mut rows = Vec::with_capacity(COMPARED.len() + 1);
    for network in COMPARED {
        let recipe = Recipe {
            network,
            ..recipe.clone()
        };
        rows.push(if network.is_baseline() {
            row::<Baseline>(examples, also, &recipe, splits, only, out)?
        } else {
            row::<BiLstm>(examples, also, &recipe, splits, only, out)?
        });
    }
    if !only.is_empty() {
        return Ok(());
    }
    rows.push(svm_row(examples, &recipe.labels, splits)?);
    println!(
        "\n{:<14}{:>16}{:>16}{:>12}{:>12}",
        "", "UAR", "accuracy", "parameters", "forward"
    );
    for row in rows {
        let spread = |score: fn(&Confusion) -> f64| {
            let of_folds: Vec<f64> = row.confusions.iter().map(score).collect();
            let Spread { mean, std } = Spread::of(&of_folds);
            format!("{mean:.3} ± {std:.3}")
        };
        println!(
            "{:<14}{:>16}{:>16}{:>12}{:>9.2} ms",
            row.name,
            spread(scores::uar),
            spread(scores::accuracy),
            row.n_params,
            row.forward_ms
        );
    }
    Ok(())
}

fn row<N: Trainable>(
    examples: &Examples,
    also: &Examples,
    recipe: &Recipe,
    splits: &[Split],
    only: &[usize],
    out: &Path,
) -> anyhow::Result<Row> {
    let value = recipe.network.to_possible_value().expect("none is hidden");
    let name = value.get_name().to_owned();
    println!("\n{name}");
    let dir = out.join(&name);
    let Evaluation { answers, .. } =
        evaluate::evaluate(examples, also, recipe, splits.to_vec(), only, &dir)?;
    let confusions = (0..splits.len()).map(|fold| {
        let of_fold = answers.iter().filter(|answer| answer.fold == fold);
        answer::confusion(&recipe.labels, of_fold)
    });
    let network = N::new(recipe, &backend::device());
    Ok(Row {
        name,
        confusions: confusions.collect(),
        n_params: network.num_params(),
        forward_ms: forward_ms(&network, recipe.architecture().voice_size()),
    })
}

/// Median time of a forward pass over one window of 4 s.
fn forward_ms(network: &impl Trainable, voice_size: usize) -> f64 {
    let n_features = network.input().n_features();
    let window = vec![0.1; audio::N_FRAMES * n_features];
    let network = network.answering();
    let voices = match voice_size {
        0 => Vec::new(),
        size => vec![vec![0.1; size]],
    };
    let mut times: Vec<f64> = (0..N_PASSES)
        .map(|_| {
            let started = Instant::now();
            black_box(network.logits(&[&window], &voices));
            started.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[N_PASSES / 2]
}

/// The support vectors are no parameters, and its time is that of the statistics: neither is told.
fn svm_row(examples: &Examples, labels: &LabelSet, splits: &[Split]) -> anyhow::Result<Row> {
    let of_split = |split: &Split| {
        let tested = split.test(examples);
        let answers = svm::answers(&split.train(examples), &tested, labels)?;
        let pairs = tested
            .iter()
            .zip(answers)
            .map(|(example, class_idx)| (example.emotion, labels.iter().nth(class_idx)));
        Ok(scores::confusion(labels, pairs))
    };
    Ok(Row {
        name: "svm".to_owned(),
        confusions: splits.iter().map(of_split).collect::<anyhow::Result<_>>()?,
        n_params: 0,
        forward_ms: 0.0,
    })
}
