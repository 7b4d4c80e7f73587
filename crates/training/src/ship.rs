//! The checkpoint that ships: trained on everybody, with the numbers of a cross-validation.

use std::{fs, path::Path};

use anyhow::Context;
use recognizer::{
    Checkpoint, Recognizer,
    checkpoint::{Config, Metrics},
};
use serde::{Deserialize, Serialize};

use crate::{examples::Example, fit, recipe::Recipe};

const EVALUATION_FILE: &str = "evaluation.json";

/// What a cross-validation found out about a recipe.
#[derive(Serialize, Deserialize)]
pub struct Finding {
    /// The recipe.
    pub recipe: Recipe,
    /// What it reaches.
    pub metrics: Metrics,
    /// What its confidence is worth.
    pub calibration: emotion::Calibration,
}

impl Finding {
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

/// Trains the finding's recipe on everybody and writes the checkpoint.
pub fn ship(
    everybody: &[&Example],
    finding: Finding,
    id: String,
    out: &Path,
) -> anyhow::Result<()> {
    let recipe = &finding.recipe;
    let members = fit::fit(everybody, recipe, &out.with_extension("state"))?;
    let checkpoint = Checkpoint {
        config: Config {
            n_members: members.len(),
            calibration: finding.calibration,
            ..Config::new(id, recipe.labels.clone(), recipe.architecture())
        },
        metrics: finding.metrics,
        members,
    };
    write(&checkpoint, out)
}

/// Writes a checkpoint and opens it as the application does.
pub fn write(checkpoint: &Checkpoint, out: &Path) -> anyhow::Result<()> {
    checkpoint
        .save(out)
        .context("cannot write the checkpoint")?;
    let reopened = Recognizer::open(out).context("the written checkpoint cannot be opened")?;
    println!("wrote {} ({})", out.display(), reopened.model_id());
    Ok(())
}
