//! What other microphones, rooms and codecs do to the answers.
//!
//! Every fold's committee hears its test speakers again, each time changed in one way; the answer to
//! the clip as it is is the measure.

use std::path::Path;

use audio::{FeatureExtractor, SAMPLE_RATE_HZ, Waveform, samples_of};
use network::BiLstm;
use rand::{SeedableRng, rngs::StdRng};
use rayon::prelude::*;
use vocabulary::{Emotion, LabelSet, Prediction};

use crate::{
    augmentation::channel::{gain, noise, opus, room, telephone},
    evaluate::{answer, committee},
    examples::{Example, Examples},
    fit,
    folds::{self, Split},
    scores,
    ship::Finding,
};

/// One way in which a recording may differ.
struct Change {
    name: &'static str,
    apply: fn(&[f32]) -> Vec<f32>,
}

const CHANGES: [Change; 10] = [
    Change {
        name: "as it is",
        apply: <[f32]>::to_vec,
    },
    Change {
        name: "gain +12 dB",
        apply: |samples| gain(samples, 12.0),
    },
    Change {
        name: "gain -12 dB",
        apply: |samples| gain(samples, -12.0),
    },
    Change {
        name: "gain -20 dB",
        apply: |samples| gain(samples, -20.0),
    },
    Change {
        name: "Opus 24 kbit/s",
        apply: |samples| opus(samples, 24),
    },
    Change {
        name: "telephone band",
        apply: telephone,
    },
    Change {
        name: "1 s of silence before",
        apply: |samples| [&vec![0.0; SAMPLE_RATE_HZ as usize][..], samples].concat(),
    },
    Change {
        name: "noise 20 dB below",
        apply: |samples| noise(samples, 20.0, &mut StdRng::seed_from_u64(0)),
    },
    Change {
        name: "room, 0.4 s",
        apply: |samples| room(samples, 0.4, -6.0, &mut StdRng::seed_from_u64(1)),
    },
    Change {
        name: "background only",
        apply: background,
    },
];

/// Prints, for every change, the share of clips that keep their answer, the UAR, and how many are unfamiliar.
pub fn print_robustness(
    examples: &Examples,
    finding: &Finding,
    splits: &[Split],
    evaluation: &Path,
) -> anyhow::Result<()> {
    let Finding {
        recipe,
        calibration,
        ..
    } = finding;
    let labels = &recipe.labels;
    let encoder = recipe.encoder()?;
    let mut committees = Vec::with_capacity(splits.len());
    for (fold, split) in splits.iter().enumerate() {
        let trained = fit::trained::<BiLstm>(recipe, &folds::dir(evaluation, fold))?;
        let members: Vec<_> = trained.members.iter().map(BiLstm::packed).collect();
        committees.push((members, trained.voice_prior, split.test(examples)));
    }
    println!(
        "{:<24}{:>10}{:>10}{:>12}{:>12}",
        "change", "kept", "UAR", "no speech", "unfamiliar"
    );
    let mut as_it_is: Vec<Option<Emotion>> = Vec::new();
    for change in &CHANGES {
        let mut answers = Vec::with_capacity(examples.0.len());
        let mut n_far = 0;
        for (members, voice_prior, tested) in &committees {
            let committee = committee(members, encoder.as_deref(), labels, voice_prior.as_ref());
            let of_fold: Vec<(Emotion, Option<Prediction>)> = tested
                .par_iter()
                .map(|example| {
                    let predicted = answer(&committee, &changed(example, change), None)?;
                    Ok((example.emotion, predicted))
                })
                .collect::<anyhow::Result<_>>()?;
            let predicted = || {
                of_fold
                    .iter()
                    .filter_map(|(_, predicted)| predicted.as_ref())
            };
            n_far += predicted()
                .filter(|predicted| calibration.is_far(predicted.distance))
                .count();
            let tops = of_fold.iter().map(|(emotion, predicted)| {
                (*emotion, predicted.as_ref().map(Prediction::emotion))
            });
            answers.extend(tops);
        }
        if as_it_is.is_empty() {
            as_it_is = answers.iter().map(|(_, answer)| *answer).collect();
        }
        print_change(labels, change.name, &answers, &as_it_is, n_far);
    }
    Ok(())
}

fn print_change(
    labels: &LabelSet,
    name: &str,
    answers: &[(Emotion, Option<Emotion>)],
    as_it_is: &[Option<Emotion>],
    n_far: usize,
) {
    let pairs = answers.iter().zip(as_it_is);
    let kept = pairs.filter(|((_, now), before)| now == *before).count();
    let silent = answers
        .iter()
        .filter(|(_, answer)| answer.is_none())
        .count();
    let confusion = scores::confusion(labels, answers.iter().copied());
    println!(
        "{name:<24}{:>10.3}{:>10.3}{silent:>12}{n_far:>12}",
        kept as f64 / answers.len() as f64,
        scores::uar(&confusion),
    );
}

fn changed(example: &Example, change: &Change) -> Example {
    let waveform = Waveform {
        samples: (change.apply)(&example.waveform.samples),
        sample_rate_hz: SAMPLE_RATE_HZ,
    };
    Example {
        waveform,
        ..example.clone()
    }
}

/// What was recorded before the first word and after the last, again and again for 2 s: the recording
/// session without the speech.
fn background(samples: &[f32]) -> Vec<f32> {
    let features = FeatureExtractor::new().features(samples);
    let speech = samples_of(features.speech_span(), samples.len());
    let around = [&samples[..speech.start], &samples[speech.end..]].concat();
    let background = around.iter().copied().cycle();
    background.take(2 * SAMPLE_RATE_HZ as usize).collect()
}
