//! Scores of a confusion matrix.

use std::collections::BTreeMap;

use emotion::Emotion;
use recognizer::checkpoint::Confusion;

/// Recall per class; classes without clips are absent.
pub fn recall(confusion: &Confusion) -> BTreeMap<Emotion, f64> {
    let recall = |emotion: Emotion| {
        let row = confusion[emotion.index()];
        f64::from(row[emotion.index()]) / f64::from(row.iter().sum::<u32>())
    };
    Emotion::ALL
        .into_iter()
        .map(|emotion| (emotion, recall(emotion)))
        .filter(|(_, recall)| recall.is_finite())
        .collect()
}

/// Unweighted average recall over the classes that have clips (Schuller et al. 2009).
pub fn uar(confusion: &Confusion) -> f64 {
    let recall = recall(confusion);
    recall.values().sum::<f64>() / recall.len() as f64
}

/// Share of clips that are right.
pub fn accuracy(confusion: &Confusion) -> f64 {
    let right: u32 = (0..Emotion::COUNT)
        .map(|class_idx| confusion[class_idx][class_idx])
        .sum();
    let all: u32 = confusion.iter().flatten().sum();
    f64::from(right) / f64::from(all)
}

/// Sum of several matrices.
pub fn sum<'a>(all: impl IntoIterator<Item = &'a Confusion>) -> Confusion {
    let mut total = Confusion::default();
    for confusion in all {
        for (total, count) in total.iter_mut().flatten().zip(confusion.iter().flatten()) {
            *total += count;
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uar_weighs_classes_alike_and_skips_absent_ones() {
        let mut confusion = Confusion::default();
        confusion[0] = [9, 1, 0, 0, 0];
        confusion[1] = [1, 1, 0, 0, 0];
        assert!((uar(&confusion) - 0.7).abs() < 1e-12);
        assert!((accuracy(&confusion) - 10.0 / 12.0).abs() < 1e-12);
        assert!(!recall(&confusion).contains_key(&Emotion::Neutral));
        assert_eq!(sum([&confusion, &confusion])[0], [18, 2, 0, 0, 0]);
    }
}
