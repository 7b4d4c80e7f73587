//! From a corpus of labelled clips to a checkpoint and its honest report.
//!
//! `evaluate` cross-validates a recipe over unseen speakers; `fit` makes the checkpoint that ships.
//! Invariant: no speaker is ever on two sides of a split.

mod augment;
mod corpus;
mod evaluate;
mod examples;
mod fit;
mod folds;
mod gradient;
mod lstm_gradient;
mod recipe;
mod report;
mod scores;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use corpus::Corpus;
use emotion::LabelSet;
use examples::Examples;
use recipe::Recipe;

#[derive(Parser)]
#[command(about = "Trains and evaluates emotion recognisers on folders of labelled speech")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Cross-validate over unseen speakers; prints UAR, accuracy, recall and confusion per fold.
    Evaluate {
        #[command(flatten)]
        common: Common,
        /// Number of folds; each speaker is tested in exactly one.
        #[arg(long, default_value_t = 5)]
        folds: usize,
    },
    /// Train a checkpoint on all speakers, with the epochs and the metrics of an evaluation.
    Fit {
        #[command(flatten)]
        common: Common,
        /// Where `evaluate` wrote its results.
        #[arg(long)]
        evaluation: PathBuf,
        /// Name of the checkpoint.
        #[arg(long)]
        id: String,
    },
}

#[derive(Args)]
struct Common {
    /// Folder with a manifest.csv (file, speaker, emotion), or of clips named as in BanglaSER.
    #[arg(long)]
    corpus: PathBuf,
    /// Folder for results; an interrupted run goes on from what it finds there.
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    recipe: Recipe,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Evaluate { common, folds } => {
            let examples = read(&common.corpus, &common.recipe.labels)?;
            evaluate::evaluate(&examples, &common.recipe, folds, &common.out)
        }
        Command::Fit {
            common,
            evaluation,
            id,
        } => {
            let metrics = evaluate::read_metrics(&evaluation, &common.recipe.labels)?;
            let examples = read(&common.corpus, &common.recipe.labels)?;
            fit::fit_all(&examples, &common.recipe, metrics, id, &common.out)
        }
    }
}

fn read(root: &std::path::Path, labels: &LabelSet) -> anyhow::Result<Examples> {
    let mut corpus = Corpus::read(root)?;
    corpus
        .clips
        .retain(|clip| labels.class_idx(clip.emotion).is_some());
    eprintln!(
        "{}: {} clips of {} speakers",
        root.display(),
        corpus.clips.len(),
        corpus.n_speakers()
    );
    Examples::read(&corpus)
}
