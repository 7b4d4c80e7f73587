//! Scores as text.

use inference::{Confusion, Metrics};
use vocabulary::{Calibration, LabelSet};

use crate::{
    answer::{self, Answer},
    folds::Split,
    scores,
};

/// One fold: its speakers, scores, recall and confusion.
pub fn print_fold(labels: &LabelSet, fold: usize, split: &Split, answers: &[Answer]) {
    let confusion = answer::confusion(labels, answers);
    println!("\nfold {fold}  test speakers {}", split.test.join(" "));
    println!(
        "UAR {:.3}  accuracy {:.3}",
        scores::uar(&confusion),
        scores::accuracy(&confusion)
    );
    print_confusion(labels, &confusion);
}

/// All folds together.
pub fn print_summary(metrics: &Metrics, calibration: &Calibration) {
    println!("\n{}", metrics.protocol);
    println!(
        "{} clips of {} speakers",
        metrics.n_clips, metrics.n_speakers
    );
    let Metrics { uar, accuracy, .. } = metrics;
    let [low, high] = metrics.uar_interval;
    println!(
        "UAR      {:.3} ± {:.3} over folds; over all clips 95 % [{low:.3}, {high:.3}]",
        uar.mean, uar.std
    );
    println!("accuracy {:.3} ± {:.3}", accuracy.mean, accuracy.std);
    println!("macro F1 {:.3}", metrics.macro_f1);
    println!(
        "UAR of one network {:.3} ± {:.3} over seeds",
        metrics.member_uar.mean, metrics.member_uar.std
    );
    let groups = metrics.uar_by_sex.iter().chain(&metrics.uar_by_corpus);
    let groups = groups.chain(&metrics.uar_by_sentence);
    for (group, uar) in groups.chain(&metrics.uar_by_enrolment) {
        println!("UAR {group:>6} {uar:.3}");
    }
    print_confusion(&metrics.labels, &metrics.confusion);
    let measured = &metrics.calibration;
    println!(
        "ECE {:.3} (uncalibrated {:.3})  Brier {:.3}  NLL {:.3}  temperature {:.2}",
        measured.ece,
        measured.ece_uncalibrated,
        measured.brier,
        measured.nll,
        calibration.temperature
    );
    for surest in &measured.risk_coverage {
        let (coverage, accuracy) = (surest.coverage, surest.accuracy);
        println!("surest {:3.0} %: accuracy {accuracy:.3}", 100.0 * coverage);
    }
    for band in &calibration.bands {
        println!(
            "{:?} from {:.2}: accuracy {:.3}",
            band.band,
            band.min_confidence,
            band.accuracy.unwrap_or(f32::NAN)
        );
    }
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
