//! A checkpoint for somebody's own recordings: its heads, tuned on labelled clips, with what that brings.
//!
//! Input   a checkpoint and a corpus (docs/corpora.md)
//! Output  numbers of unseen speakers before and after, a checkpoint with its cards and PROVENANCE.md
//! Invariant: an answer that is counted is of a head that was not tuned on its speaker; where there is one speaker
//!            only, not on its clip, which is said

mod card;
mod head;
mod hearing;
mod simulation;

use std::{collections::BTreeMap, path::Path};

use anyhow::ensure;
use inference::{Architecture, Checkpoint, Config, Metrics, TransformerEncoder, VoiceEncoder};
use network::{BiLstm, backend};
use vocabulary::{Calibration, LabelSet};

pub use card::Adaptation;
pub use head::Head;
pub use hearing::Hearing;
pub use simulation::print_simulation;

use crate::{
    answer::{self, Answer},
    arguments::{Corpora, say},
    calibration,
    evaluate::Evaluation,
    examples::{Example, Examples},
    folds::{self, Split},
    report, scores, ship, summary, tables,
};

/// Folds over speakers, where there are as many.
const N_FOLDS: usize = 5;

/// Of tuning and folds.
const SEED: u64 = 1;

/// Fewer answers say too little of how often which confidence is right: temperature and bands stay.
const LEAST_ANSWERS: usize = 300;

/// Tunes the checkpoint in `base` on clips and writes the result to `out` as `id`.
///
/// # Errors
/// No checkpoint, no corpus, fewer than two clips that can be heard.
pub fn adapt(base: &Path, corpora: &Corpora, id: String, out: &Path) -> anyhow::Result<()> {
    let checkpoint = tables::open(base)?;
    let labels = checkpoint.config.labels.clone();
    let (mut examples, _) = corpora.clips(&labels)?;
    let n_speakers = name_by_numbers(&mut examples);
    ensure!(
        examples.0.len() >= 2,
        "{} clips are too few to tune on some and test on others",
        examples.0.len()
    );
    let (splits, protocol) = splits(&mut examples, n_speakers);

    let networks = networks(&checkpoint)?;
    let clips: Vec<&Example> = examples.0.iter().collect();
    let encoder = encoder(&checkpoint)?;
    let prior = checkpoint.voice_prior.as_ref();
    let hearing = Hearing::of(&networks, encoder.as_deref(), &labels, prior, &clips)?;
    let heads: Vec<Head> = networks.iter().map(Head::of).collect();
    let [before, after] = crossed(&hearing, &heads, splits);
    let adaptation = Adaptation {
        n_speakers,
        before: summary::summarize(&before, &labels, networks.len(), protocol.clone()),
        after: summary::summarize(&after, &labels, networks.len(), protocol),
        calibration: recalibrated(&checkpoint.config.calibration, &after.answers),
        is_recalibrated: after.answers.len() >= LEAST_ANSWERS,
    };
    adaptation.print(&checkpoint.config.calibration);

    let all: Vec<usize> = (0..clips.len()).collect();
    let tuned = hearing.tuned(&heads, &all, SEED);
    let members = networks.iter().zip(&tuned);
    let adapted = Checkpoint {
        config: Config {
            id,
            calibration: adaptation.calibration.clone(),
            ..checkpoint.config.clone()
        },
        metrics: Metrics {
            n_speakers,
            ..adaptation.after.clone()
        },
        members: members
            .map(|(network, head)| head.put_back(network).weights())
            .collect(),
        ..checkpoint
    };
    ship::write(&adapted, out)?;
    adaptation.write_cards(base, &adapted.config, out)
}

/// Speakers' names are nobody's business but their corpus's: numbers in their place. Returns how many there are.
fn name_by_numbers(examples: &mut Examples) -> usize {
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for example in &mut examples.0 {
        let next = numbers.len() + 1;
        let number = *numbers.entry(example.speaker.clone()).or_insert(next);
        example.speaker = number.to_string();
    }
    numbers.len()
}

/// Folds over speakers, or over the clips of a single one, and how that is told.
fn splits(examples: &mut Examples, n_speakers: usize) -> (Vec<Split>, String) {
    if n_speakers >= 2 {
        let n_folds = n_speakers.min(N_FOLDS);
        let protocol = format!("{n_folds}-fold cross-validation over speakers, balanced by sex");
        return (folds::splits(examples, n_folds, SEED), protocol);
    }
    say("one speaker only: tested on other clips of the same voice, which flatters".to_owned());
    for (idx, example) in examples.0.iter_mut().enumerate() {
        example.speaker = format!("part {}", idx % N_FOLDS + 1);
    }
    let n_folds = examples.speakers().len();
    let protocol =
        format!("{n_folds}-fold cross-validation over the clips of one speaker, not over speakers");
    (folds::splits(examples, n_folds, SEED), protocol)
}

/// The networks of a checkpoint, to be heard through.
fn networks(checkpoint: &Checkpoint) -> anyhow::Result<Vec<BiLstm>> {
    let Config {
        architecture,
        labels,
        ..
    } = &checkpoint.config;
    let members = checkpoint.members.iter();
    let network = |weights| {
        BiLstm::load(weights, architecture, labels.n_labels(), &backend::device())
            .map_err(Into::into)
    };
    members.map(network).collect()
}

/// What they share.
fn encoder(checkpoint: &Checkpoint) -> anyhow::Result<Option<Box<dyn VoiceEncoder>>> {
    let Architecture { transformer, .. } = &checkpoint.config.architecture;
    let read = transformer.as_ref().zip(checkpoint.transformer.as_ref());
    let encoder = |(shape, bytes): (&inference::TransformerShape, &Vec<u8>)| {
        let weights = shape.read(bytes)?;
        let encoder: Box<dyn VoiceEncoder> = Box::new(TransformerEncoder::new(&weights, shape));
        anyhow::Ok(encoder)
    };
    read.map(encoder).transpose()
}

/// Answers to each fold by the heads as they are, and by heads tuned on the other folds.
fn crossed(hearing: &Hearing<'_>, heads: &[Head], splits: Vec<Split>) -> [Evaluation; 2] {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for (fold, split) in splits.iter().enumerate() {
        let speakers = hearing.clips().iter().map(|clip| &clip.speaker);
        let (test, train): (Vec<_>, Vec<_>) = speakers
            .enumerate()
            .partition(|(_, speaker)| split.test.contains(speaker));
        let [test, train] = [test, train]
            .map(|side| -> Vec<usize> { side.into_iter().map(|(idx, _)| idx).collect() });
        let tuned = hearing.tuned(heads, &train, SEED);
        before.extend(hearing.answers(heads, &test, fold));
        after.extend(hearing.answers(&tuned, &test, fold));
    }
    [before, after].map(|answers| Evaluation {
        splits: splits.clone(),
        answers,
        also: Vec::new(),
    })
}

/// What confidence is worth after the tuning, where enough answers tell.
fn recalibrated(calibration: &Calibration, answers: &[Answer]) -> Calibration {
    match answers.len() >= LEAST_ANSWERS {
        true => calibration::calibrate(answers),
        false => calibration.clone(),
    }
}

fn uar<'a>(labels: &LabelSet, answers: impl IntoIterator<Item = &'a Answer>) -> f64 {
    scores::uar(&answer::confusion(labels, answers))
}

impl Adaptation {
    fn print(&self, before: &Calibration) {
        println!("\nbefore");
        report::print_summary(&self.before, before);
        println!("\nafter");
        report::print_summary(&self.after, &self.calibration);
    }
}
