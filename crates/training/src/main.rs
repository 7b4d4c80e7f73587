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
use corpus::{Corpus, Folder, Layout};
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
    /// Folder of labelled clips (docs/corpora.md); several may be given.
    #[arg(long, required = true)]
    corpus: Vec<PathBuf>,
    /// How the clips are named: once for all folders, or once for each in their order.
    #[arg(long, value_enum, default_values_t = [Layout::Auto])]
    layout: Vec<Layout>,
    /// Folder for results; an interrupted run goes on from what it finds there.
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    recipe: Recipe,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Evaluate { common, folds } => {
            let examples = common.examples()?;
            evaluate::evaluate(&examples, &common.recipe, folds, &common.out)
        }
        Command::Fit {
            common,
            evaluation,
            id,
        } => {
            let metrics = evaluate::read_metrics(&evaluation, &common.recipe.labels)?;
            let examples = common.examples()?;
            fit::fit_all(&examples, &common.recipe, metrics, id, &common.out)
        }
    }
}

impl Common {
    fn examples(&self) -> anyhow::Result<Examples> {
        let layouts = match self.layout.as_slice() {
            &[of_all] => vec![of_all; self.corpus.len()],
            of_each => of_each.to_vec(),
        };
        anyhow::ensure!(
            layouts.len() == self.corpus.len(),
            "{} layouts for {} corpora: give one for all, or one for each",
            layouts.len(),
            self.corpus.len()
        );
        let roots = self.corpus.iter().cloned();
        let folders: Vec<Folder> = roots
            .zip(layouts)
            .map(|(root, layout)| Folder { root, layout })
            .collect();
        let corpus = Corpus::read(&folders, &self.recipe.labels)?;
        eprintln!(
            "{} clips of {} speakers, {} sentences",
            corpus.clips.len(),
            corpus.n_speakers(),
            corpus.n_sentences()
        );
        Examples::read(&corpus)
    }
}
