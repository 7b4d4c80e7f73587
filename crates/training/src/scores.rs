//! Scores of answers.

use std::collections::BTreeMap;

use inference::Confusion;
use vocabulary::{Emotion, LabelSet};

/// Counts of pairs of the label and the answer. `None`, where no speech was found, is a wrong answer:
/// it counts for the class after the label.
pub fn confusion(
    labels: &LabelSet,
    pairs: impl IntoIterator<Item = (Emotion, Option<Emotion>)>,
) -> Confusion {
    let n_labels = labels.n_labels();
    let mut confusion = vec![vec![0; n_labels]; n_labels];
    for (label, answer) in pairs {
        let Some(label) = labels.class_idx(label) else {
            continue;
        };
        let answer = answer.and_then(|answer| labels.class_idx(answer));
        confusion[label][answer.unwrap_or((label + 1) % n_labels)] += 1;
    }
    confusion
}

/// Recall per class; classes without clips are absent.
pub fn recall(labels: &LabelSet, confusion: &Confusion) -> BTreeMap<Emotion, f64> {
    labels
        .iter()
        .zip(recalls(confusion))
        .filter_map(|(emotion, recall)| Some((emotion, recall?)))
        .collect()
}

/// Unweighted average recall over the classes that have clips (Schuller et al. 2009).
pub fn uar(confusion: &Confusion) -> f64 {
    let recalls: Vec<f64> = recalls(confusion).flatten().collect();
    recalls.iter().sum::<f64>() / recalls.len() as f64
}

/// Share of clips that are right.
pub fn accuracy(confusion: &Confusion) -> f64 {
    let right: u32 = (0..confusion.len())
        .map(|class_idx| confusion[class_idx][class_idx])
        .sum();
    let all: u32 = confusion.iter().flatten().sum();
    f64::from(right) / f64::from(all)
}

/// Mean F1 of the classes that have clips.
pub fn macro_f1(confusion: &Confusion) -> f64 {
    let f1s: Vec<f64> = (0..confusion.len())
        .filter_map(|class_idx| {
            let of_class: u32 = confusion[class_idx].iter().sum();
            let answered: u32 = confusion.iter().map(|row| row[class_idx]).sum();
            let right = f64::from(confusion[class_idx][class_idx]);
            (of_class > 0).then(|| 2.0 * right / f64::from(of_class + answered))
        })
        .collect();
    f1s.iter().sum::<f64>() / f1s.len() as f64
}

/// Recall class by class; `None` for a class without clips.
fn recalls(confusion: &Confusion) -> impl Iterator<Item = Option<f64>> + '_ {
    confusion.iter().enumerate().map(|(class_idx, row)| {
        let n_clips: u32 = row.iter().sum();
        (n_clips > 0).then(|| f64::from(row[class_idx]) / f64::from(n_clips))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uar_weighs_classes_alike_and_skips_absent_ones() {
        use Emotion::{Angry, Happy};
        let labels = LabelSet::five();
        let pairs = |label, answer, n| std::iter::repeat_n((label, answer), n);
        let all = pairs(Angry, Some(Angry), 9)
            .chain(pairs(Angry, None, 1))
            .chain(pairs(Happy, Some(Angry), 1))
            .chain(pairs(Happy, Some(Happy), 1));
        let confusion = confusion(&labels, all);
        assert_eq!(confusion[0], [9, 1, 0, 0, 0]);
        assert!((uar(&confusion) - 0.7).abs() < 1e-12);
        assert!((accuracy(&confusion) - 10.0 / 12.0).abs() < 1e-12);
        let f1 = (2.0 * 9.0 / 20.0 + 2.0 / 4.0) / 2.0;
        assert!((macro_f1(&confusion) - f1).abs() < 1e-12);
        assert!(!recall(&labels, &confusion).contains_key(&Emotion::Neutral));
    }
}
