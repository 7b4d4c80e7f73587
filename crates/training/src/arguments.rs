//! What several commands are told alike: which corpora, and how their speakers are split.

use std::path::{Path, PathBuf};

use clap::Args;
use inference::{PackedEncoder, VoiceEncoder};
use vocabulary::LabelSet;

use crate::{
    augmentation::{Augmentation, Augmenter},
    corpus::{Corpus, Folder, Layout},
    evaluate::Plan,
    examples::Examples,
    folds::{self, Split},
    pytorch,
    recipe::{self, Recipe},
};

/// The corpora of a command.
#[derive(Args)]
pub struct Corpora {
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

/// An evaluation whose networks are used once more; how it was cut is told anew.
#[derive(Args)]
pub struct Simulated {
    #[command(flatten)]
    corpora: Corpora,
    #[command(flatten)]
    cut: Cut,
    /// Where `evaluate` wrote its results; unfinished ones will do.
    #[arg(long)]
    evaluation: PathBuf,
}

/// The networks of an evaluation, and whom they did not hear.
pub struct Evaluated<'a> {
    /// Clips that were tested in a fold.
    pub examples: Examples,
    /// Clips of other corpora that the command was given.
    pub also: Examples,
    /// How every network was trained.
    pub recipe: Recipe,
    /// Who was tested where.
    pub splits: Vec<Split>,
    /// Of the networks.
    pub folder: &'a Path,
}

impl Simulated {
    /// Does something with the clips, the recipe, the splits and the folder of the networks.
    ///
    /// # Errors
    /// No evaluation, one that was cut otherwise, what is done.
    pub fn run(
        &self,
        simulate: impl FnOnce(&Evaluated<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let plan = Plan::read(&self.evaluation)?;
        let (examples, also) = self.corpora.clips(&plan.recipe.labels)?;
        let splits = self.cut.splits(&examples, plan.recipe.seed)?;
        anyhow::ensure!(
            splits == plan.splits,
            "{} was cut otherwise: give the same --folds and --known-sentences",
            self.evaluation.display()
        );
        let evaluated = Evaluated {
            examples,
            also,
            recipe: plan.recipe,
            splits,
            folder: &self.evaluation,
        };
        simulate(&evaluated)
    }
}

/// How the tested speakers are split.
#[derive(Args)]
pub struct Cut {
    /// Number of folds; each speaker is tested in exactly one.
    #[arg(long, default_value_t = 5)]
    folds: usize,
    /// Test on sentences that the networks know from others, too; else each fold is tested sentence by sentence, on
    /// networks that heard neither speaker nor sentence, where the corpus tells the sentences.
    #[arg(long)]
    known_sentences: bool,
    /// Train and test this fold only, and summarise nothing; several may be given. Processes that share
    /// the folds fill one --out, and a last run without this flag gathers.
    #[arg(long)]
    pub fold: Vec<usize>,
}

impl Cut {
    /// The splits over the speakers of `examples`.
    pub fn splits(&self, examples: &Examples, seed: u64) -> anyhow::Result<Vec<Split>> {
        let n_speakers = examples.speakers().len();
        anyhow::ensure!(
            (2..=n_speakers).contains(&self.folds),
            "a split needs speakers to train on and to test: 2 to {n_speakers} folds, not {}",
            self.folds
        );
        let splits = folds::splits(examples, self.folds, seed);
        Ok(if self.tests_by_sentence(examples) {
            folds::by_sentence(splits, examples)
        } else {
            splits
        })
    }

    fn tests_by_sentence(&self, examples: &Examples) -> bool {
        !self.known_sentences && examples.0.iter().all(|example| example.sentence.is_some())
    }

    /// How speakers were split, in words.
    pub fn protocol(&self, examples: &Examples) -> String {
        let sentences = if self.tests_by_sentence(examples) {
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
    pub fn read(
        &self,
        recipe: &Recipe,
        augmentation: Augmentation,
    ) -> anyhow::Result<(Examples, Examples)> {
        let augmentation = if recipe.no_channels {
            Augmentation::None
        } else {
            augmentation
        };
        let folders = self.folders()?;
        let (tested, also) = folders.split_at(self.corpus.len());
        let corpus = Corpus::read(tested, &recipe.labels, &mut say)?;
        eprintln!(
            "{} clips of {} speakers, {} sentences",
            corpus.clips.len(),
            corpus.n_speakers(),
            corpus.n_sentences()
        );
        let also = Corpus::read(also, &recipe.trained_labels()?, &mut say)?;
        let speaker_encoder = recipe.speaker_encoder.as_deref().map(|file| {
            let shape = recipe::SPEAKER_ENCODER;
            pytorch::speaker_encoder(file, shape).map(|weights| -> Box<dyn VoiceEncoder> {
                Box::new(PackedEncoder::new(&weights, "speaker_encoder", shape))
            })
        });
        let encoders = speaker_encoder.transpose()?.into_iter();
        let augmenter = Augmenter {
            augmentation,
            encoders: encoders.chain(recipe.encoder()?).collect(),
            cache: self.cache.clone(),
        };
        let needed: Vec<_> = recipe.labels.iter().collect();
        Ok((
            Examples::read(&corpus, &needed, &augmenter, &mut say)?,
            Examples::read(&also, &[], &augmenter, &mut say)?,
        ))
    }

    /// Every clip of these labels as it is, without what an encoder hears: those to test, and those only to train on.
    ///
    /// # Errors
    /// A corpus that cannot be read.
    pub fn clips(&self, labels: &LabelSet) -> anyhow::Result<(Examples, Examples)> {
        let folders = self.folders()?;
        let (tested, also) = folders.split_at(self.corpus.len());
        let read = |folders| {
            let corpus = Corpus::read(folders, labels, &mut say)?;
            let augmenter = Augmenter {
                augmentation: Augmentation::None,
                encoders: Vec::new(),
                cache: None,
            };
            Examples::read(&corpus, &[], &augmenter, &mut say)
        };
        Ok((read(tested)?, read(also)?))
    }

    /// All folders: those that are tested, then those only to train on.
    pub fn folders(&self) -> anyhow::Result<Vec<Folder>> {
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

/// Says a sentence on standard error.
pub fn say(what: String) {
    eprintln!("{what}");
}
