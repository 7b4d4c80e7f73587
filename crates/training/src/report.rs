//! Scores as text.

use emotion::LabelSet;
use recognizer::checkpoint::{Confusion, FoldMetrics, Metrics};

use crate::scores;

/// One fold: its speakers, scores, recall and confusion.
pub fn print_fold(fold_idx: usize, fold: &FoldMetrics, labels: &LabelSet) {
    println!(
        "\nfold {fold_idx}  test speakers {}",
        fold.test_speakers.join(" ")
    );
    println!(
        "UAR {:.3}  accuracy {:.3}  epoch {}",
        fold.uar, fold.accuracy, fold.epoch
    );
    print_confusion(labels, &fold.confusion);
}

/// All folds together.
pub fn print_summary(metrics: &Metrics) {
    println!("\n{}", metrics.protocol);
    println!(
        "{} clips of {} speakers",
        metrics.n_clips, metrics.n_speakers
    );
    println!("UAR      {:.3} ± {:.3}", metrics.uar.mean, metrics.uar.std);
    println!(
        "accuracy {:.3} ± {:.3}",
        metrics.accuracy.mean, metrics.accuracy.std
    );
    print_confusion(&metrics.labels, &metrics.confusion);
}

fn print_confusion(labels: &LabelSet, confusion: &Confusion) {
    print!("{:>10}", "");
    for emotion in labels.iter() {
        print!("{emotion:>10}");
    }
    println!("{:>10}", "recall");
    let recall = scores::recall(labels, confusion);
    for (emotion, row) in labels.iter().zip(confusion) {
        print!("{emotion:>10}");
        for count in row {
            print!("{count:>10}");
        }
        match recall.get(&emotion) {
            Some(recall) => println!("{recall:>10.3}"),
            None => println!("{:>10}", "-"),
        }
    }
}
