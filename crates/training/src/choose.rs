//! Choice among recipes by inner folds, so that no fold's test speakers have a say in it.
//!
//! For every fold each candidate is trained once more, without the next fold's speakers too, and these
//! choose. The chosen candidate's answers to the fold's own test speakers are the result.

use std::path::{Path, PathBuf};

use anyhow::ensure;
use vocabulary::LabelSet;

use crate::{
    answer::{self, Answer},
    arguments::Corpora,
    augmentation::Augmentation,
    evaluate::{Evaluation, evaluate},
    folds, scores,
    ship::Finding,
    summary,
};

/// Prints the inner and outer scores of every fold and candidate, and the result of the choice.
pub fn choose(
    corpora: &Corpora,
    candidates: &[PathBuf],
    only: &[usize],
    out: &Path,
) -> anyhow::Result<()> {
    ensure!(
        candidates.len() > 1,
        "one candidate leaves nothing to choose"
    );
    let mut inner = Vec::with_capacity(candidates.len());
    let mut outer = Vec::with_capacity(candidates.len());
    let mut findings = Vec::with_capacity(candidates.len());
    for (candidate_idx, dir) in candidates.iter().enumerate() {
        let finding = Finding::read(dir)?;
        let folds = &finding.metrics.folds;
        ensure!(
            folds[1..]
                .iter()
                .all(|fold| fold.test_speakers != folds[0].test_speakers),
            "{} was not evaluated with --known-sentences",
            dir.display()
        );
        let (examples, also) = corpora.read(&finding.recipe, Augmentation::Channels)?;
        let recipe = &finding.recipe;
        let splits = folds::splits(&examples, finding.metrics.folds.len(), recipe.seed);
        let inner_out = out.join(format!("candidate-{candidate_idx}"));
        let inner_splits = folds::inner(&splits);
        inner.push(evaluate(
            &examples,
            &also,
            recipe,
            inner_splits,
            only,
            &inner_out,
        )?);
        outer.push(evaluate(&examples, &also, recipe, splits, &[], dir)?);
        findings.push(finding);
    }
    if !only.is_empty() {
        return Ok(());
    }
    let labels = &findings[0].recipe.labels;
    let mut chosen: Vec<Answer> = Vec::new();
    for fold in 0..outer[0].splits.len() {
        let inner_uars: Vec<f64> = inner.iter().map(|one| uar(labels, one, fold)).collect();
        let best = (0..candidates.len())
            .max_by(|&left, &right| inner_uars[left].total_cmp(&inner_uars[right]))
            .expect("there are candidates");
        println!("\nfold {fold}: {} is chosen", candidates[best].display());
        for (candidate_idx, dir) in candidates.iter().enumerate() {
            println!(
                "  inner UAR {:.3}  outer UAR {:.3}  {}",
                inner_uars[candidate_idx],
                uar(labels, &outer[candidate_idx], fold),
                dir.display()
            );
        }
        chosen.extend(of_fold(&outer[best], fold).cloned());
    }
    let evaluation = Evaluation {
        splits: outer.swap_remove(0).splits,
        answers: chosen,
        also: Vec::new(),
    };
    let recipe = findings.swap_remove(0).recipe;
    let metrics = summary::summarize(&evaluation, &recipe.labels, recipe.members, String::new());
    let [low, high] = metrics.uar_interval;
    println!(
        "\nUAR of the choice {:.3} ± {:.3} over folds; over all clips 95 % [{low:.3}, {high:.3}]",
        metrics.uar.mean, metrics.uar.std
    );
    Ok(())
}

fn of_fold(evaluation: &Evaluation, fold: usize) -> impl Iterator<Item = &Answer> {
    evaluation
        .answers
        .iter()
        .filter(move |answer| answer.fold == fold)
}

fn uar(labels: &LabelSet, evaluation: &Evaluation, fold: usize) -> f64 {
    scores::uar(&answer::confusion(labels, of_fold(evaluation, fold)))
}
