//! From a corpus of labelled clips to a checkpoint and its honest report.
//!
//! `evaluate` cross-validates a recipe over unseen speakers; `choose` lets inner folds choose among
//! several, `compare` sets other networks beside it; `fit` makes the checkpoint that ships;
//! `robustness` hears the test speakers again through other microphones; `import` takes over what
//! PyTorch trained, `import-encoder` what others trained to hear speech. Invariant: no speaker is ever on two sides of a split.

mod augment;
mod bootstrap;
mod calibration;
mod channel;
mod choose;
mod compare;
mod corpus;
mod evaluate;
mod examples;
mod fit;
mod folds;
mod foreign;
mod gradient;
mod import;
mod import_encoder;
mod lstm_gradient;
mod recipe;
mod report;
mod rivals;
mod robustness;
mod scores;
mod ship;
mod summary;
mod svm;
mod tables;
mod takes;

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};
use corpus::{Corpus, Folder, Layout};
use evaluate::Evaluation;
use examples::Examples;
use folds::Split;
use inference::{PackedEncoder, Recognizer};
use network::BiLstm;
use recipe::Recipe;
use rivals::Rival;
use ship::Finding;
use takes::{TakeMaker, Takes};
use vocabulary::{Emotion, LabelSet};

#[derive(Parser)]
#[command(about = "Trains and evaluates emotion recognisers on folders of labelled speech")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Cross-validate over unseen speakers: UAR, accuracy, recall, confusion, calibration.
    Evaluate {
        #[command(flatten)]
        corpora: Corpora,
        #[command(flatten)]
        recipe: Recipe,
        #[command(flatten)]
        cut: Cut,
        /// Folder for results; an interrupted run goes on from what it finds there.
        #[arg(long)]
        out: PathBuf,
    },
    /// Let inner folds choose among evaluated recipes: the honest price of having tried several.
    Choose {
        #[command(flatten)]
        corpora: Corpora,
        /// Where `evaluate` wrote the results of a candidate; at least two.
        #[arg(long = "candidate", required = true)]
        candidates: Vec<PathBuf>,
        /// Train the inner network of this fold only, and choose nothing; several may be given.
        #[arg(long)]
        fold: Vec<usize>,
        /// Folder for the inner folds' networks.
        #[arg(long)]
        out: PathBuf,
    },
    /// Evaluate other networks and a support vector machine on the same folds.
    Compare {
        #[command(flatten)]
        corpora: Corpora,
        #[command(flatten)]
        recipe: Recipe,
        #[command(flatten)]
        cut: Cut,
        /// Folder for results; an interrupted run goes on from what it finds there.
        #[arg(long)]
        out: PathBuf,
    },
    /// Train a checkpoint on all speakers with an evaluated recipe.
    Fit {
        #[command(flatten)]
        corpora: Corpora,
        /// Where `evaluate` wrote its results.
        #[arg(long)]
        evaluation: PathBuf,
        /// Name of the checkpoint.
        #[arg(long)]
        id: String,
        /// Folder of the checkpoint.
        #[arg(long)]
        out: PathBuf,
    },
    /// Let an evaluation's networks hear their test speakers through other microphones.
    Robustness {
        #[command(flatten)]
        corpora: Corpora,
        #[command(flatten)]
        cut: Cut,
        /// Where `evaluate` wrote its results.
        #[arg(long)]
        evaluation: PathBuf,
    },
    /// Let a checkpoint hear a corpus that it was not trained on.
    Test {
        #[command(flatten)]
        corpora: Corpora,
        /// Folder of the checkpoint.
        #[arg(long)]
        checkpoint: PathBuf,
    },
    /// Write a checkpoint's numbers into its cards and the documentation.
    Tables {
        /// Folder of the checkpoint.
        #[arg(long)]
        checkpoint: PathBuf,
        /// Markdown files with marked tables.
        files: Vec<PathBuf>,
    },
    /// Take over a PyTorch checkpoint (.pth or .safetensors) of the paper's network.
    Import {
        /// The file.
        file: PathBuf,
        /// What its logits stand for.
        #[arg(long, default_value_t)]
        labels: LabelSet,
        /// Name of the checkpoint.
        #[arg(long)]
        id: String,
        /// Folder of the checkpoint.
        #[arg(long)]
        out: PathBuf,
    },
    /// Take over the first blocks of Whisper's encoder from the package pipecat-ai 1.14.0 (docs/decisions/0006).
    ImportEncoder {
        /// Its wheel (.whl), or the smart-turn-v3.2-cpu.onnx in it.
        file: PathBuf,
        /// How many blocks.
        #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=2))]
        blocks: u8,
        /// How many seconds of speech can be read, at most 8.
        #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=8))]
        seconds: u8,
        /// The encoder's file.
        #[arg(long)]
        out: PathBuf,
    },
}

