//! A finished checkpoint on a corpus that it never heard: another language, other emotions.

use std::collections::BTreeMap;

use anyhow::Context;
use emotion::{ConfidenceBand, Emotion, LabelSet};
use rayon::prelude::*;
use recognizer::{RecognizeError, Recognizer};

use crate::{examples::Examples, scores};

/// What became of the clips of one emotion.
#[derive(Default)]
struct Row {
    answers: BTreeMap<Emotion, u32>,
    n_unclear: u32,
    n_no_speech: u32,
}

/// Prints the answers per true emotion, those that are unclear, and the UAR over the emotions that the
/// checkpoint knows.
pub fn print_foreign(recognizer: &Recognizer, examples: &Examples) -> anyhow::Result<()> {
    let outcomes: Vec<(Emotion, Option<(Emotion, ConfidenceBand)>)> = examples
        .0
        .par_iter()
        .map(|example| match recognizer.recognize(&example.waveform) {
            Ok(prediction) => Ok((
                example.emotion,
                Some((prediction.emotion(), prediction.certainty.band)),
            )),
            Err(RecognizeError::NoSpeech) => Ok((example.emotion, None)),
            Err(error) => Err(error).context("a clip of the corpus"),
        })
        .collect::<anyhow::Result<_>>()?;
    let mut rows: BTreeMap<Emotion, Row> = BTreeMap::new();
    for (emotion, outcome) in &outcomes {
        let row = rows.entry(*emotion).or_default();
        match outcome {
            Some((answer, band)) => {
                *row.answers.entry(*answer).or_default() += 1;
                row.n_unclear += u32::from(*band == ConfidenceBand::Unclear);
            }
            None => row.n_no_speech += 1,
        }
    }
    print_rows(recognizer.labels(), &rows);
    let known = outcomes
        .iter()
        .map(|(emotion, outcome)| (*emotion, outcome.map(|(answer, _)| answer)));
    let confusion = scores::confusion(recognizer.labels(), known);
    println!(
        "UAR over the emotions that both know: {:.3}",
        scores::uar(&confusion)
    );
    Ok(())
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
