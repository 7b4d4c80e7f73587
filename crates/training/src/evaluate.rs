//! Speaker-independent cross-validation.

use std::{fs, path::Path};

use anyhow::Context;
use emotion::LabelSet;
use recognizer::{
    checkpoint::{Confusion, FoldMetrics, Metrics, Spread},
    network::BiLstm,
};

use crate::{
    examples::{Example, Examples},
    fit,
    folds::{self, Split},
    recipe::Recipe,
    report, scores,
};

const METRICS_FILE: &str = "metrics.json";

/// Trains and tests one network per fold, prints each fold and the whole, writes `metrics.json`.
///
/// Finished folds found in `out` are not repeated.
pub fn evaluate(
    examples: &Examples,
    recipe: &Recipe,
    n_folds: usize,
    out: &Path,
) -> anyhow::Result<()> {
    anyhow::ensure!(
        n_folds >= 3,
        "a split needs train, validation and test: at least 3 folds"
    );
    anyhow::ensure!(
        examples.speakers().len() >= n_folds,
        "{n_folds} folds need at least as many speakers, not {}",
        examples.speakers().len()
    );
    fs::create_dir_all(out)?;
    write_or_check(&out.join("recipe.json"), recipe)?;
    let mut folds = Vec::with_capacity(n_folds);
    for (fold_idx, split) in folds::splits(examples, n_folds, recipe.seed)
        .iter()
        .enumerate()
    {
        let dir = out.join(format!("fold-{fold_idx}"));
        let fold = evaluate_fold(examples, split, recipe, &dir)
            .with_context(|| format!("fold {fold_idx}"))?;
        report::print_fold(fold_idx, &fold, &recipe.labels);
        folds.push(fold);
    }
    let metrics = summarize(examples, recipe, folds);
    report::print_summary(&metrics);
    fs::write(out.join(METRICS_FILE), serde_json::to_vec_pretty(&metrics)?)?;
    Ok(())
}

/// What [`evaluate`] wrote into a folder, measured on `labels`.
pub fn read_metrics(evaluation: &Path, labels: &LabelSet) -> anyhow::Result<Metrics> {
    let path = evaluation.join(METRICS_FILE);
    let json =
        fs::read(&path).with_context(|| format!("run `evaluate` first: {}", path.display()))?;
    let metrics: Metrics =
        serde_json::from_slice(&json).with_context(|| path.display().to_string())?;
    anyhow::ensure!(
        metrics.labels == *labels,
        "{} is of the labels {}, not {labels}",
        path.display(),
        metrics.labels
    );
    Ok(metrics)
}

/// Counts of a network's answers, given as the application gives them.
pub fn confusion(
    network: &BiLstm,
    labels: &LabelSet,
    examples: &[&Example],
) -> anyhow::Result<Confusion> {
    let mut confusion = scores::no_clips(labels);
    for example in examples {
        let prediction = recognizer::predict(network, labels, &example.waveform)?;
        let found = labels.class_idx(prediction.emotion());
        let found = found.expect("a prediction is one of the labels");
        confusion[example.class_idx(labels)][found] += 1;
    }
    Ok(confusion)
}

fn evaluate_fold(
    examples: &Examples,
    split: &Split,
    recipe: &Recipe,
    dir: &Path,
) -> anyhow::Result<FoldMetrics> {
    let path = dir.join("fold.json");
    if let Ok(json) = fs::read(&path) {
        return serde_json::from_slice(&json).with_context(|| path.display().to_string());
    }
    let train = examples.of(&split.train);
    let validation = examples.of(&split.validation);
    let (network, progress) = fit::fit(&train, &validation, recipe, dir)?;
    let confusion = confusion(&network, &recipe.labels, &examples.of(&split.test))?;
    let fold = FoldMetrics {
        test_speakers: split.test.clone(),
        validation_speakers: split.validation.clone(),
        epoch: progress.best_epoch,
        uar: scores::uar(&confusion),
        accuracy: scores::accuracy(&confusion),
        confusion,
    };
    fs::write(&path, serde_json::to_vec_pretty(&fold)?)?;
    Ok(fold)
}

fn summarize(examples: &Examples, recipe: &Recipe, folds: Vec<FoldMetrics>) -> Metrics {
    let confusion = scores::sum(&recipe.labels, folds.iter().map(|fold| &fold.confusion));
    let spread =
        |score: fn(&FoldMetrics) -> f64| Spread::of(&folds.iter().map(score).collect::<Vec<_>>());
    Metrics {
        protocol: format!(
            "{}-fold cross-validation over speakers, balanced by sex; the epoch is chosen on the \
             speakers of another fold; seed {}",
            folds.len(),
            recipe.seed
        ),
        labels: recipe.labels.clone(),
        n_speakers: examples.speakers().len(),
        n_clips: examples.0.len(),
        uar: spread(|fold| fold.uar),
        accuracy: spread(|fold| fold.accuracy),
        recall: scores::recall(&recipe.labels, &confusion),
        confusion,
        folds,
    }
}

/// Results of two recipes must not mix in one folder.
fn write_or_check(path: &Path, recipe: &Recipe) -> anyhow::Result<()> {
    match fs::read(path) {
        Ok(json) => anyhow::ensure!(
            serde_json::from_slice::<Recipe>(&json).is_ok_and(|found| found == *recipe),
            "{} is of another recipe; choose another --out",
            path.display()
        ),
        Err(_) => fs::write(path, serde_json::to_vec_pretty(recipe)?)?,
    }
    Ok(())
}
