//! How strongly emotions are expressed: fits rankings, and tests them on speakers who were not fitted on.
//!
//! Input   a checkpoint, and corpora in which speakers say the same sentences neutrally and otherwise
//! Output  tables; a checkpoint with rankings of all clips
//! Invariant: no speaker is fitted and tested on

mod heard;
mod ordered;
mod report;
#[cfg(test)]
mod tests;

use std::{fs, path::Path};

use anyhow::ensure;
use inference::{Checkpoint, Rankings, Recognizer};
use rayon::prelude::*;
use vocabulary::{Emotion, LabelSet};

use self::{heard::Heard, report::Tally};
use crate::{
    arguments::{Corpora, Cut, say},
    augmentation::{Augmentation, Augmenter},
    corpus::Corpus,
    examples::Examples,
    folds::Split,
    ship,
};

/// Tests rankings by the checkpoint's voice vectors on unseen speakers, and writes the checkpoint with those of all
/// speakers into `out`, where that is named.
///
/// # Errors
/// A checkpoint without voice vectors, no pairs, files that cannot be read or written.
pub fn intensity(
    corpora: &Corpora,
    cut: &Cut,
    seed: u64,
    checkpoint: &Path,
    out: Option<&Path>,
) -> anyhow::Result<()> {
    let mut checkpoint = Checkpoint::open(|file| fs::read(checkpoint.join(file)))?;
    ensure!(
        checkpoint.config.architecture.voice_size() > 0,
        "{} has no voice vectors",
        checkpoint.config.id
    );
    let labels = checkpoint.config.labels.clone();
    let corpus = Corpus::read(&corpora.folders()?, &labels, &mut say)?;
    let augmenter = Augmenter {
        augmentation: Augmentation::None,
        encoders: Vec::new(),
        cache: None,
    };
    let examples = Examples::read(&corpus, &[Emotion::Neutral], &augmenter, &mut say)?;
    let recognizer = Recognizer::from(checkpoint.clone());
    let heard = Heard::all(&recognizer, &examples)?;
    println!("{}; seed: {seed}", cut.protocol(&examples));
    report::print(&tested(&heard, &cut.splits(&examples, seed)?, &labels));
    let Some(out) = out else {
        return Ok(());
    };
    checkpoint.rankings = rankings(&heard.iter().collect::<Vec<_>>(), &labels);
    ship::write(&checkpoint, out)
}

/// Of every emotion of which there are pairs.
fn rankings(clips: &[&Heard], labels: &LabelSet) -> Rankings {
    let emotions: Vec<Emotion> = labels.iter().collect();
    let found = emotions
        .into_par_iter()
        .filter(|&emotion| emotion != Emotion::Neutral)
        .filter_map(|emotion| Some((emotion, ordered::ranking(clips, emotion)?)));
    Rankings(found.collect())
}

/// What the rankings of each split's training clips make of its test clips.
fn tested(heard: &[Heard], splits: &[Split], labels: &LabelSet) -> Vec<(Emotion, Tally)> {
    let mut tallies: Vec<(Emotion, Tally)> = labels
        .iter()
        .filter(|&emotion| emotion != Emotion::Neutral)
        .map(|emotion| (emotion, Tally::default()))
        .collect();
    for split in splits {
        let of = |is_kept: &dyn Fn(&Heard) -> bool| -> Vec<&Heard> {
            heard.iter().filter(|clip| is_kept(clip)).collect()
        };
        let trained = of(&|clip| split.trains_on(clip.example));
        let tested = of(&|clip| split.tests(clip.example));
        let rankings = rankings(&trained, labels);
        for (emotion, tally) in &mut tallies {
            if let Some(ranking) = rankings.0.get(emotion) {
                tally.take(ranking, *emotion, &tested);
            }
        }
    }
    tallies
}
