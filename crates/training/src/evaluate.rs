//! Speaker-independent cross-validation.

use std::{collections::BTreeMap, fs, path::Path, slice, sync::LazyLock};

use anyhow::Context;
use audio::Recording;
use inference::{Committee, Network, RecognizeError, VoiceEncoder, VoicePrior};
use network::BiLstm;
use rand::{SeedableRng, rngs::StdRng};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use vocabulary::{Calibration, Emotion, LabelSet, Prediction, Profile};

use crate::{
    answer::Answer,
    baselines::Baseline,
    enrolment::Enrolment,
    examples::{Example, Examples},
    fit::{self, Trained},
    folds::{self, Split},
    gradient::Trainable,
    recipe::Recipe,
    report,
};

const ANSWERS_FILE: &str = "answers.json";
const ALSO_FILE: &str = "also.json";
const PLAN_FILE: &str = "plan.json";

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
pub struct Plan {
    /// How every network is trained.
    pub recipe: Recipe,
    /// Who is tested where.
    pub splits: Vec<Split>,
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
    plan.write_or_check(&out.join(PLAN_FILE))?;
    let mut evaluation = Evaluation {
        splits: plan.splits,
        answers: Vec::new(),
        also: Vec::new(),
    };
    let also_splits = plan.also.iter().cycle();
    let encoder = recipe.encoder()?;
    for ((fold, split), also_split) in evaluation.splits.iter().enumerate().zip(also_splits) {
        if !only.is_empty() && !only.contains(&fold) {
            continue;
        }
        let dir = folds::dir(out, fold);
        fs::create_dir_all(&dir)?;
        let trained = || {
            let mut train = split.train(examples);
            train.extend(also_split.train(also));
            fit::fit::<N>(&train, recipe, &dir)
        };
        let answers = |file: &str, tested: Vec<&Example>, all: &Examples| {
            read_or_write(&dir.join(file), || {
                let Trained {
                    members,
                    voice_prior,
                } = trained()?;
                let members: Vec<_> = members.iter().map(N::answering).collect();
                let encoder = encoder.as_deref();
                let committee = committee(&members, encoder, &recipe.labels, voice_prior.as_ref());
                answers(&committee, fold, &tested, all)
            })
            .with_context(|| format!("fold {fold}"))
        };
        let of_fold = answers(ANSWERS_FILE, split.test(examples), examples)?;
        report::print_fold(&recipe.labels, fold, split, &of_fold);
        evaluation.answers.extend(of_fold);
        let of_also = answers(ALSO_FILE, also_split.test(also), also)?;
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

/// Networks as the application lets them answer, before calibration.
pub fn committee<'a, N: Network>(
    members: &'a [N],
    encoder: Option<&'a dyn VoiceEncoder>,
    labels: &'a LabelSet,
    voice_prior: Option<&'a VoicePrior>,
) -> Committee<'a, N> {
    static PLAIN: LazyLock<Calibration> = LazyLock::new(Calibration::default);
    Committee {
        members,
        encoder,
        labels,
        calibration: &PLAIN,
        voice_prior,
        rankings: None,
        presence: None,
    }
}

/// To the tested examples, which are some of `all`.
fn answers(
    committee: &Committee<'_, Box<dyn Network>>,
    fold: usize,
    tested: &[&Example],
    all: &Examples,
) -> anyhow::Result<Vec<Answer>> {
    let answer_to = |(idx, example): (usize, &&Example)| {
        let together = answer(committee, example, None)?;
        let mut rng = StdRng::seed_from_u64((fold * tested.len() + idx) as u64);
        let mut profiled = BTreeMap::new();
        for enrolment in Enrolment::ALL {
            if let Some(profile) = enrolment.profile(example, all, committee, &mut rng)?
                && let Some(prediction) = answer(committee, example, Some(&profile))?
            {
                profiled.insert(enrolment, prediction.probabilities);
            }
        }
        Ok(Answer {
            fold,
            speaker: example.speaker.clone(),
            sex: example.sex.clone(),
            sentence: example.sentence.clone(),
            emotion: example.emotion,
            members: alone(committee, example, together.as_ref())?,
            distance: together.as_ref().and_then(|all| all.distance),
            probabilities: together.map(|all| all.probabilities),
            profiled,
        })
    };
    tested.par_iter().enumerate().map(answer_to).collect()
}

/// What each member would have answered alone.
fn alone(
    committee: &Committee<'_, Box<dyn Network>>,
    example: &Example,
    together: Option<&Prediction>,
) -> anyhow::Result<Vec<Option<Emotion>>> {
    if committee.members.len() == 1 {
        return Ok(vec![together.map(Prediction::emotion)]);
    }
    let alone = |member| {
        let one = Committee {
            members: slice::from_ref(member),
            ..*committee
        };
        Ok(answer(&one, example, None)?.map(|all| all.emotion()))
    };
    committee.members.iter().map(alone).collect()
}

/// The committee's answer as the application gives it.
pub fn answer(
    committee: &Committee<'_, impl Network>,
    example: &Example,
    profile: Option<&Profile>,
) -> anyhow::Result<Option<Prediction>> {
    let recording = Recording::from(&example.waveform);
    match committee.predict(&recording, profile) {
        Ok(prediction) => Ok(Some(prediction)),
        Err(RecognizeError::NoSpeech) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl Plan {
    /// That of the evaluation in a folder.
    ///
    /// # Errors
    /// When there is none.
    pub fn read(evaluation: &Path) -> anyhow::Result<Self> {
        let path = evaluation.join(PLAN_FILE);
        let json = fs::read(&path);
        let json = json.with_context(|| format!("run `evaluate` first: {}", path.display()))?;
        serde_json::from_slice(&json).with_context(|| path.display().to_string())
    }

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
