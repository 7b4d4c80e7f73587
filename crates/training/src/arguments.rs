//! What several commands are told alike: which corpora, and how their speakers are split.

use std::path::PathBuf;

use clap::Args;
use inference::{PackedEncoder, VoiceEncoder};

use crate::{
    augmentation::{Augmentation, Augmenter},
    corpus::{Corpus, Folder, Layout},
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
