//! The checkpoint that ships: trained on everybody, with the numbers of a cross-validation.

use std::{fs, path::Path};

use anyhow::Context;
use inference::{Checkpoint, Config, Metrics, Rankings, Recognizer};
use network::BiLstm;
use serde::{Deserialize, Serialize};

use crate::{
    answer::Answer,
    calibration, cross_corpus,
    evaluate::Evaluation,
    examples::Example,
    fit::{self, Trained},
    recipe::Recipe,
    report, summary,
};

const EVALUATION_FILE: &str = "evaluation.json";

/// What a cross-validation found out about a recipe.
#[derive(Serialize, Deserialize)]
pub struct Finding {
    /// The recipe.
    pub recipe: Recipe,
    /// What it reaches.
    pub metrics: Metrics,
    /// What its confidence is worth.
    pub calibration: vocabulary::Calibration,
}

impl Finding {
    /// Summarises an evaluation; `protocol` says in words how speakers were split.
    pub fn of(evaluation: &Evaluation, recipe: Recipe, protocol: String) -> Self {
        let protocol = format!(
            "{protocol}; networks per fold: {}; first seed: {}",
            recipe.members, recipe.seed
        );
        Self {
            metrics: summary::summarize(evaluation, &recipe.labels, recipe.members, protocol),
            calibration: calibration::calibrate(&evaluation.answers),
            recipe,
        }
    }

    /// Prints it, what the distance brings, and what became of the clips that were only trained on in other folds.
    pub fn print(&self, evaluation: &Evaluation) {
        report::print_summary(&self.metrics, &self.calibration);
        let Evaluation { answers, also, .. } = evaluation;
        let blind = calibration::calibrate(&without_distance(answers));
        for (how, calibration) in [
            ("by confidence alone", &blind),
            ("and by distance", &self.calibration),
        ] {
            println!("\n{how}");
            cross_corpus::print_bands(&calibration::in_bands(answers, calibration));
        }
        if !also.is_empty() {
            println!("\nspeakers of the other corpora, unseen too");
            let answers = calibration::in_bands(also, &self.calibration);
            cross_corpus::print(&self.recipe.labels, &answers);
            println!("by confidence alone");
            cross_corpus::print_bands(&calibration::in_bands(also, &blind));
        }
    }

    /// Writes `evaluation.json` into `dir`.
    pub fn write(&self, dir: &Path) -> anyhow::Result<()> {
        fs::write(dir.join(EVALUATION_FILE), serde_json::to_vec_pretty(self)?)?;
        Ok(())
    }

    /// Reads it back.
    pub fn read(dir: &Path) -> anyhow::Result<Self> {
        let path = dir.join(EVALUATION_FILE);
        let json =
            fs::read(&path).with_context(|| format!("run `evaluate` first: {}", path.display()))?;
        serde_json::from_slice(&json).with_context(|| path.display().to_string())
    }
}

fn without_distance(answers: &[Answer]) -> Vec<Answer> {
    let without = answers.iter().map(|answer| Answer {
        distance: None,
        ..answer.clone()
    });
    without.collect()
}

/// Trains the finding's recipe on everybody and writes the checkpoint.
pub fn ship(
    everybody: &[&Example],
    finding: Finding,
    id: String,
    out: &Path,
) -> anyhow::Result<()> {
    let recipe = &finding.recipe;
    let Trained {
        members,
        voice_prior,
    } = fit::fit::<BiLstm>(everybody, recipe, &out.with_extension("state"))?;
    let checkpoint = Checkpoint {
        config: Config {
            n_members: members.len(),
            calibration: finding.calibration,
            ..Config::new(id, recipe.labels.clone(), recipe.architecture())
        },
        metrics: finding.metrics,
        voice_prior,
        rankings: Rankings::default(),
        presence: None,
        transformer: recipe.transformer_bytes()?,
        members: members.iter().map(BiLstm::weights).collect(),
    };
    write(&checkpoint, out)
}

/// Writes a checkpoint and opens it as the application does.
pub fn write(checkpoint: &Checkpoint, out: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(out).context("cannot make the checkpoint's folder")?;
    for (file, bytes) in checkpoint.files() {
        fs::write(out.join(&file), bytes).with_context(|| format!("cannot write {file}"))?;
    }
    let reopened = Recognizer::open(|file| fs::read(out.join(file)))
        .context("the written checkpoint cannot be opened")?;
    println!("wrote {} ({})", out.display(), reopened.model_id());
    Ok(())
}
