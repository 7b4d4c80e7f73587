//! From a corpus of labelled clips to a checkpoint and its honest report.
//!
//! `evaluate` cross-validates a recipe over unseen speakers; `choose` lets inner folds choose among several, `compare`
//! sets other networks beside it; `fit` makes the checkpoint that ships; `robustness` hears the test speakers again
//! through other microphones; `adapt` tunes a checkpoint on somebody's own clips; `import` takes over what PyTorch
//! trained, `import-encoder` what others trained to hear speech. Invariant: no speaker is ever on two sides of a split.

mod adapt;
mod answer;
mod arguments;
mod augmentation;
mod baselines;
mod bootstrap;
mod calibration;
mod choose;
mod compare;
mod content;
mod corpus;
mod corrections;
mod cross_corpus;
mod enrolment;
mod evaluate;
mod examples;
mod fit;
mod folds;
mod gradient;
mod import;
mod import_encoder;
mod import_speakers;
mod intensity;
mod lstm_gradient;
mod overheard;
mod presence;
mod principal_axes;
mod pytorch;
mod recipe;
mod report;
mod robustness;
mod scores;
mod ship;
mod speaker_means;
mod spoken;
mod summary;
mod svm;
mod tables;
mod targets;

use std::{fs, path::PathBuf};

use arguments::{Corpora, Cut, Simulated, say};
use augmentation::Augmentation;
use clap::{Parser, Subcommand};
use corpus::{Corpus, Folder, Layout};
use inference::Recognizer;
use recipe::Recipe;
use ship::Finding;
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
    /// Tune the last layers of a checkpoint on your own labelled clips (docs/corpora.md): what that brings, and the
    /// checkpoint.
    Adapt {
        #[command(flatten)]
        corpora: Corpora,
        /// Folder of the checkpoint.
        #[arg(long)]
        checkpoint: PathBuf,
        /// Name of the adapted checkpoint.
        #[arg(long)]
        id: String,
        /// Its folder.
        #[arg(long)]
        out: PathBuf,
    },
    /// What `adapt` would bring: an evaluation's test speakers through another room and a telephone.
    SimulateDomain(Simulated),
    /// What a speaker's corrections would bring, on an evaluation's test speakers.
    SimulateCorrections(Simulated),
    /// Let a checkpoint hear a corpus that it was not trained on.
    Test {
        #[command(flatten)]
        corpora: Corpora,
        /// Folder of the checkpoint.
        #[arg(long)]
        checkpoint: PathBuf,
    },
    /// Fit how strongly emotions are expressed, and test that on unseen speakers (docs/evaluation.md, "How strongly").
    Intensity {
        #[command(flatten)]
        corpora: Corpora,
        #[command(flatten)]
        cut: Cut,
        /// Folder of the checkpoint whose voice vectors are ordered.
        #[arg(long)]
        checkpoint: PathBuf,
        /// Of the folds.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Folder of the checkpoint that is written.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Fit what tells voices from other sounds, into a checkpoint (docs/evaluation.md, "What is no voice").
    Presence {
        /// Folder of the checkpoint by whose encoder they are heard.
        #[arg(long)]
        checkpoint: PathBuf,
        /// Folder of clips in which somebody speaks; several may be given.
        #[arg(long, required = true)]
        speech: Vec<PathBuf>,
        /// Folder of sounds that are no voice; several may be given.
        #[arg(long, required = true)]
        sounds: Vec<PathBuf>,
        /// Folder of the checkpoint that is written.
        #[arg(long)]
        out: PathBuf,
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
    /// Take over Resemblyzer's speaker encoder, which tells voices apart (docs/decisions/0010).
    ImportSpeakers {
        /// Its `pretrained.pt`, from the wheel.
        file: PathBuf,
        /// Folder of clips of many speakers (docs/corpora.md); several may be given.
        #[arg(long, required = true)]
        corpus: Vec<PathBuf>,
        /// File with a name of a speaker on each line who is not listened to.
        #[arg(long)]
        without: Option<PathBuf>,
        /// The folder that is written.
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

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Evaluate {
            corpora,
            recipe,
            cut,
            out,
        } => {
            let (examples, also) = corpora.read(&recipe, Augmentation::Channels)?;
            let splits = cut.splits(&examples, recipe.seed)?;
            let evaluation =
                evaluate::evaluate(&examples, &also, &recipe, splits, &cut.fold, &out)?;
            if !cut.fold.is_empty() {
                return Ok(());
            }
            let finding = Finding::of(&evaluation, recipe, cut.protocol(&examples));
            finding.print(&evaluation);
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
            let (examples, also) = corpora.read(&recipe, Augmentation::Channels)?;
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
            let (examples, also) = corpora.read(&finding.recipe, Augmentation::Channels)?;
            let everybody: Vec<_> = examples.0.iter().chain(&also.0).collect();
            ship::ship(&everybody, finding, id, &out)
        }
        Command::Robustness {
            corpora,
            cut,
            evaluation,
        } => {
            let finding = Finding::read(&evaluation)?;
            let (examples, _) = corpora.read(&finding.recipe, Augmentation::None)?;
            let splits = cut.splits(&examples, finding.recipe.seed)?;
            robustness::print_robustness(&examples, &finding, &splits, &evaluation)
        }
        Command::Adapt {
            corpora,
            checkpoint,
            id,
            out,
        } => adapt::adapt(&checkpoint, &corpora, id, &out),
        Command::SimulateDomain(simulated) => simulated.run(adapt::print_simulation),
        Command::SimulateCorrections(simulated) => simulated.run(corrections::print_corrections),
        Command::Test {
            corpora,
            checkpoint,
        } => {
            let recognizer = Recognizer::open(|file| fs::read(checkpoint.join(file)))?;
            let labels = LabelSet::new(Emotion::ALL.into())?;
            let (examples, _) = corpora.clips(&labels)?;
            let answers = cross_corpus::answers(&recognizer, &examples)?;
            cross_corpus::print(recognizer.labels(), &answers);
            Ok(())
        }
        Command::Intensity {
            corpora,
            cut,
            checkpoint,
            seed,
            out,
        } => intensity::intensity(&corpora, &cut, seed, &checkpoint, out.as_deref()),
        Command::Presence {
            checkpoint,
            speech,
            sounds,
            out,
        } => presence::presence(&checkpoint, &speech, &sounds, &out),
        Command::Tables { checkpoint, files } => tables::write(&checkpoint, &files),
        Command::Import {
            file,
            labels,
            id,
            out,
        } => import::import(&file, labels, id, &out),
        Command::ImportSpeakers {
            file,
            corpus,
            without,
            out,
        } => {
            let folder = |root| Folder {
                root,
                layout: Layout::Auto,
            };
            let folders: Vec<_> = corpus.into_iter().map(folder).collect();
            let corpus = Corpus::read(&folders, &LabelSet::new(Emotion::ALL.to_vec())?, &mut say)?;
            let left_out = import_speakers::read_speakers(without.as_ref())?;
            import_speakers::import_speakers(&file, &corpus, &left_out, &out)
        }
        Command::ImportEncoder {
            file,
            blocks,
            seconds,
            out,
        } => import_encoder::import_encoder(&file, blocks.into(), seconds.into(), &out),
    }
}