#[derive(Args)]
struct Corpora {
    /// Folder of labelled clips (docs/corpora.md); several may be given.
    #[arg(long, required = true)]
    corpus: Vec<PathBuf>,
    /// A corpus of other speakers that is only trained on, never tested; several may be given.
    #[arg(long)]
    also: Vec<PathBuf>,
    /// How the clips are named: once for all folders, or once for each in their order.
    #[arg(long, value_enum, default_values_t = [Layout::Auto])]
    layout: Vec<Layout>,
    /// Folder in which what other microphones record is kept for the next process, some 150 kB a clip.
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
}

#[derive(Args)]
struct Cut {
    /// Number of folds; each speaker is tested in exactly one.
    #[arg(long, default_value_t = 5)]
    folds: usize,
    /// Test each fold sentence by sentence, on networks that heard neither speaker nor sentence.
    #[arg(long)]
    unseen_sentences: bool,
    /// Train and test this fold only, and summarise nothing; several may be given. Processes that share
    /// the folds fill one --out, and a last run without this flag gathers.
    #[arg(long)]
    fold: Vec<usize>,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Evaluate {
            corpora,
            recipe,
            cut,
            out,
        } => {
            let (examples, also) = corpora.read(&recipe, Takes::All)?;
            let splits = cut.splits(&examples, recipe.seed)?;
            let evaluation = evaluate_any(&examples, &also, &recipe, splits, &cut.fold, &out)?;
            if !cut.fold.is_empty() {
                return Ok(());
            }
            let finding = Finding::of(&evaluation, recipe, cut.protocol());
            finding.print(&evaluation.also);
            finding.write(&out)
        }
        Command::Choose {
            corpora,
            candidates,
            fold,
            out,
        } => choose::choose(&corpora, &candidates, &fold, &out),
        Command::Compare {
            corpora,
            recipe,
            cut,
            out,
        } => {
            let (examples, also) = corpora.read(&recipe, Takes::All)?;
            let splits = cut.splits(&examples, recipe.seed)?;
            compare::compare(&examples, &also, &recipe, &splits, &cut.fold, &out)
        }
        Command::Fit {
            corpora,
            evaluation,
            id,
            out,
        } => {
            let finding = Finding::read(&evaluation)?;
            let (examples, also) = corpora.read(&finding.recipe, Takes::All)?;
            let everybody: Vec<_> = examples.0.iter().chain(&also.0).collect();
            ship::ship(&everybody, finding, id, &out)
        }
        Command::Robustness {
            corpora,
            cut,
            evaluation,
        } => {
            let Finding { recipe, .. } = Finding::read(&evaluation)?;
            let (examples, _) = corpora.read(&recipe, Takes::One)?;
            let splits = cut.splits(&examples, recipe.seed)?;
            robustness::print_robustness(&examples, &recipe, &splits, &evaluation)
        }
        Command::Test {
            corpora,
            checkpoint,
        } => {
            let recognizer = Recognizer::open(|file| fs::read(checkpoint.join(file)))?;
            let corpus = Corpus::read(&corpora.folders()?, &LabelSet::new(Emotion::ALL.into())?)?;
            let maker = TakeMaker {
                takes: Takes::One,
                encoder: None,
                cache: None,
            };
            let examples = Examples::read(&corpus, &maker)?;
            let outcomes = foreign::outcomes(&recognizer, &examples)?;
            foreign::print_foreign(recognizer.labels(), &outcomes);
            Ok(())
        }
        Command::Tables { checkpoint, files } => tables::write(&checkpoint, &files),
        Command::Import {
            file,
            labels,
            id,
            out,
        } => import::import(&file, labels, id, &out),
        Command::ImportEncoder {
            file,
            blocks,
            seconds,
            out,
        } => import_encoder::import_encoder(&file, blocks.into(), seconds.into(), &out),
    }
}

