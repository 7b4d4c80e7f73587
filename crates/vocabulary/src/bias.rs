//! A bias per class: what corrections say that an emotion is missed, or heard too often.

use crate::Probabilities;

/// How little few corrections count.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Shrinkage {
    /// Precision of the prior around 0.
    pub ridge: f64,
    /// Corrections that count half.
    pub half_at: f64,
}

const RIDGES: [f64; 3] = [0.5, 1.0, 3.0];
const HALVES: [f64; 4] = [0.0, 5.0, 10.0, 20.0];

/// Newton's steps; the likelihood is convex, and nothing moves after five.
const N_STEPS: usize = 10;

impl Default for Shrinkage {
    /// What one half of BanglaSER's speakers chose for the other with ten corrections (docs/evaluation.md).
    fn default() -> Self {
        Self {
            ridge: 0.5,
            half_at: 5.0,
        }
    }
}

impl Shrinkage {
    /// Those among which one is chosen.
    pub fn all() -> impl Iterator<Item = Self> + Clone {
        RIDGES
            .into_iter()
            .flat_map(|ridge| HALVES.map(|half_at| Self { ridge, half_at }))
    }
}

/// What to add to the logarithms of probabilities, in label order, so that the true classes of corrected clips become
/// most likely; empty without answers. All answers are over the same labels, and `classes` are places among those.
///
/// Maximum likelihood with a normal prior (ridge) by Newton's method; n corrections count n / (n + `half_at`).
pub fn bias(answers: &[Probabilities], classes: &[usize], how: Shrinkage) -> Vec<f32> {
    let n_classes = answers.first().map_or(0, |all| all.iter().len());
    let mut bias = vec![0.0; n_classes];
    for _ in 0..N_STEPS {
        let mut gradient: Vec<f64> = bias.iter().map(|value| how.ridge * value).collect();
        let mut curvature = vec![vec![0.0; n_classes]; n_classes];
        for (class_idx, row) in curvature.iter_mut().enumerate() {
            row[class_idx] = how.ridge;
        }
        for (answer, &class_idx) in answers.iter().zip(classes) {
            let shares = shifted(answer, &bias);
            gradient[class_idx] -= 1.0;
            for (row, share) in shares.iter().enumerate() {
                gradient[row] += share;
                curvature[row][row] += share;
                for (column, other) in shares.iter().enumerate() {
                    curvature[row][column] -= share * other;
                }
            }
        }
        let step = solved(curvature, gradient);
        bias.iter_mut()
            .zip(step)
            .for_each(|(value, step)| *value -= step);
    }
    let n_answers = answers.len() as f64;
    let share = n_answers / (n_answers + how.half_at);
    bias.iter().map(|value| (share * value) as f32).collect()
}

/// Probabilities once the bias is added to their logarithms.
fn shifted(answer: &Probabilities, bias: &[f64]) -> Vec<f64> {
    let weights = answer.iter().zip(bias);
    let weights: Vec<f64> = weights
        .map(|((_, value), bias)| f64::from(value) * bias.exp())
        .collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}

/// Gauss's elimination of a positive definite matrix.
fn solved(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for pivot in 0..size {
        let top = matrix[pivot].clone();
        for row in (0..size).filter(|&row| row != pivot) {
            let factor = matrix[row][pivot] / top[pivot];
            matrix[row]
                .iter_mut()
                .zip(&top)
                .for_each(|(value, top)| *value -= factor * top);
            right[row] -= factor * right[pivot];
        }
    }
    (0..size).map(|row| right[row] / matrix[row][row]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LabelSet;

    fn answers(values: &[[f32; 2]]) -> Vec<Probabilities> {
        let labels: LabelSet = "angry,sad".parse().expect("labels");
        let all = values
            .iter()
            .map(|values| Probabilities::new(&labels, values));
        all.collect::<Result<_, _>>().expect("probabilities")
    }

    #[test]
    fn a_class_that_is_missed_gains() {
        let answers = answers(&[[0.6, 0.4]; 8]);
        let how = Shrinkage {
            ridge: 0.01,
            half_at: 0.0,
        };
        // Three of four are sad: with so weak a prior the shares become those.
        let found = bias(&answers, &[1, 1, 1, 0, 1, 1, 1, 0], how);
        let shares = answers[0].biased(&found);
        assert!((shares.top().1 - 0.75).abs() < 0.01, "{shares:?}");
        let half = Shrinkage {
            half_at: 8.0,
            ..how
        };
        let less = bias(&answers, &[1, 1, 1, 0, 1, 1, 1, 0], half);
        assert!((2.0 * less[1] - found[1]).abs() < 1e-6);
    }

    #[test]
    fn right_answers_change_little_and_none_change_nothing() {
        let sure = answers(&[[0.99, 0.01], [0.01, 0.99]]);
        let how = Shrinkage {
            ridge: 1.0,
            half_at: 0.0,
        };
        let found = bias(&sure, &[0, 1], how);
        assert!(found.iter().all(|value| value.abs() < 1e-6), "{found:?}");
        assert!(bias(&[], &[], how).is_empty());
    }
}
