//! Speaker-independent cross-validation.

use std::{fs, path::Path, slice};

use anyhow::Context;
use audio::Recording;
use inference::{Network, RecognizeError};
use network::BiLstm;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use vocabulary::{Calibration, LabelSet, Probabilities};

use crate::{
    answer::Answer,
    baselines::Baseline,
    examples::{Example, Examples},
    fit,
    folds::{self, Split},
    gradient::Trainable,
    recipe::Recipe,
    report,
};

const ANSWERS_FILE: &str = "answers.json";
const ALSO_FILE: &str = "also.json";

/// A finished cross-validation.
pub struct Evaluation {
    /// Who was tested where.
    pub splits: Vec<Split>,
    /// One per clip.
    pub answers: Vec<Answer>,
    /// To clips of the corpora that are otherwise only trained on, by networks that did not hear their
    /// speakers.
    pub also: Vec<Answer>,
}

/// What is evaluated; results of two plans must not mix in one folder.
#[derive(PartialEq, Serialize, Deserialize)]
struct Plan {
    recipe: Recipe,
    splits: Vec<Split>,
    also: Vec<Split>,
}

/// Trains and tests a committee of the recipe's network per split, prints each, writes its answers.
///
/// Finished splits found in `out` are not repeated. `also` is trained on too, split `i` of its own
/// speakers in split `i`, over and over. With `only`, the other splits are left out, so that several
/// processes can share them.
pub fn evaluate(
    examples: &Examples,
    also: &Examples,
    recipe: &Recipe,
    splits: Vec<Split>,
    only: &[usize],
    out: &Path,
) -> anyhow::Result<Evaluation> {
    if recipe.network.is_baseline() {
        evaluate_network::<Baseline>(examples, also, recipe, splits, only, out)
    } else {
        evaluate_network::<BiLstm>(examples, also, recipe, splits, only, out)
    }
}

fn evaluate_network<N: Trainable>(
    examples: &Examples,
    also: &Examples,
    recipe: &Recipe,
    splits: Vec<Split>,
    only: &[usize],
    out: &Path,
) -> anyhow::Result<Evaluation> {
    let n_folds = splits
        .iter()
        .filter(|split| split.sentence == splits[0].sentence);
    let also_splits = folds::splits(also, n_folds.count(), recipe.seed);
    fs::create_dir_all(out)?;
    let plan = Plan {
        recipe: recipe.clone(),
        splits,
        also: also_splits,
    };
    plan.write_or_check(&out.join("plan.json"))?;
    let mut evaluation = Evaluation {
        splits: plan.splits,
        answers: Vec::new(),
        also: Vec::new(),
    };
    let also_splits = plan.also.iter().cycle();
    for ((fold, split), also_split) in evaluation.splits.iter().enumerate().zip(also_splits) {
        if !only.is_empty() && !only.contains(&fold) {
            continue;
        }
        let dir = folds::dir(out, fold);
        fs::create_dir_all(&dir)?;
        let members = || {
            let mut train = split.train(examples);
            train.extend(also_split.train(also));
            fit::fit::<N>(&train, recipe, &dir)
        };
        let answers = |file: &str, tested: Vec<&Example>| {
            read_or_write(&dir.join(file), || {
                let members: Vec<_> = members()?.iter().map(N::answering).collect();
                answers(&members, &recipe.labels, fold, &tested)
            })
            .with_context(|| format!("fold {fold}"))
        };
        let of_fold = answers(ANSWERS_FILE, split.test(examples))?;
        report::print_fold(&recipe.labels, fold, split, &of_fold);
        evaluation.answers.extend(of_fold);
        let of_also = answers(ALSO_FILE, also_split.test(also))?;
        evaluation.also.extend(of_also);
    }
    Ok(evaluation)
}

fn read_or_write(
    path: &Path,
    answers: impl FnOnce() -> anyhow::Result<Vec<Answer>>,
) -> anyhow::Result<Vec<Answer>> {
    if let Ok(json) = fs::read(path) {
        return serde_json::from_slice(&json).with_context(|| path.display().to_string());
    }
    let answers = answers()?;
    fs::write(path, serde_json::to_vec(&answers)?)?;
    Ok(answers)
}

fn answers(
    members: &[Box<dyn Network>],
    labels: &LabelSet,
    fold: usize,
    examples: &[&Example],
) -> anyhow::Result<Vec<Answer>> {
    let answer_to = |example: &&Example| {
        let together = answer(members, labels, example)?;
        let alone = match members {
            [_] => vec![together.clone()],
            _ => {
                let alone = |member| answer(slice::from_ref(member), labels, example);
                members.iter().map(alone).collect::<anyhow::Result<_>>()?
            }
        };
        let top = |probabilities: Option<Probabilities>| probabilities.map(|all| all.top().0);
        Ok(Answer {
            fold,
            speaker: example.speaker.clone(),
            sex: example.sex.clone(),
            sentence: example.sentence.clone(),
            emotion: example.emotion,
            probabilities: together,
            members: alone.into_iter().map(top).collect(),
        })
    };
    examples.par_iter().map(answer_to).collect()
}

/// The committee's answer as the application gives it, before calibration.
pub fn answer(
    members: &[impl Network],
    labels: &LabelSet,
    example: &Example,
) -> anyhow::Result<Option<Probabilities>> {
    let plain = Calibration::default();
    let recording = Recording::from(&example.waveform);
    match inference::predict(members, labels, &plain, &recording) {
        Ok(prediction) => Ok(Some(prediction.probabilities)),
        Err(RecognizeError::NoSpeech) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl Plan {
    fn write_or_check(&self, path: &Path) -> anyhow::Result<()> {
        match fs::read(path) {
            Ok(json) => anyhow::ensure!(
                serde_json::from_slice::<Self>(&json).is_ok_and(|found| found == *self),
                "{} is of another recipe or other folds; choose another --out",
                path.display()
            ),
            Err(_) => fs::write(path, serde_json::to_vec_pretty(self)?)?,
        }
        Ok(())
    }
}
