//! Cross-corpus test: answers about another corpus, another language, emotions that are no labels.

use std::collections::BTreeMap;

use anyhow::Context;
use audio::Recording;
use inference::{RecognizeError, Recognizer};
use rayon::prelude::*;
use vocabulary::{ConfidenceBand, Emotion, LabelSet};

use crate::{
    examples::{Example, Examples},
    scores,
};

/// What became of the clips of one emotion.
#[derive(Default)]
struct Row {
    answers: BTreeMap<Emotion, u32>,
    n_unclear: u32,
    n_no_speech: u32,
}

/// What is told of a clip: its emotion, the answer and how sure that is; no answer without speech.
pub type BandedAnswer = (Emotion, Option<(Emotion, ConfidenceBand)>);

/// What a checkpoint answers to clips that it never heard.
pub fn answers(recognizer: &Recognizer, examples: &Examples) -> anyhow::Result<Vec<BandedAnswer>> {
    let answer = |example: &Example| match recognizer.recognize(&Recording::from(&example.waveform))
    {
        Ok(prediction) => Ok(Some((prediction.emotion(), prediction.certainty.band))),
        Err(RecognizeError::NoSpeech) => Ok(None),
        Err(error) => Err(error).context("a clip of the corpus"),
    };
    let examples = examples.0.par_iter();
    examples
        .map(|example| Ok((example.emotion, answer(example)?)))
        .collect()
}

/// Prints the answers per true emotion, those that are unclear, and the UAR over the emotions that are
/// labels.
pub fn print(labels: &LabelSet, answers: &[BandedAnswer]) {
    let mut rows: BTreeMap<Emotion, Row> = BTreeMap::new();
    for (emotion, answer) in answers {
        let row = rows.entry(*emotion).or_default();
        match answer {
            Some((top, band)) => {
                *row.answers.entry(*top).or_default() += 1;
                row.n_unclear += u32::from(*band == ConfidenceBand::Unclear);
            }
            None => row.n_no_speech += 1,
        }
    }
    print_rows(labels, &rows);
    let known = answers
        .iter()
        .map(|(emotion, answer)| (*emotion, answer.map(|(top, _)| top)));
    let confusion = scores::confusion(labels, known);
    println!(
        "UAR over the emotions that are labels: {:.3}",
        scores::uar(&confusion)
    );
    print_bands(answers);
}

/// Prints how many answers each band has, and how many of them are right.
pub fn print_bands(answers: &[BandedAnswer]) {
    use ConfidenceBand::{High, Low, Medium, Unclear};
    for band in [High, Medium, Low, Unclear] {
        let inside = || {
            let told = answers
                .iter()
                .filter_map(|(emotion, answer)| Some((emotion, (*answer)?)));
            told.filter(move |(_, (_, found))| *found == band)
        };
        let n_right = inside()
            .filter(|(emotion, (top, _))| *emotion == top)
            .count();
        let n_answers = inside().count();
        let share = n_answers as f64 / answers.len() as f64;
        let accuracy = n_right as f64 / n_answers as f64;
        println!("{band:?}: {n_answers} answers ({share:.3}), accuracy {accuracy:.3}");
    }
}

fn print_rows(labels: &LabelSet, rows: &BTreeMap<Emotion, Row>) {
    print!("{:>10}", "");
    for emotion in labels.iter() {
        print!("{emotion:>10}");
    }
    println!("{:>10}{:>11}", "unclear", "no speech");
    for (emotion, row) in rows {
        print!("{emotion:>10}");
        let n_clips = row.answers.values().sum::<u32>() + row.n_no_speech;
        for answer in labels.iter() {
            print!("{:>10}", row.answers.get(&answer).copied().unwrap_or(0));
        }
        let unclear = f64::from(row.n_unclear) / f64::from(n_clips);
        println!("{unclear:>10.3}{:>11}", row.n_no_speech);
    }
}
