//! Speaker-independent cross-validation.

use std::{fs, path::Path};

use anyhow::Context;
use emotion::{Calibration, Emotion, LabelSet, Probabilities};
use recognizer::{RecognizeError, network::BiLstm};
use serde::{Deserialize, Serialize};

use crate::{
    examples::{Example, Examples},
    fit,
    folds::{self, Split},
    recipe::Recipe,
    report,
};

const ANSWERS_FILE: &str = "answers.json";

/// What a committee said about a clip of a speaker whom it never heard.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    /// Fold in which the clip was tested.
    pub fold: usize,
    /// Who speaks.
    pub speaker: String,
    /// Sex of the speaker where known.
    pub sex: Option<String>,
    /// Sentence where known.
    pub sentence: Option<String>,
    /// The label.
    pub emotion: Emotion,
    /// Uncalibrated; `None` when no speech was found.
    pub probabilities: Option<Probabilities>,
    /// What each member would have answered alone.
    pub members: Vec<Option<Emotion>>,
}

impl Answer {
    /// The label and the most probable emotion.
    pub fn pair(&self) -> (Emotion, Option<Emotion>) {
        let top = self.probabilities.as_ref().map(|all| all.top().0);
        (self.emotion, top)
    }
}

/// A finished cross-validation.
pub struct Evaluation {
    /// Who was tested where.
    pub splits: Vec<Split>,
    /// One per clip.
    pub answers: Vec<Answer>,
}

/// Trains and tests a committee per fold, prints each fold, writes `answers.json` per fold.
///
/// Finished folds found in `out` are not repeated. `also` is trained on in every fold.
pub fn evaluate(
    examples: &Examples,
    also: &[&Example],
    recipe: &Recipe,
    splits: Vec<Split>,
    out: &Path,
) -> anyhow::Result<Evaluation> {
    fs::create_dir_all(out)?;
    write_or_check(&out.join("recipe.json"), recipe)?;
    let mut answers = Vec::new();
    for (fold, split) in splits.iter().enumerate() {
        let dir = folds::dir(out, fold);
        let of_fold = answer_fold(examples, also, split, fold, recipe, &dir)
            .with_context(|| format!("fold {fold}"))?;
        report::print_fold(&recipe.labels, fold, split, &of_fold);
        answers.extend(of_fold);
    }
    Ok(Evaluation { splits, answers })
}

fn answer_fold(
    examples: &Examples,
    also: &[&Example],
    split: &Split,
    fold: usize,
    recipe: &Recipe,
    dir: &Path,
) -> anyhow::Result<Vec<Answer>> {
    let path = dir.join(ANSWERS_FILE);
    if let Ok(json) = fs::read(&path) {
        return serde_json::from_slice(&json).with_context(|| path.display().to_string());
    }
    let mut train = examples.of(&split.train);
    train.extend(also);
    let members = fit::fit(&train, recipe, dir)?;
    let answers: Vec<Answer> = examples
        .of(&split.test)
        .into_iter()
        .map(|example| {
            let alone = |member| answer(std::slice::from_ref(member), &recipe.labels, example);
            let members_alone: Vec<_> = members.iter().map(alone).collect::<anyhow::Result<_>>()?;
            Ok(Answer {
                fold,
                speaker: example.speaker.clone(),
                sex: example.sex.clone(),
                sentence: example.sentence.clone(),
                emotion: example.emotion,
                probabilities: answer(&members, &recipe.labels, example)?,
                members: members_alone
                    .iter()
                    .map(|probabilities| probabilities.as_ref().map(|all| all.top().0))
                    .collect(),
            })
        })
        .collect::<anyhow::Result<_>>()?;
    fs::write(&path, serde_json::to_vec(&answers)?)?;
    Ok(answers)
}

/// The committee's answer as the application gives it, before calibration.
pub fn answer(
    members: &[BiLstm],
    labels: &LabelSet,
    example: &Example,
) -> anyhow::Result<Option<Probabilities>> {
    let plain = Calibration::default();
    match recognizer::predict(members, labels, &plain, &example.waveform) {
        Ok(prediction) => Ok(Some(prediction.probabilities)),
        Err(RecognizeError::NoSpeech) => Ok(None),
        Err(error) => Err(error.into()),
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