/// Evaluates the network that the recipe names, whatever its kind.
fn evaluate_any(
    examples: &Examples,
    also: &Examples,
    recipe: &Recipe,
    splits: Vec<Split>,
    only: &[usize],
    out: &Path,
) -> anyhow::Result<Evaluation> {
    if recipe.network.is_rival() {
        evaluate::evaluate::<Rival>(examples, also, recipe, splits, only, out)
    } else {
        evaluate::evaluate::<BiLstm>(examples, also, recipe, splits, only, out)
    }
}

impl Cut {
    fn splits(&self, examples: &Examples, seed: u64) -> anyhow::Result<Vec<Split>> {
        let n_speakers = examples.speakers().len();
        anyhow::ensure!(
            (2..=n_speakers).contains(&self.folds),
            "a split needs speakers to train on and to test: 2 to {n_speakers} folds, not {}",
            self.folds
        );
        let splits = folds::splits(examples, self.folds, seed);
        Ok(if self.unseen_sentences {
            folds::by_sentence(splits, examples)
        } else {
            splits
        })
    }

    fn protocol(&self) -> String {
        let sentences = if self.unseen_sentences {
            " and over sentences"
        } else {
            ""
        };
        format!(
            "{}-fold cross-validation over speakers, balanced by sex,{sentences}",
            self.folds
        )
        .trim_end_matches(',')
        .to_owned()
    }
}

impl Corpora {
    /// The examples to test, of every label, and those only to train on.
    fn read(&self, recipe: &Recipe, takes: Takes) -> anyhow::Result<(Examples, Examples)> {
        let takes = if recipe.no_takes { Takes::One } else { takes };
        let folders = self.folders()?;
        let (tested, also) = folders.split_at(self.corpus.len());
        let corpus = Corpus::read(tested, &recipe.labels)?.with_every(&recipe.labels)?;
        eprintln!(
            "{} clips of {} speakers, {} sentences",
            corpus.clips.len(),
            corpus.n_speakers(),
            corpus.n_sentences()
        );
        let also = Corpus::read(also, &recipe.trained_labels()?)?;
        let encoder = recipe.speaker_encoder.as_deref().map(|file| {
            import::speaker_encoder(file).map(|weights| {
                PackedEncoder::new(&weights, "speaker_encoder", recipe::SPEAKER_ENCODER)
            })
        });
        let maker = TakeMaker {
            takes,
            encoder: encoder.transpose()?,
            cache: self.cache.clone(),
        };
        Ok((
            Examples::read(&corpus, &maker)?,
            Examples::read(&also, &maker)?,
        ))
    }

    fn folders(&self) -> anyhow::Result<Vec<Folder>> {
        let roots: Vec<&PathBuf> = self.corpus.iter().chain(&self.also).collect();
        let layouts = match self.layout.as_slice() {
            &[of_all] => vec![of_all; roots.len()],
            of_each => of_each.to_vec(),
        };
        anyhow::ensure!(
            layouts.len() == roots.len(),
            "{} layouts for {} corpora: give one for all, or one for each",
            layouts.len(),
            roots.len()
        );
        let folders = roots.into_iter().zip(layouts).map(|(root, layout)| Folder {
            root: root.clone(),
            layout,
        });
        Ok(folders.collect())
    }
}
