//! From answers to the metrics that go with a checkpoint.

use std::collections::{BTreeMap, BTreeSet};

use inference::{FoldMetrics, Metrics, Spread};
use vocabulary::LabelSet;

use crate::{
    answer::{self, Answer, confusion},
    bootstrap, calibration,
    enrolment::Enrolment,
    evaluate::Evaluation,
    scores,
};

/// Everything that `metrics.json` tells of what committees of so many networks answered.
pub fn summarize(
    evaluation: &Evaluation,
    labels: &LabelSet,
    n_members: usize,
    protocol: String,
) -> Metrics {
    let Evaluation {
        splits, answers, ..
    } = evaluation;
    let confusion = confusion(labels, answers);
    let folds: Vec<FoldMetrics> = splits
        .iter()
        .enumerate()
        .map(|(fold, split)| {
            let of_fold = answers.iter().filter(|answer| answer.fold == fold);
            let confusion = answer::confusion(labels, of_fold);
            FoldMetrics {
                test_speakers: split.test.clone(),
                test_sentence: split.sentence.clone(),
                uar: scores::uar(&confusion),
                accuracy: scores::accuracy(&confusion),
                confusion,
            }
        })
        .collect();
    let speakers: BTreeSet<&String> = splits.iter().flat_map(|split| &split.test).collect();
    let spread =
        |score: fn(&FoldMetrics) -> f64| Spread::of(&folds.iter().map(score).collect::<Vec<_>>());
    let member_uars: Vec<f64> = (0..n_members)
        .map(|member_idx| {
            let pairs = answers
                .iter()
                .map(|answer| (answer.emotion, answer.members[member_idx]));
            scores::uar(&scores::confusion(labels, pairs))
        })
        .collect();
    Metrics {
        protocol,
        labels: labels.clone(),
        n_speakers: speakers.len(),
        n_clips: answers.len(),
        uar: spread(|fold| fold.uar),
        uar_interval: bootstrap::interval(answers, |drawn| {
            scores::uar(&answer::confusion(labels, drawn.iter().copied()))
        }),
        member_uar: Spread::of(&member_uars),
        macro_f1: scores::macro_f1(&confusion),
        accuracy: spread(|fold| fold.accuracy),
        recall: scores::recall(labels, &confusion),
        uar_by_sex: uar_by(labels, answers, |answer| answer.sex.as_deref()),
        uar_by_enrolment: uar_by_enrolment(labels, answers),
        uar_by_corpus: uar_by(labels, answers, |answer| {
            answer.speaker.split_once('/').map(|(corpus, _)| corpus)
        }),
        uar_by_sentence: uar_by(labels, answers, |answer| answer.sentence.as_deref()),
        calibration: calibration::measure(answers),
        confusion,
        folds,
    }
}

/// Over the clips whose speakers have clips for such an enrolment; each also without it.
fn uar_by_enrolment(labels: &LabelSet, answers: &[Answer]) -> BTreeMap<String, f64> {
    let mut uars = BTreeMap::new();
    for enrolment in Enrolment::ALL {
        let enrolled = || {
            answers
                .iter()
                .filter_map(move |answer| Some((answer, answer.profiled.get(&enrolment)?)))
        };
        let with =
            enrolled().map(|(answer, probabilities)| (answer.emotion, Some(probabilities.top().0)));
        let without = enrolled().map(|(answer, _)| answer.pair());
        if enrolled().next().is_some() {
            uars.insert(
                enrolment.to_string(),
                scores::uar(&scores::confusion(labels, with)),
            );
            uars.insert(
                format!("{enrolment}, not enrolled"),
                scores::uar(&scores::confusion(labels, without)),
            );
        }
    }
    uars
}

fn uar_by(
    labels: &LabelSet,
    answers: &[Answer],
    group: impl Fn(&Answer) -> Option<&str>,
) -> BTreeMap<String, f64> {
    let mut groups: BTreeMap<String, Vec<&Answer>> = BTreeMap::new();
    for answer in answers {
        if let Some(name) = group(answer) {
            groups.entry(name.to_owned()).or_default().push(answer);
        }
    }
    groups
        .into_iter()
        .map(|(name, answers)| (name, scores::uar(&confusion(labels, answers))))
        .collect()
}
