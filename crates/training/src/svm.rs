//! A support vector machine on statistics of what the network reads: the baseline.
//!
//! Source  one machine per label against the rest, the largest decision wins (Rifkin & Klautau 2004);
//!         radial kernel of width 1 / number of statistics, C = 3, on standardised statistics

use anyhow::anyhow;
use inference::Input;
use smartcore::{
    linalg::basic::matrix::DenseMatrix,
    svm::{
        Kernels,
        svc::{SVC, SVCParameters},
    },
};
use vocabulary::LabelSet;

use crate::examples::Example;

/// Penalty of a clip on the wrong side.
const C: f64 = 3.0;
/// Passes of the solver; two are near the optimum (Bordes et al. 2005).
const PASSES: usize = 5;
/// Quantiles of a feature over the frames, beside its mean and deviations.
const QUANTILES: [f32; 3] = [0.1, 0.5, 0.9];

/// Class indices of `tested`, from machines trained on the labelled examples of `train`.
pub fn answers(
    train: &[&Example],
    tested: &[&Example],
    labels: &LabelSet,
) -> anyhow::Result<Vec<usize>> {
    let train: Vec<&Example> = train
        .iter()
        .filter(|example| labels.class_idx(example.emotion).is_some())
        .copied()
        .collect();
    let rows = |examples: &[&Example]| -> Vec<Vec<f64>> {
        examples.iter().map(|example| statistics(example)).collect()
    };
    let (mut trained_rows, mut tested_rows) = (rows(&train), rows(tested));
    standardise(&mut trained_rows, &mut tested_rows);
    let gamma = 1.0 / trained_rows[0].len() as f64;
    let trained_rows = DenseMatrix::from_2d_vec(&trained_rows)?;
    let tested_rows = DenseMatrix::from_2d_vec(&tested_rows)?;
    let parameters = SVCParameters::default()
        .with_c(C)
        .with_epoch(PASSES)
        .with_seed(Some(1))
        .with_kernel(Kernels::rbf().with_gamma(gamma));
    let mut best = vec![(0, f64::MIN); tested.len()];
    for (class_idx, label) in labels.iter().enumerate() {
        let sides: Vec<i32> = train
            .iter()
            .map(|example| if example.emotion == label { 1 } else { -1 })
            .collect();
        let machine =
            SVC::fit(&trained_rows, &sides, &parameters).map_err(|error| anyhow!(error))?;
        let decisions = machine
            .decision_function(&tested_rows)
            .map_err(|error| anyhow!(error))?;
        for (best, decision) in best.iter_mut().zip(decisions) {
            if decision > best.1 {
                *best = (class_idx, decision);
            }
        }
    }
    Ok(best.into_iter().map(|(class_idx, _)| class_idx).collect())
}

/// Of every feature: mean, deviation, quantiles, mean step from frame to frame.
fn statistics(example: &Example) -> Vec<f64> {
    let values = Input::Speech.read(&example.variants[0].features);
    let n_features = Input::Speech.n_features();
    let n_frames = (values.len() / n_features) as f32;
    let mut statistics = Vec::new();
    for feature_idx in 0..n_features {
        let track: Vec<f32> = values
            .iter()
            .skip(feature_idx)
            .step_by(n_features)
            .copied()
            .collect();
        let mean = track.iter().sum::<f32>() / n_frames;
        let variance = track
            .iter()
            .map(|value| (value - mean).powi(2))
            .sum::<f32>()
            / n_frames;
        let steps = track.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        let step = steps.sum::<f32>() / n_frames;
        let mut sorted = track;
        sorted.sort_by(f32::total_cmp);
        let quantile = |share: f32| sorted[((sorted.len() - 1) as f32 * share).round() as usize];
        statistics.extend([mean, variance.sqrt(), step].map(f64::from));
        statistics.extend(QUANTILES.map(|share| f64::from(quantile(share))));
    }
    statistics
}

/// Mean 0 and deviation 1 over the training rows, of every column that changes.
fn standardise(trained: &mut [Vec<f64>], tested: &mut [Vec<f64>]) {
    let n_rows = trained.len() as f64;
    for column in 0..trained[0].len() {
        let mean = trained.iter().map(|row| row[column]).sum::<f64>() / n_rows;
        let squares = trained.iter().map(|row| (row[column] - mean).powi(2));
        let deviation = (squares.sum::<f64>() / n_rows).sqrt().max(1e-6);
        for row in trained.iter_mut().chain(tested.iter_mut()) {
            row[column] = (row[column] - mean) / deviation;
        }
    }
}
