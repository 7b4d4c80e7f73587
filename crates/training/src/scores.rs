//! Scores of a confusion matrix.

use std::collections::BTreeMap;

use emotion::{Emotion, LabelSet};
use recognizer::checkpoint::Confusion;

/// The matrix before anything is counted.
pub fn no_clips(labels: &LabelSet) -> Confusion {
    vec![vec![0; labels.n_labels()]; labels.n_labels()]
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

/// Sum of several matrices.
pub fn sum<'a>(labels: &LabelSet, all: impl IntoIterator<Item = &'a Confusion>) -> Confusion {
    let mut total = no_clips(labels);
    for confusion in all {
        for (total, count) in total.iter_mut().flatten().zip(confusion.iter().flatten()) {
            *total += count;
        }
    }
    total
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
        let labels = LabelSet::five();
        let mut confusion = no_clips(&labels);
        confusion[0] = vec![9, 1, 0, 0, 0];
        confusion[1] = vec![1, 1, 0, 0, 0];
        assert!((uar(&confusion) - 0.7).abs() < 1e-12);
        assert!((accuracy(&confusion) - 10.0 / 12.0).abs() < 1e-12);
        assert!(!recall(&labels, &confusion).contains_key(&Emotion::Neutral));
        assert_eq!(sum(&labels, [&confusion, &confusion])[0], [18, 2, 0, 0, 0]);
    }
}
